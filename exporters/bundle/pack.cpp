#include "exporters/bundle/pack.h"

#include "ledger/base/open_file.h"

#include <fmt/format.h>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <vector>

namespace countersign::bundle {
namespace {

namespace fs = std::filesystem;
using base::Code;
using base::fail;

struct ArchiveFreer {
  void operator()(archive* handle) const { archive_write_free(handle); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using ArchivePtr = std::unique_ptr<archive, ArchiveFreer>;
using EntryPtr = std::unique_ptr<archive_entry, ArchiveFreer>;

auto archive_error(archive* handle) {
  const int error = archive_errno(handle);
  const char* text = archive_error_string(handle);
  return fail(error == ENOSPC || error == EDQUOT ? Code::resource_exhausted : Code::internal,
              fmt::format("cannot write the archive: {}", text == nullptr ? "unknown" : text));
}

/// The archive under a temporary name; removed unless it was kept.
class Output {
 public:
  explicit Output(const fs::path& path) : path_(path) {
    const auto beside = path.has_parent_path() ? path.parent_path() : fs::path(".");
    name_ = (beside / fmt::format(".{}.XXXXXX", path.filename().string())).string();
    fd_ = ::mkostemp(name_.data(), O_CLOEXEC);
  }
  ~Output() {
    if (fd_ < 0) return;
    ::close(fd_);
    if (!kept_) ::unlink(name_.c_str());
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  int fd() const { return fd_; }

  base::Result<std::uint64_t> keep() {
    struct stat status {};
    if (::fchmod(fd_, 0640) != 0 || ::fsync(fd_) != 0 || ::fstat(fd_, &status) != 0)
      return base::os_error("make durable", path_);
    if (::rename(name_.c_str(), path_.c_str()) != 0) return base::os_error("put in place", path_);
    kept_ = true;
    const auto beside = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
    TRY_ASSIGN(auto folder, base::OpenFile::open(beside, O_RDONLY | O_DIRECTORY));
    TRY(folder.sync());
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  fs::path path_;
  std::string name_;
  int fd_ = -1;
  bool kept_ = false;
};

bool configure(archive* handle, ArchiveFormat format) {
  if (format == ArchiveFormat::zip)
    return archive_write_set_format_zip(handle) == ARCHIVE_OK &&
           archive_write_set_options(handle, "zip:compression=deflate,zip:compression-level=3") == ARCHIVE_OK;
  return archive_write_set_format_pax_restricted(handle) == ARCHIVE_OK &&
         archive_write_add_filter_zstd(handle) == ARCHIVE_OK &&
         archive_write_set_options(handle, "zstd:compression-level=1,zstd:threads=2") == ARCHIVE_OK;
}

base::Result<void> add_file(archive* handle, const fs::path& path, std::vector<char>& buffer) {
  TRY_ASSIGN(auto file, base::OpenFile::open(path, O_RDONLY));
  for (;;) {
    TRY_ASSIGN(const auto count, file.read(buffer.data(), buffer.size()));
    if (archive_write_data(handle, buffer.data(), count) != static_cast<la_ssize_t>(count))
      return archive_error(handle);
    if (count < buffer.size()) return {};
  }
}

}  // namespace

base::Result<std::uint64_t> pack(const Staging& staging, const std::string& root, ArchiveFormat format,
                                 base::Timestamp modified, const fs::path& output) {
  Output file(output);
  if (file.fd() < 0) return base::os_error("create a file beside", output);
  const ArchivePtr handle(archive_write_new());
  if (!handle || !configure(handle.get(), format) ||
      archive_write_set_bytes_per_block(handle.get(), 1 << 20) != 0 ||
      archive_write_set_bytes_in_last_block(handle.get(), 1) != 0 ||
      archive_write_open_fd(handle.get(), file.fd()) != ARCHIVE_OK)
    return archive_error(handle.get());
  std::vector<char> buffer(1 << 20);
  for (const auto& [name, entry] : staging.entries()) {
    const EntryPtr header(archive_entry_new());
    archive_entry_set_pathname(header.get(), fmt::format("{}/{}", root, name).c_str());
    archive_entry_set_filetype(header.get(), AE_IFREG);
    archive_entry_set_perm(header.get(), 0644);
    archive_entry_set_size(header.get(), static_cast<la_int64_t>(entry.bytes));
    archive_entry_set_mtime(header.get(), modified.micros / 1'000'000, 0);
    if (archive_write_header(handle.get(), header.get()) != ARCHIVE_OK) return archive_error(handle.get());
    TRY(add_file(handle.get(), staging.path_of(name), buffer));
  }
  if (archive_write_close(handle.get()) != ARCHIVE_OK) return archive_error(handle.get());
  return file.keep();
}

}  // namespace countersign::bundle
