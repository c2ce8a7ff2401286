#pragma once

#include "ledger/base/result.h"
#include "ledger/record/event_view.h"
#include "ledger/sqlite/connection.h"

#include <cstdint>
#include <optional>

namespace countersign::projection {

/// Joins what several sources say of one challenge: its sends, receipts, checks and outcome. Events are of
/// one life where they share a name: `challenge.id`, or one source's `challenge.provider_id` that is
/// another's `challenge.id`. Names are compared within one log. A life takes no event more than a day before
/// or after the events that it has, so that an id that a provider uses again begins another one.
///
/// A life is called by the place of the first record that made it. Used by Index, in its transaction.
class ChallengeLives {
 public:
  static base::Result<ChallengeLives> prepare(sqlite::Connection& index);

  /// The life of the event at `place`; empty where it names no challenge. Two lives that the event shows to
  /// be one become one.
  base::Result<std::optional<std::int64_t>> life_of(std::int64_t log, std::int64_t place,
                                                    std::int64_t occurred_us, const record::EventView& event);

 private:
  struct Known {
    std::int64_t life, first_us, last_us;
  };
  ChallengeLives(sqlite::Statement find, sqlite::Statement put, sqlite::Statement unite_events,
                 sqlite::Statement unite_names)
      : find_(std::move(find)),
        put_(std::move(put)),
        unite_events_(std::move(unite_events)),
        unite_names_(std::move(unite_names)) {}
  base::Result<std::optional<Known>> find(std::int64_t log, std::string_view name, std::int64_t occurred_us);

  sqlite::Statement find_, put_, unite_events_, unite_names_;
};

}  // namespace countersign::projection
