#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/sqlite/image.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace countersign::sqlite {

enum class Access {
  create,      ///< make the file; fails where there is one
  read_write,  ///< an existing file; the one connection that writes it and moves its WAL
  read_only,   ///< an existing file; never writes, never moves the WAL
};

enum class Journal {
  wal,       ///< one process writes, and readers do not wait for it
  rollback,  ///< several processes write, one after another, each for a short time
};

struct OpenOptions {
  Access access = Access::read_only;
  int cache_kib = 8192;
  Journal journal = Journal::wal;
  std::string vfs = {};  ///< empty: the operating system's; tests name one that fails on purpose
};

class Statement;

/// How large a file is.
struct FileShape {
  std::uint32_t page_bytes = 0;
  std::uint64_t bytes = 0;  ///< all pages
};

/// Called with one piece of a file; the view is valid during the call.
using VisitPiece = std::function<base::Result<void>(std::uint64_t index, base::Bytes piece)>;

/// One connection to one SQLite file, set up as docs/architecture.md says: WAL, where not told otherwise,
/// synchronous=FULL, defensive mode, no mmap, no automatic WAL checkpoints. One thread at a time.
///
/// Errors of all calls: resource_exhausted the disk is full; unavailable busy; already_exists a constraint;
/// data_loss the file is damaged or not a database; not_found it is not there; internal anything else.
class Connection {
 public:
  static base::Result<Connection> open(const std::filesystem::path& file, const OpenOptions& options);
  /// An empty database in memory, which goes with the connection.
  static base::Result<Connection> open_in_memory(int cache_kib = 8192);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  /// Adds an existing file under a name (of letters) for reading alone; detach() takes it away.
  base::Result<void> attach(const std::filesystem::path& file, std::string_view name);
  base::Result<void> detach(std::string_view name);

  /// The database of that name ("main", "temp", or as it was attached) as bytes, for others to attach.
  /// resource_exhausted where it has more than 2 GiB.
  base::Result<SharedImage> image(std::string_view schema);
  /// Adds an image under a name (of letters), for reading alone; it stays until the connection's end.
  base::Result<void> attach(const SharedImage& image, std::string_view name);

  /// Runs statements that return no rows.
  base::Result<void> execute(const std::string& sql);

  /// Runs statements one after another; `bind` gives each the values of its parameters. The values must live
  /// until the call ends.
  base::Result<void> run_script(std::string_view sql, const std::function<void(Statement&)>& bind);

  /// Prepares one statement; keep it and use it again. It must not outlive its connection.
  base::Result<Statement> prepare(std::string_view sql);

  /// The first column of the first row of a query, as a number.
  base::Result<std::int64_t> query_integer(std::string_view sql);

  /// Rows changed by the last statement.
  std::int64_t changes() const;

  /// Pages in the WAL after the last commit of this connection.
  int wal_pages() const;

  /// Copies what it can from the WAL to the file without waiting (PASSIVE). Failing does no harm.
  void move_wal();
  /// Copies all and empties the WAL (TRUNCATE); at a stop or when idle.
  base::Result<void> empty_wal();

  /// Zeroes every byte of the file that belongs to no cell of a page, durably: SQLite leaves there what it
  /// moved to other pages, also with secure_delete. For the connection that writes the file, outside of a
  /// transaction, right after empty_wal(). Reads the whole file. Gives the number of pages that it changed.
  /// Readers are not disturbed: what changes is nothing that they look at. failed_precondition for a file of
  /// more than 33 million pages, in which pages can no longer be told apart by their first byte.
  base::Result<std::uint64_t> scrub();

  /// Reads every page of the file as one read transaction sees it, and calls `visit` with each piece of
  /// `piece_bytes` (a multiple of every page size, 65,536) of it; the last one may be shorter. Pieces come in
  /// no order, each once. Put together they are a database of the same content, in which page 1 has a change
  /// counter and a schema cookie of its own. While it runs the WAL cannot be started anew by its writer, so
  /// what `visit` does should be short. Errors: those of the connection and of `visit`, which ends the copy.
  base::Result<FileShape> copy_pages(std::size_t piece_bytes, const VisitPiece& visit);

  /// Reads the file's pages as they lie on the disk, piece by piece and in order, without any lock: what is
  /// in the WAL is missing, and what a writer changes meanwhile may be torn. Nothing is held up by it.
  base::Result<FileShape> peek_pages(std::size_t piece_bytes, const VisitPiece& visit);

 private:
  friend class Guard;
  struct Impl;
  sqlite3* handle() const;
  void keep(SharedImage image);
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A prepared statement. Use: bind…, then step() until it says false, then reset(). Views of columns are
/// valid until the next step or reset; bound bytes must live until the statement is reset.
class Statement {
 public:
  ~Statement();
  Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Statement& operator=(Statement&& other) noexcept {
    std::swap(statement_, other.statement_);
    return *this;
  }

  Statement& bind(int index, std::int64_t value);
  Statement& bind_text(int index, std::string_view text);
  Statement& bind_blob(int index, base::Bytes bytes);
  Statement& bind_null(int index);

  /// Goes to the next row: true where there is one.
  base::Result<bool> step();
  /// For a statement without rows: runs it and resets it.
  base::Result<void> run();
  void reset();

  std::int64_t integer(int column) const;
  std::string_view text(int column) const;
  base::Bytes blob(int column) const;
  bool is_null(int column) const;
  bool is_integer(int column) const;  ///< of the value, not of the declaration
  bool is_text(int column) const;

  int column_count() const;
  std::string_view column_name(int column) const;
  /// Names of parameters such as `:from`, without the colon, in the order of their indices from 1 on; empty
  /// for one without a name.
  std::vector<std::string> parameter_names() const;

 private:
  friend class Connection;
  friend class Guard;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  sqlite3_stmt* statement_;
};

/// A transaction that is rolled back unless it was committed.
class Transaction {
 public:
  enum class Kind { read, write };
  static base::Result<Transaction> begin(Connection& connection, Kind kind);
  ~Transaction();
  Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;

  /// resource_exhausted: nothing was committed. internal: the outcome is unknown.
  base::Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

/// The version of SQLite that runs, for example "3.40.1".
std::string_view library_version();

}  // namespace countersign::sqlite
