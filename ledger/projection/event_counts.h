#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/record/event_schema.h"
#include "ledger/sqlite/connection.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace countersign::projection {

/// What events are counted by, as columns of `events`.
inline constexpr std::size_t kCountedFields = 6;
inline constexpr std::array<std::string_view, kCountedFields> kCountedColumns{
    "type", "source", "challenge_factor", "challenge_purpose", "challenge_provider", "outcome_reason"};
/// The values of one event, in that order; empty for one that it has not.
using CountedValues = std::array<std::string_view, kCountedFields>;

inline constexpr std::int64_t kHour_us = 3'600ll * 1'000'000;
inline constexpr std::int64_t kHoursOfDay = 24;

/// Stands in place of provider and reason, which are free texts, once a log has very many combinations.
inline constexpr std::string_view kOthers = "*";

/// Counts the events of each log by hour and by day of receipt and by their combination of values: the tables
/// `combinations` and `counted`. Index's; within its transactions. One thread.
class EventCounts {
 public:
  /// `combinations_max` is for each log; beyond it provider and reason are counted as kOthers.
  static base::Result<EventCounts> prepare(sqlite::Connection& index, std::int64_t combinations_max = 10'000);

  /// Forgets what was not written. At the begin of a transaction, because the one before may have failed.
  void begin();
  /// Adds an event, or takes one out (`events` is 1 or -1).
  base::Result<void> note(std::int64_t log, base::Timestamp received, const CountedValues& values,
                          std::int64_t events);
  /// Writes what note() has gathered; before the transaction's commit.
  base::Result<void> flush();

 private:
  using Slot = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>;  ///< log, hours, begin, id
  EventCounts(sqlite::Statement find, sqlite::Statement count, sqlite::Statement insert,
              sqlite::Statement add, sqlite::Statement remove, std::int64_t combinations_max)
      : find_(std::move(find)),
        count_(std::move(count)),
        insert_(std::move(insert)),
        add_(std::move(add)),
        remove_(std::move(remove)),
        combinations_max_(combinations_max) {}
  base::Result<std::int64_t> id_of(std::int64_t log, const CountedValues& values);
  base::Result<std::int64_t> find(std::int64_t log, const CountedValues& values);

  sqlite::Statement find_, count_, insert_, add_, remove_;
  std::int64_t combinations_max_;
  std::map<std::string, std::int64_t, std::less<>> ids_;  ///< by log and values
  std::map<Slot, std::int64_t> sums_;
  std::string key_;
};

}  // namespace countersign::projection
