#include "ledger/base/open_file.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace countersign::base {

tl::unexpected<Error> os_error(std::string_view doing, const std::filesystem::path& path) {
  const int error = errno;
  const Code code = error == ENOENT                      ? Code::not_found
                    : error == EEXIST                    ? Code::already_exists
                    : error == EACCES || error == EPERM  ? Code::permission_denied
                    : error == ENOSPC || error == EDQUOT ? Code::resource_exhausted
                    : error == EMFILE || error == ENFILE ? Code::unavailable
                                                         : Code::internal;
  return fail(code,
              fmt::format("cannot {} {}: {}", doing, path.string(), std::generic_category().message(error)));
}

Result<OpenFile> OpenFile::open(const std::filesystem::path& path, int flags, unsigned mode) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) return os_error((flags & O_CREAT) != 0 ? "create" : "open", path);
  return OpenFile(fd, path);
}

OpenFile::~OpenFile() {
  if (fd_ >= 0) ::close(fd_);
}

OpenFile::OpenFile(OpenFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

Result<void> OpenFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return os_error("write", path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::size_t> OpenFile::read(char* out, std::size_t count) {
  std::size_t filled = 0;
  while (filled < count) {
    const ssize_t got = ::read(fd_, out + filled, count - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_error("read", path_);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

Result<void> OpenFile::sync() {
  if (::fsync(fd_) != 0) return os_error("make durable", path_);
  return {};
}

Result<void> OpenFile::close() {
  if (::close(std::exchange(fd_, -1)) != 0) return os_error("close", path_);
  return {};
}

}  // namespace countersign::base
