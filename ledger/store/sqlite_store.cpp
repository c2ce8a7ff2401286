#include "ledger/store/sqlite_store.h"

#include "ledger/crypto/digest.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/schema.h"

#include <algorithm>

namespace countersign::store {
namespace {

using base::Code;

/// 40 MB of WAL: fewer moves cost less than they delay (docs/architecture.md, "SQLite").
constexpr int kWalPagesMax = 10'000;

/// A key that is there already means that another writer moved the head.
base::Result<void> as_head_move(base::Result<void> done) {
  if (!done && done.error().code == Code::already_exists)
    return base::fail(Code::aborted, "another writer appended to the log: " + done.error().message);
  return done;
}

}  // namespace

EventKey event_key(std::string_view source, std::string_view id) {
  thread_local crypto::Sha256 hasher;
  const auto digest = hasher.update(source).update(std::uint8_t{0}).update(id).finish();
  EventKey key;
  std::copy_n(digest.bytes.begin(), key.size(), key.begin());
  return key;
}

struct SqliteStore::Impl {
  sqlite::Connection connection;
  sqlite::Statement find;
  sqlite::Statement log;
  sqlite::Statement record;
  sqlite::Statement key;
  sqlite::Statement tile;
  sqlite::Statement checkpoint;
  sqlite::Statement segment;
  sqlite::Statement sealed_in;
  sqlite::Statement drop;
  sqlite::Statement retirement;
  std::optional<sqlite::Transaction> group;
};

SqliteStore::SqliteStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteStore::~SqliteStore() = default;

base::Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& ledger_file,
                                                             const std::string& vfs) {
  TRY_ASSIGN(auto ledger,
             sqlite::Connection::open(
                 ledger_file, {.access = sqlite::Access::read_write, .cache_kib = 65536, .vfs = vfs}));
  TRY(read_identity(ledger));
  TRY(upgrade_ledger(ledger));
  TRY_ASSIGN(auto find, ledger.prepare("SELECT place FROM idempotency WHERE key=?1"));
  TRY_ASSIGN(auto log, ledger.prepare("INSERT INTO logs(number,name) VALUES(?1,?2)"));
  TRY_ASSIGN(auto record, ledger.prepare("INSERT INTO records(place,record) VALUES(?1,?2)"));
  TRY_ASSIGN(auto key, ledger.prepare("INSERT INTO idempotency(key,place) VALUES(?1,?2)"));
  TRY_ASSIGN(auto tile, ledger.prepare("INSERT INTO tiles(place,hashes) VALUES(?1,?2)"));
  TRY_ASSIGN(auto checkpoint, ledger.prepare("INSERT INTO checkpoints(place,time,note) VALUES(?1,?2,?3)"));
  TRY_ASSIGN(auto segment, ledger.prepare("INSERT INTO segments(first,part,behind,statement,members,hashes) "
                                          "VALUES(?1,?2,?3,?4,?5,?6)"));
  TRY_ASSIGN(
      auto sealed_in,
      ledger.prepare("SELECT first,behind FROM segments s WHERE part=0 AND EXISTS(SELECT 1 FROM records "
                     "WHERE place>=s.first AND place<s.behind) LIMIT 1"));
  TRY_ASSIGN(auto drop, ledger.prepare("DELETE FROM records WHERE place IN (SELECT place FROM records WHERE "
                                       "place>=?1 AND place<?2 ORDER BY place LIMIT ?3)"));
  TRY_ASSIGN(auto retirement,
             ledger.prepare("INSERT INTO retirements(first,part,statement) VALUES(?1,?2,?3)"));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::make_unique<Impl>(
      Impl{std::move(ledger), std::move(find), std::move(log), std::move(record), std::move(key),
           std::move(tile), std::move(checkpoint), std::move(segment), std::move(sealed_in), std::move(drop),
           std::move(retirement), std::nullopt})));
}

base::Result<std::optional<Place>> SqliteStore::find(const EventKey& key) {
  impl_->find.bind_blob(1, key);
  TRY_ASSIGN(const bool there, impl_->find.step());
  std::optional<Place> place;
  if (there) {
    const auto found = impl_->find.integer(0);
    place = Place{log_of_place(found), index_of_place(found)};
  }
  impl_->find.reset();
  return place;
}

base::Result<void> SqliteStore::begin() {
  // The write lock from the start: one transaction serves the look-ups too, and each of them takes no lock of
  // its own.
  TRY_ASSIGN(auto transaction,
             sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
  impl_->group.emplace(std::move(transaction));
  return {};
}

void SqliteStore::rollback() { impl_->group.reset(); }

base::Result<void> SqliteStore::commit(const Group& group) {
  for (const auto& log : group.logs) {
    TRY(as_head_move(impl_->log.bind(1, log.number).bind_text(2, log.name.text).run()));
  }
  for (const auto& record : group.records) {
    const auto place = place_of(record.log, record.seq);
    TRY(as_head_move(impl_->record.bind(1, place).bind_blob(2, base::bytes_of(record.bytes)).run()));
    TRY(as_head_move(impl_->key.bind_blob(1, record.key).bind(2, place).run()));
  }
  for (const auto& [log, tile] : group.tiles) {
    const base::Bytes hashes(tile.hashes.front().bytes.data(), tile.hashes.size() * sizeof(base::Digest));
    TRY(as_head_move(
        impl_->tile.bind(1, tile_place(log, tile.level, tile.index)).bind_blob(2, hashes).run()));
  }
  TRY(impl_->group->commit());
  impl_->group.reset();
  return {};
}

base::Result<void> SqliteStore::publish(const std::vector<NewCheckpoint>& checkpoints) {
  TRY_ASSIGN(auto transaction,
             sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
  for (const auto& [log, row] : checkpoints) {
    TRY(impl_->checkpoint.bind(1, place_of(log, row.size)).bind(2, row.time).bind_text(3, row.note).run());
  }
  return transaction.commit();
}

base::Result<void> SqliteStore::seal(const std::vector<NewSegment>& segments) {
  TRY_ASSIGN(auto transaction,
             sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
  for (const auto& one : segments) {
    const auto statement = format_segment(one.statement);
    const base::Bytes hashes = one.tail_hashes.empty()
                                   ? base::Bytes()
                                   : base::Bytes(one.tail_hashes.front().bytes.data(),
                                                 one.tail_hashes.size() * sizeof(base::Digest));
    impl_->segment.bind(1, place_of(one.log, one.statement.begin)).bind(2, one.statement.part);
    impl_->segment.bind(3, place_of(one.log, one.statement.end)).bind_text(4, statement);
    TRY(impl_->segment.bind_blob(5, one.members).bind_blob(6, hashes).run());
  }
  return transaction.commit();
}

base::Result<std::uint64_t> SqliteStore::drop_sealed(std::uint64_t records_max) {
  TRY_ASSIGN(const bool some, impl_->sealed_in.step());
  const std::int64_t first = some ? impl_->sealed_in.integer(0) : 0;
  const std::int64_t behind = some ? impl_->sealed_in.integer(1) : 0;
  impl_->sealed_in.reset();
  if (!some) return std::uint64_t{0};
  TRY_ASSIGN(auto transaction,
             sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
  TRY(impl_->drop.bind(1, first).bind(2, behind).bind(3, static_cast<std::int64_t>(records_max)).run());
  const auto dropped = static_cast<std::uint64_t>(impl_->connection.changes());
  TRY(transaction.commit());
  return dropped;
}

base::Result<void> SqliteStore::retire(std::int64_t log, const std::vector<RetirementStatement>& parts) {
  TRY_ASSIGN(auto transaction,
             sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
  for (const auto& part : parts) {
    const auto statement = format_retirement(part);
    impl_->retirement.bind(1, place_of(log, part.begin)).bind(2, part.part);
    TRY(impl_->retirement.bind_text(3, statement).run());
  }
  return transaction.commit();
}

base::Result<void> SqliteStore::add_rotation(std::size_t number, std::string_view note) {
  TRY_ASSIGN(auto transaction,
             sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
  {
    TRY_ASSIGN(auto insert, impl_->connection.prepare("INSERT INTO identity(name,value) VALUES(?1,?2)"));
    const auto name = rotation_name(number);
    TRY(insert.bind_text(1, name).bind_blob(2, base::bytes_of(note)).run());
  }
  return transaction.commit();
}

void SqliteStore::tidy() {
  if (impl_->connection.wal_pages() > kWalPagesMax) impl_->connection.move_wal();
}

base::Result<void> SqliteStore::close() { return impl_->connection.empty_wal(); }

}  // namespace countersign::store
