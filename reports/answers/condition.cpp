#include "reports/answers/condition.h"

#include "ledger/base/span.h"
#include "ledger/tree/text_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace countersign::answers {
namespace {

using Test = Condition::Test;

constexpr std::array<std::string_view, 8> kTests{"is",    "is_not",   "at_least", "at_most",
                                                 "below", "includes", "excludes", "known"};
/// A leap year's cycle, which begins on a day of 2024.
constexpr std::int64_t kCycleDays = 1461;
constexpr std::int64_t kCycleBeginSeconds = 1'704'067'200;

/// Whether a list of words joined by `, ` has one of them.
bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto comma = list.find(", ");
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 2);
  }
  return false;
}

/// Calls `holds_of(a, b)` for the ends of both spans, begun on each day that there is; true where all hold.
template <class Holds>
bool always(const base::Span& a, const base::Span& b, Holds&& holds_of) {
  for (std::int64_t day = 0; day < kCycleDays; ++day) {
    const base::Timestamp from{(kCycleBeginSeconds + day * 86'400) * 1'000'000};
    if (!holds_of(base::end_of(from, a).micros, base::end_of(from, b).micros)) return false;
  }
  return true;
}

template <class T>
bool compares(Test test, T a, T b) {
  return test == Test::at_least ? a >= b : test == Test::at_most ? a <= b : a < b;
}

bool compares(Test test, std::string_view value, std::string_view bound) {
  const auto number = tree::parse_decimal(value, INT64_MAX);
  const auto number_bound = tree::parse_decimal(bound, INT64_MAX);
  if (number && number_bound) return compares(test, *number, *number_bound);
  const auto span = base::parse_span(value);
  const auto span_bound = base::parse_span(bound);
  if (!span || !span_bound) return false;
  return always(*span, *span_bound, [&](std::int64_t a, std::int64_t b) { return compares(test, a, b); });
}

std::string_view bound_of(std::string_view value, const Asked& asked) {
  if (value == kAskedSpan) return asked.span;
  if (value == kAskedCount) return asked.count;
  return value;
}

/// `control.X.state` as its three parts; the last is all that is left.
std::array<std::string_view, 3> parts_of(std::string_view name) {
  const auto first = name.find('.');
  const auto last = name.rfind('.');
  if (first == last) return {name.substr(0, first), name.substr(first + 1), {}};
  return {name.substr(0, first), name.substr(first + 1, last - first - 1), name.substr(last + 1)};
}

std::string of_control(std::string_view id, std::string_view value) {
  if (value == "failed")
    return fmt::format("the control {} noted exceptions: see its report, and answer by hand until it passes",
                       id);
  if (value == "nothing")
    return fmt::format(
        "the control {} found nothing to test: have it tested over a period that has such events", id);
  if (value == "passed") return fmt::format("the control {} passed", id);
  return fmt::format("the control {} has no result: have the controls tested over a period", id);
}

std::string of_document(std::string_view kind, std::string_view value) {
  if (value == "valid") return fmt::format("there is a valid document of the kind {}", kind);
  if (value == "expired")
    return fmt::format("the document of the kind {} has expired: upload the one that followed it", kind);
  if (value == "not-yet") return fmt::format("the document of the kind {} is not valid yet", kind);
  return fmt::format("there is no document of the kind {}: upload it", kind);
}

}  // namespace

std::string_view to_string(Test test) { return kTests[static_cast<std::size_t>(test)]; }

bool holds(const Condition& condition, const std::string* value, const Asked& asked) {
  if (value == nullptr) return false;
  const auto& wanted = condition.values;
  const auto each = [&](auto&& of) { return std::all_of(wanted.begin(), wanted.end(), of); };
  switch (condition.test) {
    case Test::is:
      return std::find(wanted.begin(), wanted.end(), *value) != wanted.end();
    case Test::is_not:
      return std::find(wanted.begin(), wanted.end(), *value) == wanted.end();
    case Test::at_least:
    case Test::at_most:
    case Test::below:
      return !wanted.empty() && each([&](const auto& bound) {
        return compares(condition.test, *value, bound_of(bound, asked));
      });
    case Test::includes:
      return each([&](const auto& word) { return has_word(*value, word); });
    case Test::excludes:
      return each([&](const auto& word) { return !has_word(*value, word); });
    case Test::known:
      return true;
  }
  return false;
}

std::string what_is_missing(const Condition& condition, const std::string* value) {
  const auto [kind, what, member] = parts_of(condition.fact);
  const std::string_view is = value != nullptr ? std::string_view(*value) : std::string_view();
  if (kind == "control") return of_control(what, member == "state" ? is : std::string_view());
  if (kind == "document") {
    if (member == "state") return of_document(what, is);
    return fmt::format("the document of the kind {} has no {}: add it", what, member);
  }
  if (kind == "report" && value == nullptr) return "no report of the tenant was made: make one";
  if (kind == "asked") return "the question names no figure to go by";
  const auto name = condition.fact.substr(kind.size() + 1);
  const auto subject = kind == "policy"   ? fmt::format("{} of the policy", name)
                       : kind == "report" ? fmt::format("{} of the newest report", name)
                                          : fmt::format("the figure {}", name);
  if (value == nullptr || condition.test == Test::known) return fmt::format("{} is not known", subject);
  constexpr std::array<std::string_view, 7> kWords{"be",       "not be",  "be at least", "be at most",
                                                   "be below", "include", "not include"};
  return fmt::format("{} is '{}' and would have to {} '{}'", subject, *value,
                     kWords.at(static_cast<std::size_t>(condition.test)),
                     fmt::join(condition.values, "' or '"));
}

std::string for_people(std::string_view name, std::string_view value) {
  if (value.empty()) return "none";
  if (const auto time = base::parse_canonical_time(value)) {
    const auto minute = value.substr(11, 5);
    if (value.substr(11) == "00:00:00.000000Z") return std::string(value.substr(0, 10));
    return fmt::format("{} {} UTC", value.substr(0, 10), minute);
  }
  const bool counts =
      name.starts_with("figure.") || name.ends_with(".items") || name.ends_with(".exceptions");
  if (!counts || !tree::parse_decimal(value, INT64_MAX)) return std::string(value);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i > 0 && (value.size() - i) % 3 == 0) out += ',';
    out += value[i];
  }
  return out;
}

}  // namespace countersign::answers
