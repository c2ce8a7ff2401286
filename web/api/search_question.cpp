#include "web/api/search_question.h"

#include "ledger/record/characters.h"
#include "web/api/body.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace countersign::api {
namespace {

namespace json = boost::json;
using base::Code;
using base::fail;

constexpr std::int64_t kLimitMost = 1'000, kNumberMost = 9'007'199'254'740'991;

base::Result<std::optional<std::uint64_t>> number_of(const json::object& body, std::string_view name,
                                                     std::int64_t least, std::int64_t most) {
  const auto* value = body.if_contains(name);
  if (value == nullptr) return std::optional<std::uint64_t>();
  if (!value->is_int64() || value->get_int64() < least || value->get_int64() > most)
    return fail(Code::invalid_argument, fmt::format("{} is a number from {} to {}", name, least, most));
  return std::optional(static_cast<std::uint64_t>(value->get_int64()));
}

base::Result<void> check_members(const json::object& body, Asks what) {
  for (const auto& member : body) {
    const std::string_view name(member.key().data(), member.key().size());
    if (name == "query" || name == "from" || name == "before") {
      if (!member.value().is_string())
        return fail(Code::invalid_argument, fmt::format("{} must be a text", name));
      continue;
    }
    if (what == Asks::for_counts)
      return fail(Code::invalid_argument,
                  "there is a member that is not known; there are query, from and before");
    if (name != "limit" && name != "below" && name != "above")
      return fail(
          Code::invalid_argument,
          "there is a member that is not known; there are query, from, before, limit, below and above");
  }
  return {};
}

}  // namespace

base::Result<Question> read_question(const json::object& body, const View& view, Asks what) {
  TRY(check_members(body, what));
  Question out;
  TRY_ASSIGN(const auto limit, number_of(body, "limit", 1, kLimitMost));
  out.limit = limit.value_or(out.limit);
  TRY_ASSIGN(out.below, number_of(body, "below", 0, kNumberMost));
  TRY_ASSIGN(out.above, number_of(body, "above", 0, kNumberMost));
  const auto query = text_of(body, "query"), from = text_of(body, "from"), before = text_of(body, "before");
  if (record::has_control_character(query))
    return fail(Code::invalid_argument, "query must not have line breaks, tabs or other control characters");
  TRY_ASSIGN(out.terms, projection::parse_query(query));
  if (!from.empty()) {
    TRY_ASSIGN(out.from, base::parse_rfc3339(from));
  }
  if (!before.empty()) {
    TRY_ASSIGN(out.before, base::parse_rfc3339(before));
  }
  if (view.period) {
    out.from = std::max(out.from.value_or(view.period->from), view.period->from);
    out.before = std::min(out.before.value_or(view.period->before), view.period->before);
  }
  out.asked = fmt::format("{}:{}{}:{}{}", query.size(), query, from.size(), from, before);
  std::set<std::string> columns;
  for (const auto& term : out.terms) {
    columns.insert(term.column.empty() ? "words" : term.column);
    out.personal = out.personal || term.names_somebody();
  }
  out.described = fmt::format(
      "by {}", columns.empty() ? "nothing but time" : fmt::format("{}", fmt::join(columns, ", ")));
  if (view.policy.audit_single_records() && (out.above || out.below)) {
    // Bounds can be drawn around a single record, of which this tenant wants to know each look.
    const auto bounds = fmt::format("{}{}", out.above ? fmt::format(", above {}", *out.above) : "",
                                    out.below ? fmt::format(", below {}", *out.below) : "");
    out.described += bounds;
    out.asked += bounds;
  }
  return out;
}

}  // namespace countersign::api
