#include "ledger/projection/index.h"

#include "ledger/projection/columns.h"
#include "ledger/projection/event_counts.h"
#include "ledger/projection/forget.h"
#include "ledger/projection/record_rows.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/schema.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::projection {
namespace {

using base::Code;
using base::fail;

base::Result<sqlite::Connection> open_or_make(const std::filesystem::path& file) {
  auto there = sqlite::Connection::open(file, {.access = sqlite::Access::read_write, .cache_kib = 32768});
  if (there) {
    const auto version = there->query_integer("PRAGMA user_version");
    if (version && *version == kIndexVersion) return there;
  }
  there = fail(Code::aborted, "made anew");
  TRY(remove_index(file));
  TRY_ASSIGN(auto fresh,
             sqlite::Connection::open(file, {.access = sqlite::Access::create, .cache_kib = 32768}));
  TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(fresh, sqlite::Transaction::Kind::write));
  TRY(fresh.execute(index_schema()));
  TRY(transaction.commit());
  return fresh;
}

}  // namespace

base::Result<void> remove_index(const std::filesystem::path& index_file) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code error;
    std::filesystem::remove(index_file.string() + suffix, error);
    if (error)
      return fail(Code::internal,
                  fmt::format("cannot delete {}{}: {}", index_file.string(), suffix, error.message()));
  }
  return {};
}

struct Index::Impl {
  sqlite::Connection connection;
  sqlite::Statement next;
  sqlite::Statement set_next;
  sqlite::Statement insert_words;
  RecordRows rows;
  EventCounts counts;
  RetiredRecords retired;
  std::uint64_t behind = 0;

  base::Result<void> take(std::int64_t place, std::string_view bytes);
};

Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Index::~Index() = default;
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;

base::Result<Index> Index::open(const std::filesystem::path& index_file) {
  TRY_ASSIGN(auto index, open_or_make(index_file));
  // Losing the last commits in a power cut costs a moment of work, not evidence.
  TRY(index.execute("PRAGMA synchronous=NORMAL"));
  TRY_ASSIGN(auto next, index.prepare("SELECT next FROM progress WHERE log=?1"));
  TRY_ASSIGN(
      auto set_next,
      index.prepare("INSERT INTO progress(log,next) VALUES(?1,?2) ON CONFLICT(log) DO UPDATE SET next=?2"));
  TRY_ASSIGN(auto insert_words, index.prepare("INSERT INTO words(rowid,text) VALUES(?1,?2)"));
  TRY_ASSIGN(auto rows, RecordRows::prepare(index));
  TRY_ASSIGN(auto counts, EventCounts::prepare(index));
  TRY_ASSIGN(auto retired, RetiredRecords::prepare(index));
  return Index(std::make_unique<Impl>(Impl{std::move(index), std::move(next), std::move(set_next),
                                           std::move(insert_words), std::move(rows), std::move(counts),
                                           std::move(retired)}));
}

base::Result<void> Index::Impl::take(std::int64_t place, std::string_view bytes) {
  const auto log = store::log_of_place(place);
  TRY(rows.add(log, place, bytes));
  TRY(counts.note(log, rows.received(), rows.counted(), 1));
  return insert_words.bind(1, place).bind_text(2, rows.words()).run();
}

base::Result<std::uint64_t> Index::advance(store::LedgerReader& ledger, std::uint64_t records_max) {
  TRY_ASSIGN(const auto logs, ledger.logs());
  TRY_ASSIGN(auto transaction,
             sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
  impl_->counts.begin();
  impl_->behind = 0;
  std::uint64_t taken = 0;
  for (const auto& log : logs) {
    impl_->next.bind(1, log.number);
    TRY_ASSIGN(const bool known, impl_->next.step());
    const std::uint64_t begin = known ? static_cast<std::uint64_t>(impl_->next.integer(0)) : 0;
    impl_->next.reset();
    const std::uint64_t end = std::min(log.size, begin + records_max - taken);
    impl_->behind += log.size - std::min(log.size, end);
    if (begin >= end) continue;
    TRY(ledger.read(log, begin, end, [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
      auto done = impl_->take(store::place_of(log.number, base::index_of(seq)), bytes);
      if (!done)
        return fail(fmt::format("record {} of {} cannot be indexed", base::index_of(seq), log.name.text),
                    done.error());
      return {};
    }));
    TRY(impl_->set_next.bind(1, log.number).bind(2, static_cast<std::int64_t>(end)).run());
    taken += end - begin;
  }
  if (taken == 0) return taken;
  TRY(impl_->rows.flush());
  TRY(impl_->counts.flush());
  TRY(transaction.commit());
  if (impl_->connection.wal_pages() > 10'000) impl_->connection.move_wal();
  return taken;
}

std::uint64_t Index::behind() const { return impl_->behind; }

base::Result<std::uint64_t> Index::forget_retired(store::LedgerReader& ledger) {
  std::uint64_t gone = 0;
  for (;;) {
    TRY_ASSIGN(const bool behind, impl_->retired.is_behind(ledger));
    if (!behind) return gone;
    TRY_ASSIGN(auto transaction,
               sqlite::Transaction::begin(impl_->connection, sqlite::Transaction::Kind::write));
    TRY_ASSIGN(const auto of_part, impl_->retired.forget_next(ledger));
    if (!of_part) return gone;
    TRY(transaction.commit());
    gone += *of_part;
  }
}

}  // namespace countersign::projection
