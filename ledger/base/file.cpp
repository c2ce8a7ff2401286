#include "ledger/base/file.h"

#include "ledger/base/open_file.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace countersign::base {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

Result<void> sync_folder(const fs::path& folder) {
  TRY_ASSIGN(auto open, OpenFile::open(folder, O_RDONLY | O_DIRECTORY));
  return open.sync();
}

/// Writes and fsyncs a new file; whatever fails, no file of that name is left.
Result<void> write_new(const fs::path& path, std::string_view content, FileMode mode) {
  TRY_ASSIGN(auto file, OpenFile::open(path, O_WRONLY | O_CREAT | O_EXCL, static_cast<unsigned>(mode)));
  auto done = file.write(content);
  if (done) done = file.sync();
  auto closed = file.close();
  if (done) done = std::move(closed);
  if (!done) ::unlink(path.c_str());
  return done;
}

fs::path temporary_beside(const fs::path& path) {
  return folder_of(path) / fmt::format(".{}.{}.tmp", path.filename().string(), ::getpid());
}

int operation_of(FileLock how) { return how == FileLock::shared ? LOCK_SH : LOCK_EX; }

}  // namespace

Result<std::string> read_file(const fs::path& path, std::uint64_t bytes_max) {
  TRY_ASSIGN(auto file, OpenFile::open(path, O_RDONLY));
  std::string content;
  char buffer[65536];
  for (;;) {
    TRY_ASSIGN(const auto count, file.read(buffer, sizeof buffer));
    content.append(buffer, count);
    if (content.size() > bytes_max)
      return fail(Code::resource_exhausted,
                  fmt::format("{} is larger than the {} bytes that are allowed", path.string(), bytes_max));
    if (count < sizeof buffer) return content;
  }
}

Result<void> check_owner_alone_reads(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
    return fail(Code::failed_precondition,
                fmt::format("{} can be read by others; run: chmod 600 {}", path.string(), path.string()));
  return {};
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

Result<void> replace_file_durably(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return os_error("replace", to);
  return sync_folder(folder_of(to));
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

Result<OpenFile> wait_for_lock(const std::filesystem::path& path, FileLock how) {
  TRY_ASSIGN(auto file, OpenFile::open(path, O_RDONLY | O_CREAT, 0644));
  while (::flock(file.descriptor(), operation_of(how)) != 0) {
    if (errno != EINTR) return os_error("lock", file.path());
  }
  return file;
}

Result<OpenFile> wait_for_lock(const std::filesystem::path& path, FileLock how, std::int64_t patience_ms) {
  constexpr std::int64_t kPauseMs = 10;
  TRY_ASSIGN(auto file, OpenFile::open(path, O_RDONLY | O_CREAT, 0644));
  for (;; patience_ms -= kPauseMs) {
    if (::flock(file.descriptor(), operation_of(how) | LOCK_NB) == 0) return file;
    if (errno != EWOULDBLOCK && errno != EINTR) return os_error("lock", file.path());
    if (patience_ms <= 0)
      return fail(Code::unavailable, fmt::format("{} is locked by another process", path.string()));
    std::this_thread::sleep_for(std::chrono::milliseconds(kPauseMs));
  }
}

Result<std::uint64_t> free_bytes(const fs::path& path) {
  struct statvfs stats {};
  if (::statvfs(path.c_str(), &stats) != 0) return os_error("ask the free space of", path);
  return std::uint64_t{stats.f_bavail} * stats.f_frsize;
}

}  // namespace countersign::base
