#pragma once

#include "reports/documents/document.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace countersign::documents {

/// What is to be said of a document on a day.
struct Reminder {
  std::int64_t version = 0;
  /// That the version expires: the day before its last one for which this is said; 0: that it has expired.
  std::int64_t days = 0;
  std::int64_t left = 0;              ///< days that it still holds
  std::vector<std::int64_t> settled;  ///< reminders that this is in place of, itself included
};

/// What is due on a day of the version by which a document stands, if anything is: nothing where a version
/// that was not withdrawn holds on the day after its last one, or where it was said before (`said` has the
/// days, 0 for that it has expired). Of several reminders that are due at once the one nearest to the end is
/// made, in place of all. Pure.
std::optional<Reminder> due_on(const Document& document, Day day, const std::vector<std::int64_t>& said);

}  // namespace countersign::documents
