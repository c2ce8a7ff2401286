#pragma once

#include "reports/answers/answer.h"

#include <string>
#include <string_view>

namespace countersign::answers {

/// What the question names, as if it were a fact.
inline constexpr std::string_view kAskedSpan = "asked.span";
inline constexpr std::string_view kAskedCount = "asked.count";

/// Whether it holds for a value; null: there is none, and nothing holds. Pure, thread-safe.
bool holds(const Condition& condition, const std::string* value, const Asked& asked);

/// What would have to be so, as a sentence without a full stop that somebody can act on: "the control
/// PRIVILEGED-MFA has no result: have the controls tested over a period". Shows values of the policy and of
/// figures, and no others.
std::string what_is_missing(const Condition& condition, const std::string* value);

/// The value of a fact as it stands in an answer: counts in groups of three digits, times by day or minute in
/// UTC, an empty list as `none`.
std::string for_people(std::string_view name, std::string_view value);

}  // namespace countersign::answers
