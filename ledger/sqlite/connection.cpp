#include "ledger/sqlite/connection.h"

#include <fmt/format.h>

#include <sqlite3.h>

namespace countersign::sqlite {
namespace {

using base::Code;
using base::fail;

Code code_of(int result) {
  switch (result & 0xFF) {
    case SQLITE_FULL:
      return Code::resource_exhausted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Code::unavailable;
    case SQLITE_CONSTRAINT:
      return Code::already_exists;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Code::data_loss;
    case SQLITE_CANTOPEN:
      return Code::not_found;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return Code::permission_denied;
    default:
      return Code::internal;
  }
}

auto sqlite_error(sqlite3* db, int result) {
  return fail(code_of(result), fmt::format("SQLite: {} ({})", sqlite3_errstr(result),
                                           db != nullptr ? sqlite3_errmsg(db) : "no connection"));
}

struct Closer {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};

/// Counting what memory SQLite uses costs a lock of the whole process with each allocation; nobody asks for
/// it.
void set_up_library() {
  [[maybe_unused]] static const int kResult = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int flags_of(Access access) {
  switch (access) {
    case Access::create:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Access::read_write:
      return SQLITE_OPEN_READWRITE;
    case Access::read_only:
      break;
  }
  return SQLITE_OPEN_READONLY;
}

}  // namespace

struct Connection::Impl {
  std::vector<SharedImage> images;  ///< outlive the connection
  std::unique_ptr<sqlite3, Closer> db;
  int wal_pages = 0;
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

base::Result<Connection> Connection::open(const std::filesystem::path& file, const OpenOptions& options) {
  std::error_code ignored;
  const bool there = std::filesystem::exists(file, ignored);
  if (options.access == Access::create && there)
    return fail(Code::already_exists, fmt::format("{} is there already", file.string()));
  if (options.access != Access::create && !there)
    return fail(Code::not_found, fmt::format("{} is not there", file.string()));
  set_up_library();
  sqlite3* raw = nullptr;
  const int flags =
      flags_of(options.access) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  const int result =
      sqlite3_open_v2(file.c_str(), &raw, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
  auto impl = std::make_unique<Impl>();
  impl->db.reset(raw);
  if (result != SQLITE_OK)
    return fail(fmt::format("cannot open {}", file.string()), sqlite_error(raw, result).value());
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_busy_timeout(raw, 2000);
  if (options.access == Access::read_only)
    sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_wal_autocheckpoint(raw, 0);
  sqlite3_wal_hook(
      raw,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Impl*>(self)->wal_pages = pages;
        return SQLITE_OK;
      },
      impl.get());
  Connection connection(std::move(impl));
  TRY(connection.execute(
      fmt::format("PRAGMA cache_size=-{}; PRAGMA mmap_size=0; PRAGMA foreign_keys=ON; "
                  "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON",
                  options.cache_kib)));
  if (options.access == Access::read_only) {
    TRY(connection.execute("PRAGMA query_only=ON"));
  } else {
    // A journal whose removal a power cut undoes would roll back what was committed: EXTRA syncs its folder,
    // too.
    const bool wal = options.journal == Journal::wal;
    TRY(connection.execute(wal ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
                               : "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA"));
    TRY(connection.execute("PRAGMA journal_size_limit=67108864"));
    TRY_ASSIGN(const auto synchronous, connection.query_integer("PRAGMA synchronous"));
    if (synchronous != (wal ? 2 : 3)) return fail(Code::internal, "SQLite did not accept how to sync");
  }
  return connection;
}

base::Result<Connection> Connection::open_in_memory(int cache_kib) {
  set_up_library();
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI;
  const int result = sqlite3_open_v2(":memory:", &raw, flags, nullptr);
  auto impl = std::make_unique<Impl>();
  impl->db.reset(raw);
  if (result != SQLITE_OK) return fail("cannot open a database in memory", sqlite_error(raw, result).value());
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_busy_timeout(raw, 2000);
  Connection connection(std::move(impl));
  TRY(connection.execute(
      fmt::format("PRAGMA cache_size=-{}; PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; "
                  "PRAGMA temp_store=MEMORY; PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF",
                  cache_kib)));
  return connection;
}

base::Result<void> Connection::attach(const std::filesystem::path& file, std::string_view name) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    return fail(Code::not_found, fmt::format("{} is not there", file.string()));
  std::string uri = "file:";
  for (const char c : file.string()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '_' || c == '-';
    plain ? uri.push_back(c) : void(uri += fmt::format("%{:02X}", static_cast<unsigned char>(c)));
  }
  TRY_ASSIGN(auto statement, prepare(fmt::format("ATTACH ?1 AS {}", name)));
  uri += "?mode=ro";
  return statement.bind_text(1, uri).run();
}

base::Result<void> Connection::detach(std::string_view name) {
  return execute(fmt::format("DETACH {}", name));
}

base::Result<void> Connection::execute(const std::string& sql) {
  const int result = sqlite3_exec(impl_->db.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return sqlite_error(impl_->db.get(), result);
  return {};
}

base::Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int result = sqlite3_prepare_v3(impl_->db.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (result != SQLITE_OK) return sqlite_error(impl_->db.get(), result);
  return Statement(raw);
}

base::Result<void> Connection::run_script(std::string_view sql, const std::function<void(Statement&)>& bind) {
  while (!sql.empty()) {
    sqlite3_stmt* raw = nullptr;
    const char* rest = nullptr;
    const int result =
        sqlite3_prepare_v3(impl_->db.get(), sql.data(), static_cast<int>(sql.size()), 0, &raw, &rest);
    if (result != SQLITE_OK) return sqlite_error(impl_->db.get(), result);
    sql.remove_prefix(static_cast<std::size_t>(rest - sql.data()));
    if (raw == nullptr) continue;
    Statement statement(raw);
    bind(statement);
    TRY(statement.run());
  }
  return {};
}

base::Result<std::int64_t> Connection::query_integer(std::string_view sql) {
  TRY_ASSIGN(auto statement, prepare(sql));
  TRY_ASSIGN(const bool row, statement.step());
  if (!row) return fail(Code::not_found, "the query has no row");
  return statement.integer(0);
}

sqlite3* Connection::handle() const { return impl_->db.get(); }
void Connection::keep(SharedImage image) { impl_->images.push_back(std::move(image)); }

std::int64_t Connection::changes() const { return sqlite3_changes64(impl_->db.get()); }
int Connection::wal_pages() const { return impl_->wal_pages; }

void Connection::move_wal() {
  sqlite3_wal_checkpoint_v2(impl_->db.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  impl_->wal_pages = 0;
}

base::Result<void> Connection::empty_wal() {
  const int result =
      sqlite3_wal_checkpoint_v2(impl_->db.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (result != SQLITE_OK) return sqlite_error(impl_->db.get(), result);
  impl_->wal_pages = 0;
  return {};
}

Statement::~Statement() { sqlite3_finalize(statement_); }

// A bind can fail only for an index that is not in the statement, which the first test of the statement
// shows.
Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
  return *this;
}
Statement& Statement::bind_text(int index, std::string_view text) {
  sqlite3_bind_text64(statement_, index, text.data() != nullptr ? text.data() : "", text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind_blob(int index, base::Bytes bytes) {
  sqlite3_bind_blob64(statement_, index,
                      bytes.data() != nullptr ? static_cast<const void*>(bytes.data()) : "", bytes.size(),
                      SQLITE_STATIC);
  return *this;
}
Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(statement_, index);
  return *this;
}

base::Result<bool> Statement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  auto error = sqlite_error(sqlite3_db_handle(statement_), result);
  sqlite3_reset(statement_);
  return error;
}

base::Result<void> Statement::run() {
  auto stepped = step();
  reset();
  if (!stepped) return fail(std::move(stepped).error());
  return {};
}

void Statement::reset() { sqlite3_reset(statement_); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
std::string_view Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(statement_, column);
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
base::Bytes Statement::blob(int column) const {
  const auto* bytes = sqlite3_column_blob(statement_, column);
  return {static_cast<const std::uint8_t*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
bool Statement::is_integer(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_INTEGER;
}
bool Statement::is_text(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_TEXT; }
int Statement::column_count() const { return sqlite3_column_count(statement_); }
std::string_view Statement::column_name(int column) const {
  const char* name = sqlite3_column_name(statement_, column);
  return name != nullptr ? name : "";
}
std::vector<std::string> Statement::parameter_names() const {
  std::vector<std::string> names;
  for (int i = 1; i <= sqlite3_bind_parameter_count(statement_); ++i) {
    const char* name = sqlite3_bind_parameter_name(statement_, i);
    names.emplace_back(name != nullptr && name[0] == ':' ? name + 1 : "");
  }
  return names;
}
bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

base::Result<Transaction> Transaction::begin(Connection& connection, Kind kind) {
  TRY(connection.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(connection);
}

Transaction::~Transaction() {
  // SQLite rolls back by itself after some errors; a second rollback then fails and does no harm.
  if (connection_ != nullptr) static_cast<void>(connection_->execute("ROLLBACK"));
}

base::Result<void> Transaction::commit() {
  TRY(connection_->execute("COMMIT"));
  connection_ = nullptr;
  return {};
}

std::string_view library_version() { return sqlite3_libversion(); }

}  // namespace countersign::sqlite
