#include "ledger/base/file.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace countersign::base {
namespace {

namespace fs = std::filesystem;

auto os_error(std::string_view doing, const fs::path& path) {
  const int error = errno;
  const Code code = error == ENOENT                      ? Code::not_found
                    : error == EEXIST                    ? Code::already_exists
                    : error == EACCES || error == EPERM  ? Code::permission_denied
                    : error == ENOSPC || error == EDQUOT ? Code::resource_exhausted
                                                         : Code::internal;
  return fail(code,
              fmt::format("cannot {} {}: {}", doing, path.string(), std::generic_category().message(error)));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool ok() const { return fd_ >= 0; }
  int get() const { return fd_; }
  /// Closes at once; false where close reports that a write was lost.
  bool close_checked() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

Result<void> sync_folder(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok() || ::fsync(fd.get()) != 0) return os_error("make durable the folder", folder);
  return {};
}

Result<void> write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return os_error("write", path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Writes and fsyncs a new file; whatever fails, no file of that name is left.
Result<void> write_new(const fs::path& path, std::string_view content, FileMode mode) {
  Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode)));
  if (!fd.ok()) return os_error("create", path);
  auto done = write_all(fd.get(), content, path);
  if (done && ::fsync(fd.get()) != 0) done = os_error("make durable", path);
  if (!fd.close_checked() && done) done = os_error("close", path);
  if (!done) ::unlink(path.c_str());
  return done;
}

fs::path temporary_beside(const fs::path& path) {
  return folder_of(path) / fmt::format(".{}.{}.tmp", path.filename().string(), ::getpid());
}

}  // namespace

Result<std::string> read_file(const fs::path& path, std::uint64_t bytes_max) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.ok()) return os_error("open", path);
  std::string content;
  char buffer[65536];
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return os_error("read", path);
    if (count == 0) return content;
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > bytes_max)
      return fail(Code::resource_exhausted,
                  fmt::format("{} is larger than the {} bytes that are allowed", path.string(), bytes_max));
  }
}

Result<void> write_file_durably(const fs::path& path, std::string_view content, FileMode mode) {
  const fs::path temporary = temporary_beside(path);
  ::unlink(temporary.c_str());
  TRY(write_new(temporary, content, mode));
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    auto error = os_error("replace", path);
    ::unlink(temporary.c_str());
    return error;
  }
  return sync_folder(folder_of(path));
}

Result<void> create_file_durably(const fs::path& path, std::string_view content, FileMode mode) {
  const fs::path temporary = temporary_beside(path);
  ::unlink(temporary.c_str());
  TRY(write_new(temporary, content, mode));
  // link() fails where the name is taken, which rename() would not.
  const bool linked = ::link(temporary.c_str(), path.c_str()) == 0;
  Result<void> done;
  if (!linked) done = os_error("create", path);
  ::unlink(temporary.c_str());
  TRY(done);
  return sync_folder(folder_of(path));
}

Result<void> make_folders_durably(const fs::path& path) {
  std::error_code ignored;
  if (path.empty() || fs::is_directory(path, ignored)) return {};
  TRY(make_folders_durably(path.parent_path()));
  if (::mkdir(path.c_str(), 0750) != 0) {
    auto error = os_error("make the folder", path);
    // Somebody else may have made it meanwhile; a file of that name is in the way.
    if (!fs::is_directory(path, ignored)) return error;
  }
  return sync_folder(folder_of(path));
}

Result<std::uint64_t> free_bytes(const fs::path& path) {
  struct statvfs stats {};
  if (::statvfs(path.c_str(), &stats) != 0) return os_error("ask the free space of", path);
  return std::uint64_t{stats.f_bavail} * stats.f_frsize;
}

}  // namespace countersign::base
