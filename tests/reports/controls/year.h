#pragma once

#include "tests/reports/engine/tale.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace countersign::testing {

/// How much happens in a year.
struct YearSize {
  int users = 10'000, admins = 200;
  int otps_in_a_month = 10'000;  ///< about; it varies by half with the season
};

/// A year, 2025, of a vendor as there are many: users who sign in with codes by SMS and now and then mistype
/// one or do not get it, administrators with authenticator apps, an identity platform that provisions and
/// deprovisions, a provider of codes that reports what was delivered, an appliance that verifies and backs up
/// on schedule. The last months of the year before are told, too, so that there is something to look back to.
struct Year {
  static constexpr const char* kFrom = "2025-01-01T00:00:00Z";
  static constexpr const char* kUntil = "2026-01-01T00:00:00Z";

  Tale tale;
  /// By control or detection: the items that it must find; text as in reports.
  std::map<std::string, std::set<std::string>> planted;
};

/// Nothing in it is against any rule.
Year clean_year(std::uint64_t seed, const YearSize& size);

/// The same with violations of every control and detection.
Year planted_year(std::uint64_t seed, const YearSize& size);

}  // namespace countersign::testing
