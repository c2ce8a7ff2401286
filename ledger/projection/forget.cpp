#include "ledger/projection/forget.h"

#include "ledger/projection/heard.h"
#include "ledger/projection/words.h"
#include "ledger/record/event_schema.h"
#include "ledger/store/schema.h"

#include <fmt/format.h>

namespace countersign::projection {
namespace {

constexpr int kFirstCounted = 5;  ///< column of the first value that events are counted by

}  // namespace

base::Result<RetiredRecords> RetiredRecords::prepare(sqlite::Connection& index) {
  TRY_ASSIGN(auto count, index.prepare("SELECT count(*) FROM forgotten"));
  TRY_ASSIGN(auto known, index.prepare("SELECT 1 FROM forgotten WHERE first=?1 AND part=?2"));
  TRY_ASSIGN(auto note, index.prepare("INSERT INTO forgotten(first,part) VALUES(?1,?2)"));
  TRY_ASSIGN(auto event, index.prepare(fmt::format("SELECT log, source, received, proof, {}, {} FROM events "
                                                   "WHERE place=?1",
                                                   words_sql(), fmt::join(kCountedColumns, ", "))));
  TRY_ASSIGN(auto remove, index.prepare("DELETE FROM events WHERE place=?1"));
  // A table without content is told what it held (FTS5, "The 'delete' command").
  TRY_ASSIGN(auto remove_words, index.prepare("INSERT INTO words(words,rowid,text) VALUES('delete',?1,?2)"));
  TRY_ASSIGN(auto unheard,
             index.prepare("UPDATE heard SET events=events-1 WHERE log=?1 AND source=?2 AND minute=?3"));
  TRY_ASSIGN(auto remove_heard,
             index.prepare("DELETE FROM heard WHERE log=?1 AND source=?2 AND minute=?3 AND events<=0"));
  TRY_ASSIGN(auto counts, EventCounts::prepare(index));
  return RetiredRecords(std::move(count), std::move(known), std::move(note), std::move(event),
                        std::move(remove), std::move(remove_words), std::move(unheard),
                        std::move(remove_heard), std::move(counts));
}

base::Result<bool> RetiredRecords::is_behind(store::LedgerReader& ledger) {
  TRY_ASSIGN(const auto retired, ledger.retired_parts());
  TRY_ASSIGN(const bool row, count_.step());
  const auto forgotten = row ? static_cast<std::uint64_t>(count_.integer(0)) : 0;
  count_.reset();
  return retired > forgotten;
}

base::Result<bool> RetiredRecords::forget(std::int64_t place) {
  TRY_ASSIGN(const bool there, event_.bind(1, place).step());
  if (!there) {
    event_.reset();
    return false;
  }
  const auto log = event_.integer(0), received_us = event_.integer(2), minute = received_us / 60'000'000;
  const std::string source(event_.text(1));
  const bool heard = is_heard(source, event_.text(3));
  words_ = event_.text(4);
  CountedValues counted;
  for (std::size_t i = 0; i < counted.size(); ++i) {
    const int column = kFirstCounted + static_cast<int>(i);
    if (!event_.is_null(column)) counted[i] = event_.text(column);
  }
  TRY(counts_.note(log, {received_us}, counted, -1));
  event_.reset();
  TRY(remove_words_.bind(1, place).bind_text(2, words_).run());
  TRY(remove_.bind(1, place).run());
  if (!heard) return true;
  TRY(unheard_.bind(1, log).bind_text(2, source).bind(3, minute).run());
  TRY(remove_heard_.bind(1, log).bind_text(2, source).bind(3, minute).run());
  return true;
}

base::Result<std::optional<std::uint64_t>> RetiredRecords::forget_next(store::LedgerReader& ledger) {
  counts_.begin();
  TRY_ASSIGN(const auto logs, ledger.logs());
  for (const auto& log : logs) {
    TRY_ASSIGN(const auto ranges, ledger.sealed(log));
    for (const auto& range : ranges) {
      for (const auto& part : range.parts) {
        if (!part.retired) continue;
        const auto first = store::place_of(log.number, range.begin);
        TRY_ASSIGN(const bool known, known_.bind(1, first).bind(2, part.statement.part).step());
        known_.reset();
        if (known) continue;
        std::uint64_t gone = 0;
        for (auto seq = range.begin; seq < range.end; ++seq) {
          if (!store::is_member(part.members, seq - range.begin)) continue;
          TRY_ASSIGN(const bool went, forget(store::place_of(log.number, seq)));
          gone += went ? 1 : 0;
        }
        TRY(counts_.flush());
        TRY(note_.bind(1, first).bind(2, part.statement.part).run());
        return std::optional(gone);
      }
    }
  }
  return std::optional<std::uint64_t>();
}

}  // namespace countersign::projection
