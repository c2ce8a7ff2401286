#include "ledger/projection/event_counts.h"

#include <fmt/format.h>

namespace countersign::projection {
namespace {

constexpr std::size_t kProvider = 4, kReason = 5;  ///< in kCountedColumns

sqlite::Statement& bind_values(sqlite::Statement& statement, std::int64_t log, const CountedValues& values) {
  statement.bind(1, log);
  for (std::size_t i = 0; i < values.size(); ++i) statement.bind_text(static_cast<int>(i) + 2, values[i]);
  return statement;
}

}  // namespace

base::Result<EventCounts> EventCounts::prepare(sqlite::Connection& index, std::int64_t combinations_max) {
  std::string equal;
  for (std::size_t i = 0; i < kCountedFields; ++i)
    equal += fmt::format(" AND {}=?{}", kCountedColumns[i], i + 2);
  TRY_ASSIGN(auto find, index.prepare("SELECT id FROM combinations WHERE log=?1" + equal));
  TRY_ASSIGN(auto count, index.prepare("SELECT count(*) FROM combinations WHERE log=?1"));
  TRY_ASSIGN(auto insert,
             index.prepare(fmt::format("INSERT INTO combinations(log,{}) VALUES(?1,?2,?3,?4,?5,?6,?7)"
                                       " RETURNING id",
                                       fmt::join(kCountedColumns, ","))));
  TRY_ASSIGN(auto add, index.prepare("INSERT INTO counted VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO UPDATE SET "
                                     "events=events+?5"));
  TRY_ASSIGN(auto remove, index.prepare("DELETE FROM counted WHERE log=?1 AND hours=?2 AND begin=?3 AND "
                                        "combination=?4 AND events<=0"));
  return EventCounts(std::move(find), std::move(count), std::move(insert), std::move(add), std::move(remove),
                     combinations_max);
}

void EventCounts::begin() {
  ids_.clear();
  sums_.clear();
}

base::Result<std::int64_t> EventCounts::find(std::int64_t log, const CountedValues& values) {
  TRY_ASSIGN(const bool there, bind_values(find_, log, values).step());
  const std::int64_t id = there ? find_.integer(0) : 0;
  find_.reset();
  return id;
}

base::Result<std::int64_t> EventCounts::id_of(std::int64_t log, const CountedValues& values) {
  key_.assign(std::to_string(log));
  for (const auto value : values) key_.append(1, '\n').append(value);
  if (const auto known = ids_.find(key_); known != ids_.end()) return known->second;
  TRY_ASSIGN(auto id, find(log, values));
  CountedValues kept = values;
  if (id == 0 && !(values[kProvider].empty() && values[kReason].empty())) {
    TRY_ASSIGN(const bool row, count_.bind(1, log).step());
    const bool full = row && count_.integer(0) >= combinations_max_;
    count_.reset();
    if (full) {
      kept[kProvider] = kept[kReason] = kOthers;
      TRY_ASSIGN(id, find(log, kept));
    }
  }
  if (id == 0) {
    TRY_ASSIGN(const bool made, bind_values(insert_, log, kept).step());
    id = made ? insert_.integer(0) : 0;
    insert_.reset();
  }
  ids_.emplace(key_, id);
  return id;
}

base::Result<void> EventCounts::note(std::int64_t log, base::Timestamp received, const CountedValues& values,
                                     std::int64_t events) {
  TRY_ASSIGN(const auto id, id_of(log, values));
  const auto hour = received.micros / kHour_us;
  sums_[{log, 1, hour, id}] += events;
  sums_[{log, kHoursOfDay, hour / kHoursOfDay, id}] += events;
  return {};
}

base::Result<void> EventCounts::flush() {
  for (const auto& [slot, events] : sums_) {
    const auto& [log, hours, begin, id] = slot;
    TRY(add_.bind(1, log).bind(2, hours).bind(3, begin).bind(4, id).bind(5, events).run());
    if (events < 0) TRY(remove_.bind(1, log).bind(2, hours).bind(3, begin).bind(4, id).run());
  }
  sums_.clear();
  return {};
}

}  // namespace countersign::projection
