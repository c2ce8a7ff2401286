#pragma once

#include "reports/engine/report.h"

#include <boost/json/object.hpp>

#include <cstddef>

namespace countersign::standing {

inline constexpr std::size_t kDifferencesShown = 20;

/// Two reports of the same records by two policies, and those, as default_policy() has them.
struct JudgedTwice {
  reports::Report now, then;
  boost::json::object policy_now, policy_then;
};

/// What differs, control by control: those of which a parameter, or what they read of the policy, is not the
/// same, and those that found something else. Pure.
boost::json::object difference_of(const JudgedTwice& judged);

}  // namespace countersign::standing
