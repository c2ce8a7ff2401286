#include "apps/daemon/streaming/stream_book.h"

#include "ledger/sqlite/shared_file.h"

#include <utility>

namespace countersign::apps {
namespace {

using sqlite::Transaction;

constexpr std::uint32_t kApplicationId = 0x43535452;  // "CSTR"
constexpr std::int64_t kVersion = 2;
constexpr const char* kSchema = R"(
CREATE TABLE streams(
  name TEXT PRIMARY KEY, scope TEXT NOT NULL, told TEXT NOT NULL,
  error TEXT NOT NULL DEFAULT '', error_time INTEGER NOT NULL DEFAULT 0, success_time INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE cursors(
  stream TEXT NOT NULL, log TEXT NOT NULL, next INTEGER NOT NULL, hash TEXT NOT NULL, revision INTEGER NOT NULL, taken INTEGER,
  PRIMARY KEY(stream, log)) STRICT, WITHOUT ROWID;
CREATE TABLE parked(
  stream TEXT NOT NULL, log TEXT NOT NULL, seq INTEGER NOT NULL, why TEXT NOT NULL, time INTEGER NOT NULL, again INTEGER NOT NULL,
  PRIMARY KEY(stream, log, seq)) STRICT, WITHOUT ROWID;
)";

std::int64_t signed_of(std::uint64_t number) { return static_cast<std::int64_t>(number); }

ParkedRecord parked_in(const sqlite::Statement& row) {
  return {std::string(row.text(0)),
          static_cast<std::uint64_t>(row.integer(1)),
          std::string(row.text(2)),
          {row.integer(3)},
          row.integer(4) != 0};
}

}  // namespace

base::Result<StreamBook> StreamBook::open(const std::filesystem::path& region) {
  TRY_ASSIGN(auto db,
             sqlite::open_shared_file(file_of(region), {kApplicationId,
                                                        kVersion,
                                                        kSchema,
                                                        "positions of streams",
                                                        {"ALTER TABLE cursors ADD COLUMN taken INTEGER"}}));
  return StreamBook(std::move(db));
}

base::Result<std::vector<std::string>> StreamBook::names() {
  TRY_ASSIGN(auto query, db_.prepare("SELECT name FROM streams ORDER BY name"));
  std::vector<std::string> out;
  for (;;) {
    TRY_ASSIGN(const bool more, query.step());
    if (!more) return out;
    out.emplace_back(query.text(0));
  }
}

base::Result<std::optional<StreamState>> StreamBook::state(std::string_view name) {
  TRY_ASSIGN(auto query,
             db_.prepare("SELECT scope, told, error, error_time, success_time FROM streams WHERE name=?"));
  query.bind_text(1, name);
  TRY_ASSIGN(const bool found, query.step());
  if (!found) return std::optional<StreamState>();
  return std::optional(StreamState{std::string(query.text(0)),
                                   std::string(query.text(1)),
                                   std::string(query.text(2)),
                                   {query.integer(3)},
                                   {query.integer(4)}});
}

base::Result<void> StreamBook::begin(std::string_view name, const StreamState& state,
                                     std::span<const StreamMove> fresh) {
  TRY_ASSIGN(auto transaction, Transaction::begin(db_, Transaction::Kind::write));
  TRY_ASSIGN(auto stream,
             db_.prepare("INSERT INTO streams(name, scope, told) VALUES(?,?,?) "
                         "ON CONFLICT(name) DO UPDATE SET scope=excluded.scope, told=excluded.told"));
  TRY(stream.bind_text(1, name).bind_text(2, state.scope).bind_text(3, state.told).run());
  TRY_ASSIGN(auto cursor, db_.prepare("INSERT INTO cursors VALUES(?,?,?,?,0,NULL) ON CONFLICT DO NOTHING"));
  for (const auto& one : fresh) {
    TRY(cursor.bind_text(1, name)
            .bind_text(2, one.log)
            .bind(3, signed_of(one.to.next))
            .bind_text(4, one.to.hash)
            .run());
  }
  return transaction.commit();
}

base::Result<void> StreamBook::forget(std::string_view name) {
  TRY_ASSIGN(auto transaction, Transaction::begin(db_, Transaction::Kind::write));
  for (const auto* sql : {"DELETE FROM streams WHERE name=?", "DELETE FROM cursors WHERE stream=?",
                          "DELETE FROM parked WHERE stream=?"}) {
    TRY_ASSIGN(auto gone, db_.prepare(sql));
    TRY(gone.bind_text(1, name).run());
  }
  return transaction.commit();
}

base::Result<std::map<std::string, StreamCursor>> StreamBook::cursors(std::string_view name) {
  TRY_ASSIGN(auto query, db_.prepare("SELECT log, next, hash, revision, taken FROM cursors WHERE stream=?"));
  query.bind_text(1, name);
  std::map<std::string, StreamCursor> out;
  for (;;) {
    TRY_ASSIGN(const bool more, query.step());
    if (!more) return out;
    auto& cursor = out[std::string(query.text(0))];
    cursor = {static_cast<std::uint64_t>(query.integer(1)), std::string(query.text(2)), query.integer(3)};
    if (!query.is_null(4)) cursor.taken = static_cast<std::uint64_t>(query.integer(4));
  }
}

base::Result<void> StreamBook::advance(std::string_view name, const StreamStep& step) {
  TRY_ASSIGN(auto transaction, Transaction::begin(db_, Transaction::Kind::write));
  TRY_ASSIGN(
      auto cursor,
      db_.prepare("INSERT INTO cursors VALUES(?,?,?,?,0,?) ON CONFLICT DO UPDATE SET next=excluded.next, "
                  "hash=excluded.hash, taken=excluded.taken WHERE revision=?"));
  for (const auto& [log, to] : step.moves) {
    cursor.bind_text(1, name).bind_text(2, log).bind(3, signed_of(to.next)).bind_text(4, to.hash);
    if (to.taken) {
      cursor.bind(5, signed_of(*to.taken));
    } else {
      cursor.bind_null(5);
    }
    TRY(cursor.bind(6, to.revision).run());
  }
  TRY(delete_parked(name, step.taken));
  for (const auto& one : step.parked) TRY(park(name, one));
  if (step.taken_at) {
    TRY_ASSIGN(auto success,
               db_.prepare("UPDATE streams SET success_time=?, error=?, error_time=? WHERE name=?"));
    TRY(success.bind(1, step.taken_at->micros)
            .bind_text(2, step.error)
            .bind(3, step.taken_at->micros)
            .bind_text(4, name)
            .run());
  }
  return transaction.commit();
}

base::Result<void> StreamBook::rewind(std::string_view name, std::string_view log, std::uint64_t next) {
  TRY_ASSIGN(
      auto cursor,
      db_.prepare("INSERT INTO cursors VALUES(?,?,?,'',1,NULL) ON CONFLICT DO UPDATE SET next=excluded.next, "
                  "hash='', revision=revision+1, taken=CASE WHEN taken<excluded.next THEN taken END"));
  return cursor.bind_text(1, name).bind_text(2, log).bind(3, signed_of(next)).run();
}

base::Result<void> StreamBook::note_error(std::string_view name, std::string_view error,
                                          base::Timestamp time) {
  TRY_ASSIGN(auto row, db_.prepare("UPDATE streams SET error=?, error_time=? WHERE name=?"));
  return row.bind_text(1, error).bind(2, time.micros).bind_text(3, name).run();
}

base::Result<std::vector<ParkedRecord>> StreamBook::parked(std::string_view name) {
  TRY_ASSIGN(auto query,
             db_.prepare("SELECT log, seq, why, time, again FROM parked WHERE stream=? ORDER BY log, seq"));
  query.bind_text(1, name);
  std::vector<ParkedRecord> out;
  for (;;) {
    TRY_ASSIGN(const bool more, query.step());
    if (!more) return out;
    out.push_back(parked_in(query));
  }
}

base::Result<std::optional<ParkedRecord>> StreamBook::ordered(std::string_view name) {
  TRY_ASSIGN(auto query,
             db_.prepare("SELECT log, seq, why, time, again FROM parked WHERE stream=? AND again=1 "
                         "ORDER BY log, seq LIMIT 1"));
  query.bind_text(1, name);
  TRY_ASSIGN(const bool found, query.step());
  return found ? std::optional(parked_in(query)) : std::nullopt;
}

base::Result<std::int64_t> StreamBook::parked_count(std::string_view name) {
  TRY_ASSIGN(auto query, db_.prepare("SELECT count(*) FROM parked WHERE stream=?"));
  query.bind_text(1, name);
  TRY(query.step());
  return query.integer(0);
}

base::Result<void> StreamBook::order_again(std::string_view name, std::span<const ParkedRecord> records) {
  TRY_ASSIGN(auto transaction, Transaction::begin(db_, Transaction::Kind::write));
  TRY_ASSIGN(auto row, db_.prepare("UPDATE parked SET again=1 WHERE stream=? AND log=? AND seq=?"));
  for (const auto& one : records)
    TRY(row.bind_text(1, name).bind_text(2, one.log).bind(3, signed_of(one.seq)).run());
  return transaction.commit();
}

base::Result<void> StreamBook::drop_parked(std::string_view name, std::span<const ParkedRecord> records) {
  TRY_ASSIGN(auto transaction, Transaction::begin(db_, Transaction::Kind::write));
  for (const auto& one : records) TRY(unpark(name, one));
  return transaction.commit();
}

base::Result<void> StreamBook::unpark(std::string_view name, const ParkedRecord& record) {
  const RecordPlace place{record.log, record.seq};
  return delete_parked(name, {&place, 1});
}

base::Result<void> StreamBook::delete_parked(std::string_view name, std::span<const RecordPlace> records) {
  TRY_ASSIGN(auto row, db_.prepare("DELETE FROM parked WHERE stream=? AND log=? AND seq=?"));
  for (const auto& one : records)
    TRY(row.bind_text(1, name).bind_text(2, one.log).bind(3, signed_of(one.seq)).run());
  return {};
}

base::Result<void> StreamBook::park_again(std::string_view name, const ParkedRecord& record) {
  TRY_ASSIGN(auto row,
             db_.prepare("UPDATE parked SET why=?, time=?, again=0 WHERE stream=? AND log=? AND seq=?"));
  return row.bind_text(1, record.why)
      .bind(2, record.time.micros)
      .bind_text(3, name)
      .bind_text(4, record.log)
      .bind(5, signed_of(record.seq))
      .run();
}

base::Result<void> StreamBook::park(std::string_view name, const ParkedRecord& record) {
  TRY_ASSIGN(auto row, db_.prepare("INSERT OR REPLACE INTO parked VALUES(?,?,?,?,?,?)"));
  return row.bind_text(1, name)
      .bind_text(2, record.log)
      .bind(3, signed_of(record.seq))
      .bind_text(4, record.why)
      .bind(5, record.time.micros)
      .bind(6, record.again ? 1 : 0)
      .run();
}

}  // namespace countersign::apps
