#include "ledger/sqlite/connection.h"

#include <fmt/format.h>

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <map>
#include <optional>
#include <vector>

// SQLite has no call that reads a page of a snapshot. Its backup interface writes them all to another
// database, so that database is one whose file is this code: what SQLite writes there is handed on.
namespace countersign::sqlite {
namespace {

using base::Code;
using base::fail;

/// SQLite never stores anything in the page at this offset, and its backup skips it.
constexpr std::uint64_t kLockByte = 0x4000'0000;

/// Pages on their way from SQLite to a visitor, collected into pieces.
class Collector {
 public:
  Collector(FileShape shape, std::size_t piece_bytes, const VisitPiece& visit)
      : shape_(shape), piece_bytes_(piece_bytes), visit_(visit) {}

  int write(const void* data, int amount, sqlite3_int64 offset) {
    auto done = take({static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(amount)},
                     static_cast<std::uint64_t>(offset));
    if (done) return SQLITE_OK;
    if (error_) return SQLITE_IOERR_WRITE;
    error_ = std::move(done).error();
    return SQLITE_IOERR_WRITE;
  }
  std::int64_t written() const { return static_cast<std::int64_t>(end_); }

  /// Once SQLite is done: whether it was all of the file.
  base::Result<void> finish() const {
    if (error_) return fail(*error_);
    if (!open_.empty() || pieces_ != (shape_.bytes + piece_bytes_ - 1) / piece_bytes_)
      return fail(Code::internal, "SQLite's backup left pages out");
    return {};
  }
  bool failed() const { return error_.has_value(); }
  const base::Error& error() const { return *error_; }

 private:
  struct Piece {
    std::vector<std::uint8_t> bytes;
    std::vector<bool> there;
    std::size_t missing = 0;
  };

  Piece& piece_at(std::uint64_t index) {
    auto [found, fresh] = open_.try_emplace(index);
    auto& piece = found->second;
    if (!fresh) return piece;
    const auto first = index * piece_bytes_;
    piece.bytes.resize(std::min<std::uint64_t>(piece_bytes_, shape_.bytes - first));
    piece.missing = piece.bytes.size() / shape_.page_bytes;
    piece.there.resize(piece.missing);
    if (kLockByte >= first && kLockByte < first + piece.bytes.size()) mark(piece, kLockByte - first);
    return piece;
  }

  void mark(Piece& piece, std::uint64_t offset) const {
    const auto page = static_cast<std::size_t>(offset / shape_.page_bytes);
    if (!piece.there[page]) --piece.missing;
    piece.there[page] = true;
  }

  base::Result<void> take(base::Bytes page, std::uint64_t offset) {
    if (page.size() != shape_.page_bytes || offset % shape_.page_bytes != 0 ||
        offset + page.size() > shape_.bytes)
      return fail(Code::internal, "SQLite's backup wrote something that is no page");
    end_ = std::max(end_, offset + page.size());
    const auto index = offset / piece_bytes_;
    auto& piece = piece_at(index);
    std::memcpy(piece.bytes.data() + (offset - index * piece_bytes_), page.data(), page.size());
    mark(piece, offset - index * piece_bytes_);
    if (piece.missing > 0) return {};
    const auto done = open_.extract(index);
    ++pieces_;
    return visit_(index, done.mapped().bytes);
  }

  const FileShape shape_;
  const std::size_t piece_bytes_;
  const VisitPiece& visit_;
  std::map<std::uint64_t, Piece> open_;
  std::uint64_t end_ = 0, pieces_ = 0;
  std::optional<base::Error> error_;
};

struct CollectorFile {
  sqlite3_file file;
  Collector* collector;
};

Collector& collector_of(sqlite3_file* file) { return *reinterpret_cast<CollectorFile*>(file)->collector; }

/// The methods of the file that only takes.
const sqlite3_io_methods& file_methods() {
  static const sqlite3_io_methods kMethods = [] {
    sqlite3_io_methods methods{};
    methods.iVersion = 1;
    methods.xClose = [](sqlite3_file*) { return SQLITE_OK; };
    methods.xRead = [](sqlite3_file*, void* into, int amount, sqlite3_int64) {
      std::memset(into, 0, static_cast<std::size_t>(amount));
      return SQLITE_IOERR_SHORT_READ;
    };
    methods.xWrite = [](sqlite3_file* file, const void* data, int amount, sqlite3_int64 offset) {
      return collector_of(file).write(data, amount, offset);
    };
    methods.xTruncate = [](sqlite3_file*, sqlite3_int64) { return SQLITE_OK; };
    methods.xSync = [](sqlite3_file*, int) { return SQLITE_OK; };
    methods.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
      *size = collector_of(file).written();
      return SQLITE_OK;
    };
    methods.xLock = [](sqlite3_file*, int) { return SQLITE_OK; };
    methods.xUnlock = [](sqlite3_file*, int) { return SQLITE_OK; };
    methods.xCheckReservedLock = [](sqlite3_file*, int* held) {
      *held = 0;
      return SQLITE_OK;
    };
    methods.xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; };
    methods.xSectorSize = [](sqlite3_file*) { return 512; };
    methods.xDeviceCharacteristics = [](sqlite3_file*) { return 0; };
    return methods;
  }();
  return kMethods;
}

/// A file system of one file, registered as long as it is there.
class CollectorSystem {
 public:
  explicit CollectorSystem(Collector& collector) {
    static std::atomic<std::uint64_t> number{0};
    name_ = fmt::format("countersign-pages-{}", number++);
    system_ = *sqlite3_vfs_find(nullptr);
    system_.iVersion = 1;
    system_.szOsFile = sizeof(CollectorFile);
    system_.zName = name_.c_str();
    system_.pNext = nullptr;
    system_.pAppData = &collector;
    system_.xOpen = [](sqlite3_vfs* vfs, const char*, sqlite3_file* file, int flags, int* out) {
      file->pMethods = nullptr;
      if ((flags & SQLITE_OPEN_MAIN_DB) == 0) return SQLITE_CANTOPEN;
      auto* ours = reinterpret_cast<CollectorFile*>(file);
      ours->file.pMethods = &file_methods();
      ours->collector = static_cast<Collector*>(vfs->pAppData);
      if (out != nullptr) *out = flags;
      return SQLITE_OK;
    };
    system_.xDelete = [](sqlite3_vfs*, const char*, int) { return SQLITE_OK; };
    system_.xAccess = [](sqlite3_vfs*, const char*, int, int* there) {
      *there = 0;
      return SQLITE_OK;
    };
    system_.xFullPathname = [](sqlite3_vfs*, const char* name, int size, char* out) {
      sqlite3_snprintf(size, out, "%s", name);
      return SQLITE_OK;
    };
    sqlite3_vfs_register(&system_, 0);
  }
  ~CollectorSystem() { sqlite3_vfs_unregister(&system_); }
  CollectorSystem(const CollectorSystem&) = delete;
  CollectorSystem& operator=(const CollectorSystem&) = delete;

  const char* name() const { return name_.c_str(); }

 private:
  std::string name_;
  sqlite3_vfs system_{};
};

struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};

base::Result<void> copy(sqlite3* from, const CollectorSystem& system) {
  // Pages that SQLite holds back are few, so that pieces become whole soon.
  constexpr const char* kSetUp =
      "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=64";
  sqlite3* raw = nullptr;
  int result = sqlite3_open_v2(
      "pages", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, system.name());
  const std::unique_ptr<sqlite3, Closer> to(raw);
  if (result == SQLITE_OK) result = sqlite3_exec(raw, kSetUp, nullptr, nullptr, nullptr);
  auto* backup = result == SQLITE_OK ? sqlite3_backup_init(raw, "main", from, "main") : nullptr;
  if (backup == nullptr)
    return fail(Code::internal, fmt::format("SQLite cannot begin to copy: {}", sqlite3_errmsg(raw)));
  result = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (result != SQLITE_DONE || finished != SQLITE_OK) {
    const int why = result != SQLITE_DONE ? result : finished;
    return fail((why & 0xFF) == SQLITE_CORRUPT ? Code::data_loss : Code::internal,
                fmt::format("SQLite: {} while a file was copied", sqlite3_errstr(why)));
  }
  return {};
}

}  // namespace

base::Result<FileShape> Connection::copy_pages(std::size_t piece_bytes, const VisitPiece& visit) {
  TRY_ASSIGN(auto transaction, Transaction::begin(*this, Transaction::Kind::read));
  FileShape shape;
  // The first of these statements fixes what the transaction sees.
  TRY_ASSIGN(const auto pages, query_integer("PRAGMA page_count"));
  TRY_ASSIGN(const auto page_bytes, query_integer("PRAGMA page_size"));
  shape.page_bytes = static_cast<std::uint32_t>(page_bytes);
  shape.bytes = static_cast<std::uint64_t>(pages) * shape.page_bytes;
  Collector collector(shape, piece_bytes, visit);
  base::Result<void> copied;
  {
    const CollectorSystem system(collector);
    copied = copy(handle(), system);
  }
  if (collector.failed()) return fail(collector.error());
  TRY(copied);
  TRY(collector.finish());
  return shape;
}

base::Result<FileShape> Connection::peek_pages(std::size_t piece_bytes, const VisitPiece& visit) {
  TRY_ASSIGN(const auto page_bytes, query_integer("PRAGMA page_size"));
  FileShape shape{static_cast<std::uint32_t>(page_bytes), 0};
  // Through SQLite's own handle: to open and close the file once more would give up the locks that this
  // process has on it (POSIX).
  sqlite3_file* file = nullptr;
  sqlite3_file_control(handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  sqlite3_int64 size = 0;
  int result = file->pMethods->xFileSize(file, &size);
  const auto bytes = static_cast<std::uint64_t>(size) / shape.page_bytes * shape.page_bytes;
  std::vector<std::uint8_t> piece(piece_bytes);
  while (result == SQLITE_OK && shape.bytes < bytes) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), bytes - shape.bytes));
    result = file->pMethods->xRead(file, piece.data(), static_cast<int>(count),
                                   static_cast<sqlite3_int64>(shape.bytes));
    if (result != SQLITE_OK) break;
    TRY(visit(shape.bytes / piece_bytes, base::Bytes(piece).first(count)));
    shape.bytes += count;
  }
  // The file has become shorter.
  if (result == SQLITE_OK || result == SQLITE_IOERR_SHORT_READ) return shape;
  return fail(Code::internal, fmt::format("SQLite: {} while a file was read", sqlite3_errstr(result)));
}

}  // namespace countersign::sqlite
