#include "ledger/sqlite/connection.h"
#include "ledger/sqlite/page_gaps.h"

#include <fmt/format.h>

#include <sqlite3.h>

#include <algorithm>
#include <vector>

namespace countersign::sqlite {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kFileHeader = 100;
constexpr std::size_t kPagesAtOnce = 256;
/// Overflow and free pages begin with the number of another page, b-tree pages with their type, which is
/// above zero: as long as a number's first byte is zero they cannot be mistaken for one another.
constexpr std::uint64_t kPagesMax = 1u << 25;

/// The file behind a connection, through SQLite's own handle: to open and close it once more would give up
/// the locks that this process has on it (POSIX).
class File {
 public:
  explicit File(sqlite3* db) { sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file_); }

  base::Result<std::uint64_t> size() const {
    sqlite3_int64 size = 0;
    TRY(checked(file_->pMethods->xFileSize(file_, &size)));
    return static_cast<std::uint64_t>(size);
  }
  base::Result<void> read(std::uint8_t* into, std::size_t bytes, std::uint64_t offset) const {
    return checked(
        file_->pMethods->xRead(file_, into, static_cast<int>(bytes), static_cast<sqlite3_int64>(offset)));
  }
  base::Result<void> write(const std::uint8_t* from, std::size_t bytes, std::uint64_t offset) const {
    return checked(
        file_->pMethods->xWrite(file_, from, static_cast<int>(bytes), static_cast<sqlite3_int64>(offset)));
  }
  base::Result<void> sync() const { return checked(file_->pMethods->xSync(file_, SQLITE_SYNC_FULL)); }

 private:
  static base::Result<void> checked(int result) {
    if (result == SQLITE_OK) return {};
    return fail((result & 0xFF) == SQLITE_FULL ? Code::resource_exhausted : Code::internal,
                fmt::format("SQLite: {} while a file was scrubbed", sqlite3_errstr(result)));
  }

  sqlite3_file* file_ = nullptr;
};

}  // namespace

base::Result<std::uint64_t> Connection::scrub() {
  // Pages that the connection still has in memory may hold what is scrubbed, and would be written again.
  sqlite3_db_release_memory(handle());
  const File file(handle());
  TRY_ASSIGN(const auto bytes, file.size());
  if (bytes < kFileHeader) return std::uint64_t{0};
  std::vector<std::uint8_t> header(kFileHeader);
  TRY(file.read(header.data(), header.size(), 0));
  std::size_t page_size = static_cast<std::size_t>(header[16]) << 8 | header[17];
  if (page_size == 1) page_size = 65'536;
  const std::size_t usable = page_size - header[20];
  if (page_size < 512 || bytes % page_size != 0)
    return fail(Code::data_loss, "the file is no whole number of pages");
  const std::uint64_t pages = bytes / page_size;
  if (pages >= kPagesMax)
    return fail(Code::failed_precondition, "the file has too many pages to be scrubbed; it must be rebuilt");
  std::vector<std::uint8_t> buffer(kPagesAtOnce * page_size);
  std::uint64_t changed = 0;
  for (std::uint64_t first = 0; first < pages; first += kPagesAtOnce) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kPagesAtOnce, pages - first));
    TRY(file.read(buffer.data(), count * page_size, first * page_size));
    for (std::size_t i = 0; i < count; ++i) {
      const std::span page(buffer.data() + i * page_size, page_size);
      if (!zero_page_gaps(page, first + i == 0 ? kFileHeader : 0, usable)) continue;
      TRY(file.write(page.data(), page.size(), (first + i) * page_size));
      ++changed;
    }
  }
  if (changed > 0) TRY(file.sync());
  return changed;
}

}  // namespace countersign::sqlite
