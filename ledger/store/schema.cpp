#include "ledger/store/schema.h"

#include <fmt/format.h>

#include <vector>

namespace countersign::store {
namespace {

using base::Code;
using base::fail;

constexpr std::int64_t kApplicationId = 0x4353474C;  // "CSGL"
constexpr std::int64_t kSchemaVersion = 2;

std::string table_sql(std::string_view table, std::string_view columns, std::string_view kind) {
  return fmt::format("CREATE TABLE {}({}) {}", table, columns, kind);
}

/// What each trigger says; `when` narrows it.
std::string trigger_sql(std::string_view table, std::string_view change, std::string_view when = {}) {
  return fmt::format(
      "CREATE TRIGGER {0}_refuses_{1} BEFORE {1} ON {0} {2}BEGIN SELECT RAISE(ABORT, 'the "
      "ledger is append-only'); END",
      table, change, when);
}

void append_only(std::vector<std::string>& all, std::string_view table, std::string_view columns,
                 std::string_view kind) {
  all.push_back(table_sql(table, columns, kind));
  for (const std::string_view change : {"UPDATE", "DELETE"}) all.push_back(trigger_sql(table, change));
}

std::vector<std::string> first_statements() {
  std::vector<std::string> all;
  append_only(all, "identity", "name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL",
              "STRICT, WITHOUT ROWID");
  append_only(all, "logs", "number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE", "STRICT");
  append_only(all, "records", "place INTEGER PRIMARY KEY, record BLOB NOT NULL", "STRICT");
  append_only(all, "tiles", "place INTEGER PRIMARY KEY, hashes BLOB NOT NULL", "STRICT");
  append_only(all, "checkpoints", "place INTEGER PRIMARY KEY, time INTEGER NOT NULL, note TEXT NOT NULL",
              "STRICT");
  append_only(all, "idempotency", "key BLOB NOT NULL PRIMARY KEY, place INTEGER NOT NULL",
              "STRICT, WITHOUT ROWID");
  return all;
}

/// What format 2 adds: sealed ranges. Their records, and only theirs, may leave the table.
constexpr std::string_view kUnlessSealed =
    "WHEN coalesce((SELECT behind FROM segments WHERE first<=OLD.place ORDER BY first DESC LIMIT "
    "1),0)<=OLD.place ";

std::vector<std::string> sealing_statements() {
  std::vector<std::string> all;
  append_only(all, "segments",
              "first INTEGER NOT NULL, part INTEGER NOT NULL, behind INTEGER NOT NULL, statement TEXT NOT "
              "NULL, members BLOB NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY(first,part)",
              "STRICT, WITHOUT ROWID");
  append_only(all, "retirements",
              "first INTEGER NOT NULL, part INTEGER NOT NULL, statement TEXT NOT NULL, PRIMARY "
              "KEY(first,part)",
              "STRICT, WITHOUT ROWID");
  all.push_back(trigger_sql("records", "DELETE", kUnlessSealed));
  return all;
}

constexpr std::string_view kDropFirstTrigger = "DROP TRIGGER records_refuses_DELETE";

std::vector<std::string> statements(std::int64_t version) {
  auto all = first_statements();
  if (version < kSealingVersion) return all;
  std::erase(all, trigger_sql("records", "DELETE"));
  for (auto& statement : sealing_statements()) all.push_back(std::move(statement));
  return all;
}

base::Result<std::string> read_value(sqlite::Connection& ledger, std::string_view name) {
  TRY_ASSIGN(auto statement, ledger.prepare("SELECT value FROM identity WHERE name=?1"));
  statement.bind_text(1, name);
  TRY_ASSIGN(const bool there, statement.step());
  if (!there) return fail(Code::data_loss, fmt::format("the ledger file has no {}", name));
  return std::string(base::text_of(statement.blob(0)));
}

/// The endorsements of keys that took over, in their order; data_loss where one is missing between two.
base::Result<std::vector<std::string>> read_rotations(sqlite::Connection& ledger) {
  TRY_ASSIGN(const auto count,
             ledger.query_integer("SELECT count(*) FROM identity WHERE name LIKE 'rotation/%'"));
  std::vector<std::string> notes;
  for (std::int64_t number = 1; number <= count; ++number) {
    TRY_ASSIGN(auto note, read_value(ledger, rotation_name(static_cast<std::size_t>(number))));
    notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace

std::string rotation_name(std::size_t number) { return fmt::format("rotation/{}", number); }

const std::vector<std::string>& ledger_schema(std::int64_t version) {
  static const std::vector<std::string> kFirst = statements(1), kNow = statements(kSchemaVersion);
  return version < kSealingVersion ? kFirst : kNow;
}

base::Result<void> upgrade_ledger(sqlite::Connection& ledger) {
  TRY_ASSIGN(const auto version, ledger.query_integer("PRAGMA user_version"));
  if (version >= kSchemaVersion) return {};
  TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(ledger, sqlite::Transaction::Kind::write));
  TRY(ledger.execute(std::string(kDropFirstTrigger)));
  for (const auto& statement : sealing_statements()) TRY(ledger.execute(statement));
  TRY(ledger.execute(fmt::format("PRAGMA user_version={}", kSchemaVersion)));
  return transaction.commit();
}

base::Result<void> create_ledger(const std::filesystem::path& ledger_file, const LedgerIdentity& identity) {
  TRY_ASSIGN(auto ledger, sqlite::Connection::open(ledger_file, {.access = sqlite::Access::create}));
  TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(ledger, sqlite::Transaction::Kind::write));
  for (const auto& statement : ledger_schema(kSchemaVersion)) TRY(ledger.execute(statement));
  {
    TRY_ASSIGN(auto insert, ledger.prepare("INSERT INTO identity(name,value) VALUES(?1,?2)"));
    const std::pair<std::string_view, std::string_view> values[] = {
        {"origin", identity.origin},
        {"region", identity.region.value()},
        {"log_public_key", identity.log_public_key},
        {"clock_public_key", identity.clock_public_key},
    };
    for (const auto& [name, value] : values)
      TRY(insert.bind_text(1, name).bind_blob(2, base::bytes_of(value)).run());
  }
  TRY(ledger.execute(
      fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", kApplicationId, kSchemaVersion)));
  TRY(transaction.commit());
  return ledger.empty_wal();
}

base::Result<LedgerIdentity> read_identity(sqlite::Connection& ledger) {
  TRY_ASSIGN(const auto application, ledger.query_integer("PRAGMA application_id"));
  if (application != kApplicationId) return fail(Code::data_loss, "the file is not a ledger");
  TRY_ASSIGN(const auto version, ledger.query_integer("PRAGMA user_version"));
  if (version < 1 || version > kSchemaVersion)
    return fail(Code::data_loss,
                fmt::format("the ledger file has format {}, this program knows formats up to {}", version,
                            kSchemaVersion));
  LedgerIdentity identity;
  TRY_ASSIGN(identity.origin, read_value(ledger, "origin"));
  TRY_ASSIGN(auto region, read_value(ledger, "region"));
  identity.region = base::RegionId(std::move(region));
  TRY_ASSIGN(identity.log_public_key, read_value(ledger, "log_public_key"));
  TRY_ASSIGN(identity.clock_public_key, read_value(ledger, "clock_public_key"));
  TRY_ASSIGN(identity.rotations, read_rotations(ledger));
  return identity;
}

}  // namespace countersign::store
