#include "exporters/bundle/staging.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace countersign::bundle {
namespace {

namespace fs = std::filesystem;

auto os_error(std::string_view doing, const std::string& name) {
  const int error = errno;
  const auto code = error == ENOSPC || error == EDQUOT  ? base::Code::resource_exhausted
                    : error == EACCES || error == EPERM ? base::Code::permission_denied
                    : error == ENOENT                   ? base::Code::not_found
                                                        : base::Code::internal;
  return base::fail(code,
                    fmt::format("cannot {} {}: {}", doing, name, std::generic_category().message(error)));
}

}  // namespace

StagedFile::~StagedFile() {
  if (fd_ >= 0) ::close(fd_);
}

StagedFile::StagedFile(StagedFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      name_(std::move(other.name_)),
      hasher_(std::move(other.hasher_)),
      entry_(other.entry_) {}

base::Result<void> StagedFile::append(std::string_view bytes) {
  hasher_.update(bytes);
  entry_.bytes += bytes.size();
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return os_error("write the bundle's", name_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

base::Result<StagedEntry> StagedFile::finish() {
  if (::close(std::exchange(fd_, -1)) != 0) return os_error("write the bundle's", name_);
  entry_.sha256 = hasher_.finish();
  return entry_;
}

base::Result<Staging> Staging::make(const fs::path& output) {
  const auto beside = output.has_parent_path() ? output.parent_path() : fs::path(".");
  std::string pattern = (beside / ".countersign-export-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return os_error("make a folder in", beside.string());
  return Staging(fs::path(pattern));
}

Staging::~Staging() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

Staging::Staging(Staging&& other) noexcept
    : folder_(std::exchange(other.folder_, {})), entries_(std::move(other.entries_)) {}

base::Result<StagedFile> Staging::begin(std::string_view name) {
  const auto path = path_of(name);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return os_error("create the bundle's", std::string(name));
  return StagedFile(fd, std::string(name));
}

base::Result<void> Staging::finish(StagedFile file) {
  TRY_ASSIGN(const auto entry, file.finish());
  entries_.emplace(file.name_, entry);
  return {};
}

base::Result<void> Staging::put(std::string_view name, std::string_view content) {
  TRY_ASSIGN(auto file, begin(name));
  TRY(file.append(content));
  return finish(std::move(file));
}

void Staging::drop(std::string_view name) {
  std::error_code ignored;
  fs::remove(path_of(name), ignored);
  if (const auto found = entries_.find(name); found != entries_.end()) entries_.erase(found);
}

}  // namespace countersign::bundle
