#include "ledger/store/schema.h"

#include <fmt/format.h>

#include <vector>

namespace countersign::store {
namespace {

using base::Code;
using base::fail;

constexpr std::int64_t kApplicationId = 0x4353474C;  // "CSGL"
constexpr std::int64_t kSchemaVersion = 1;

std::string table_sql(std::string_view table, std::string_view columns, std::string_view kind) {
  return fmt::format("CREATE TABLE {}({}) {}", table, columns, kind);
}

std::vector<std::string> statements() {
  std::vector<std::string> all;
  const auto append_only = [&](std::string_view table, std::string_view columns, std::string_view kind) {
    all.push_back(table_sql(table, columns, kind));
    for (const std::string_view change : {"UPDATE", "DELETE"}) {
      all.push_back(
          fmt::format("CREATE TRIGGER {0}_refuses_{1} BEFORE {1} ON {0} BEGIN SELECT RAISE(ABORT, 'the "
                      "ledger is append-only'); END",
                      table, change));
    }
  };
  append_only("identity", "name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL", "STRICT, WITHOUT ROWID");
  append_only("logs", "number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE", "STRICT");
  append_only("records", "place INTEGER PRIMARY KEY, record BLOB NOT NULL", "STRICT");
  append_only("tiles", "place INTEGER PRIMARY KEY, hashes BLOB NOT NULL", "STRICT");
  append_only("checkpoints", "place INTEGER PRIMARY KEY, time INTEGER NOT NULL, note TEXT NOT NULL",
              "STRICT");
  append_only("idempotency", "key BLOB NOT NULL PRIMARY KEY, place INTEGER NOT NULL",
              "STRICT, WITHOUT ROWID");
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

const std::vector<std::string>& ledger_schema() {
  static const std::vector<std::string> kSchema = statements();
  return kSchema;
}

base::Result<void> create_ledger(const std::filesystem::path& ledger_file, const LedgerIdentity& identity) {
  TRY_ASSIGN(auto ledger, sqlite::Connection::open(ledger_file, {.access = sqlite::Access::create}));
  TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(ledger, sqlite::Transaction::Kind::write));
  for (const auto& statement : ledger_schema()) TRY(ledger.execute(statement));
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
  if (version != kSchemaVersion)
    return fail(Code::data_loss, fmt::format("the ledger file has format {}, this program knows format {}",
                                             version, kSchemaVersion));
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
