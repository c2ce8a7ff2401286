#pragma once

#include "ledger/base/result.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace countersign::base {

/// The failure that errno names, as "cannot <doing> <path>: <the system's words>". Codes: not_found,
/// already_exists, permission_denied, resource_exhausted (the disk or a quota is full), internal.
tl::unexpected<Error> os_error(std::string_view doing, const std::filesystem::path& path);

/// A file descriptor that closes itself and names its file in errors, which are those of os_error. One thread
/// at a time.
class OpenFile {
 public:
  /// open(2) with O_CLOEXEC.
  static Result<OpenFile> open(const std::filesystem::path& path, int flags, unsigned mode = 0);
  ~OpenFile();
  OpenFile(OpenFile&& other) noexcept;
  OpenFile& operator=(OpenFile&& other) noexcept;

  int descriptor() const { return fd_; }
  const std::filesystem::path& path() const { return path_; }

  /// Writes all of it.
  Result<void> write(std::string_view bytes);
  /// Fills `count` bytes at `out`, fewer only where the file ends; gives how many.
  Result<std::size_t> read(char* out, std::size_t count);
  /// fsync(2).
  Result<void> sync();
  /// Closes now; fails where the system reports only then that a write was lost.
  Result<void> close();

 private:
  OpenFile(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}

  int fd_;
  std::filesystem::path path_;
};

}  // namespace countersign::base
