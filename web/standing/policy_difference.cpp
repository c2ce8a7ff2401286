#include "web/standing/policy_difference.h"

#include "web/standing/standing_run.h"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace countersign::standing {
namespace {

namespace json = boost::json;

using reports::Cell;
using reports::ControlResult;
using reports::Exception;

/// What queries read of a policy: the word in their text, and the member that it comes from
/// (reports/workspace/policy.sql).
struct Fact {
  std::string_view word, part, member;
};
constexpr std::array<Fact, 7> kFacts{{{"step_up_window", "step_up", "window_s"},
                                      {"policy_actions", "step_up", "actions"},
                                      {"audit_access_window", "audit_access", "window_s"},
                                      {"four_eyes", "audit_access", "four_eyes"},
                                      {"audit_single_records", "audit_access", "single_records"},
                                      {"lockout_attempts", "lockout", "attempts"},
                                      {"policy_factors", "", "factors"}}};

const json::value& fact_of(const json::object& policy, const Fact& fact) {
  const auto& access = policy.at("access");
  return fact.part.empty() ? access.at(fact.member) : access.at(fact.part).at(fact.member);
}

/// The words of the facts in which both policies differ.
std::vector<std::string_view> changed_words(const JudgedTwice& judged) {
  std::vector<std::string_view> out;
  for (const auto& fact : kFacts) {
    if (fact_of(judged.policy_now, fact) != fact_of(judged.policy_then, fact)) out.push_back(fact.word);
  }
  return out;
}

json::value value_of(const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  const auto* text = std::get_if<std::string>(&cell);
  return text != nullptr ? json::value(*text) : json::value();
}

/// Parameters of which the values differ; both have the same ones.
json::array changed_parameters(const ControlResult& now, const ControlResult& then) {
  json::array out;
  const auto& before = now.control.parameters;
  const auto& after = then.control.parameters;
  for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
    if (before[i].value == after[i].value) continue;
    out.push_back(
        {{"id", before[i].name}, {"now", value_of(before[i].value)}, {"then", value_of(after[i].value)}});
  }
  return out;
}

/// What `one` has found and `other` has not.
std::vector<const Exception*> only_in(const ControlResult& one, const ControlResult& other) {
  std::set<Cell> known;
  for (const auto& exception : other.exceptions) known.insert(exception.item);
  std::vector<const Exception*> out;
  for (const auto& exception : one.exceptions) {
    if (!known.contains(exception.item)) out.push_back(&exception);
  }
  return out;
}

json::array shown(const std::vector<const Exception*>& exceptions) {
  json::array out;
  for (const auto* one : exceptions) {
    if (out.size() == kDifferencesShown) break;
    out.push_back({{"item", value_of(one->item)},
                   {"observed", one->observed},
                   {"records", json::array(one->records.begin(), one->records.end())}});
  }
  return out;
}

json::object sums_of(const ControlResult& result) {
  const auto state = state_of(result.outcome);
  return {{"state", json::string_view(state.data(), state.size())},
          {"population", result.population},
          {"exceptions", result.exceptions_total}};
}

bool reads(const ControlResult& result, const std::vector<std::string_view>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return result.control.population.sql.find(word) != std::string::npos ||
           result.control.exceptions.sql.find(word) != std::string::npos;
  });
}

bool is_whole(const ControlResult& result) { return result.exceptions.size() == result.exceptions_total; }

}  // namespace

json::object difference_of(const JudgedTwice& judged) {
  const auto words = changed_words(judged);
  json::array controls;
  for (const auto& now : judged.now.controls) {
    const auto& all = judged.then.controls;
    const auto then = std::find_if(
        all.begin(), all.end(), [&](const ControlResult& one) { return one.control.id == now.control.id; });
    if (then == all.end()) continue;
    auto parameters = changed_parameters(now, *then);
    const auto added = only_in(*then, now), removed = only_in(now, *then);
    const bool same = added.empty() && removed.empty() && now.population == then->population &&
                      now.population_sha256 == then->population_sha256 &&
                      now.exceptions_total == then->exceptions_total;
    if (same && parameters.empty() && !reads(now, words)) continue;
    const auto kind = to_string(now.control.kind), severity = to_string(now.control.severity);
    json::object one{{"id", now.control.id},
                     {"kind", json::string_view(kind.data(), kind.size())},
                     {"title", now.control.title},
                     {"severity", json::string_view(severity.data(), severity.size())},
                     {"unit", now.control.unit}};
    one["parameters"] = std::move(parameters);
    one["now"] = sums_of(now);
    one["then"] = sums_of(*then);
    // What is missing in a list that is not whole may be there all the same.
    one["added"] = is_whole(now) ? shown(added) : json::array();
    one["removed"] = is_whole(*then) ? shown(removed) : json::array();
    const bool whole = is_whole(now) && is_whole(*then);
    one["added_total"] = whole ? json::value(added.size()) : json::value();
    one["removed_total"] = whole ? json::value(removed.size()) : json::value();
    controls.push_back(std::move(one));
  }
  json::object out{
      {"tenant", judged.now.tenant},
      {"region", judged.now.region},
      {"period",
       {{"from", base::format_rfc3339(judged.now.from)}, {"to", base::format_rfc3339(judged.now.until)}}},
      {"records", judged.now.events}};
  out["controls"] = std::move(controls);
  return out;
}

}  // namespace countersign::standing
