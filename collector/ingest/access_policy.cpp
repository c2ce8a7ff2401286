#include "collector/ingest/access_policy.h"

#include "ledger/record/event_schema.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace countersign::ingest {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::size_t kActionBytesMax = 128;  ///< of `action.name`

std::string_view name_of(const json::key_value_pair& member) {
  return {member.key().data(), member.key().size()};
}

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

/// The strings of an array, sorted by `order`, each once.
template <class Check>
base::Result<std::vector<std::string>> read_texts(const json::value& value, const std::string& path,
                                                  std::size_t max, const std::string& what,
                                                  const Check& check) {
  const auto* array = value.if_array();
  if (array == nullptr || array->size() > max)
    return fail(Code::invalid_argument, fmt::format("{} must be an array of at most {} strings", path, max));
  std::vector<std::string> out;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto* text = (*array)[i].if_string();
    if (text == nullptr || !check(std::string_view(text->data(), text->size())))
      return fail(Code::invalid_argument, fmt::format("{}[{}] must be {}", path, i, what));
    out.emplace_back(text->data(), text->size());
  }
  std::sort(out.begin(), out.end());
  if (std::adjacent_find(out.begin(), out.end()) != out.end())
    return fail(Code::invalid_argument, fmt::format("{} names something twice", path));
  return out;
}

base::Result<std::int64_t> read_integer(const json::value& value, const std::string& path, std::int64_t least,
                                        std::int64_t most) {
  if (value.is_int64() && value.get_int64() >= least && value.get_int64() <= most) return value.get_int64();
  return fail(Code::invalid_argument, fmt::format("{} must be an integer from {} to {}", path, least, most));
}

auto unknown(const std::string& path, std::string_view known) {
  return fail(Code::invalid_argument, fmt::format("{} is not known; there are {}", path, known));
}

base::Result<const json::object*> read_object(const json::value& value, const std::string& path) {
  if (const auto* object = value.if_object()) return object;
  return fail(Code::invalid_argument, fmt::format("{} must be an object", path));
}

/// `billing.refund`, `billing.*` or `*`: printable ASCII without white space, a star at the end only.
bool is_action(std::string_view text) {
  if (text.empty() || text.size() > kActionBytesMax) return false;
  const auto star = text.find('*');
  if (star != std::string_view::npos && star + 1 != text.size()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_factor(std::string_view text) {
  const auto known = record::factors();
  return std::find(known.begin(), known.end(), text) != known.end();
}

bool covers(std::string_view pattern, std::string_view action) {
  if (!pattern.ends_with('*')) return pattern == action;
  return action.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace

AccessPolicy::AccessPolicy() {
  for (const auto factor : record::factors()) factors_.emplace_back(factor);
}

bool AccessPolicy::allows(std::string_view factor) const {
  return std::find(factors_.begin(), factors_.end(), factor) != factors_.end();
}

bool AccessPolicy::needs_step_up(std::string_view action) const {
  return std::any_of(actions_.begin(), actions_.end(),
                     [&](const std::string& pattern) { return covers(pattern, action); });
}

json::object AccessPolicy::to_json() const {
  return {
      {"factors", array_of(factors_)},
      {"step_up", {{"actions", array_of(actions_)}, {"window_s", step_up_window_s_}}},
      {"audit_access",
       {{"window_s", audit_window_s_}, {"single_records", audit_single_records_}, {"four_eyes", four_eyes_}}},
      {"lockout", {{"attempts", std::int64_t{lockout_attempts_}}}}};
}

base::Result<AccessPolicy> AccessPolicy::parse(const json::object& from) {
  AccessPolicy out;
  for (const auto& member : from) {
    const auto name = name_of(member);
    if (name == "factors") {
      TRY_ASSIGN(const auto named, read_texts(member.value(), "factors", record::factors().size(),
                                              "a factor, such as totp", is_factor));
      if (named.empty()) return fail(Code::invalid_argument, "factors must name one factor at least");
      out.factors_.clear();
      for (const auto factor : record::factors()) {
        if (std::binary_search(named.begin(), named.end(), factor)) out.factors_.emplace_back(factor);
      }
    } else if (name == "step_up") {
      TRY_ASSIGN(const auto* object, read_object(member.value(), "step_up"));
      for (const auto& inner : *object) {
        if (name_of(inner) == "actions") {
          TRY_ASSIGN(out.actions_,
                     read_texts(inner.value(), "step_up.actions", kActionsMax,
                                fmt::format("an action's name of at most {} characters, or the beginning of "
                                            "some and a star",
                                            kActionBytesMax),
                                is_action));
        } else if (name_of(inner) == "window_s") {
          TRY_ASSIGN(out.step_up_window_s_, read_integer(inner.value(), "step_up.window_s", 0, kWindowMaxS));
        } else {
          return unknown(fmt::format("step_up.{}", name_of(inner)), "actions and window_s");
        }
      }
    } else if (name == "audit_access") {
      TRY_ASSIGN(const auto* object, read_object(member.value(), "audit_access"));
      for (const auto& inner : *object) {
        if (name_of(inner) == "window_s") {
          TRY_ASSIGN(out.audit_window_s_,
                     read_integer(inner.value(), "audit_access.window_s", 0, kWindowMaxS));
        } else if (name_of(inner) == "single_records") {
          if (!inner.value().is_bool())
            return fail(Code::invalid_argument, "audit_access.single_records must be true or false");
          out.audit_single_records_ = inner.value().get_bool();
        } else if (name_of(inner) == "four_eyes") {
          if (!inner.value().is_bool())
            return fail(Code::invalid_argument, "audit_access.four_eyes must be true or false");
          out.four_eyes_ = inner.value().get_bool();
        } else {
          return unknown(fmt::format("audit_access.{}", name_of(inner)),
                         "window_s, single_records and four_eyes");
        }
      }
    } else if (name == "lockout") {
      TRY_ASSIGN(const auto* object, read_object(member.value(), "lockout"));
      for (const auto& inner : *object) {
        if (name_of(inner) != "attempts")
          return unknown(fmt::format("lockout.{}", name_of(inner)), "attempts");
        TRY_ASSIGN(const auto attempts, read_integer(inner.value(), "lockout.attempts", 1, kAttemptsMax));
        out.lockout_attempts_ = static_cast<unsigned>(attempts);
      }
    } else {
      return unknown(std::string(name), "factors, step_up, audit_access and lockout");
    }
  }
  return out;
}

json::object access_policy_schema() {
  const auto window = [](const char* what) {
    return json::object{{"type", "integer"},
                        {"minimum", 0},
                        {"maximum", AccessPolicy::kWindowMaxS},
                        {"default", 900},
                        {"description", what}};
  };
  const auto object = [](json::object properties) {
    return json::object{
        {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  };
  json::array factors;
  for (const auto factor : record::factors())
    factors.emplace_back(json::string_view(factor.data(), factor.size()));
  return object(
      {{"factors",
        {{"type", "array"},
         {"items", {{"enum", factors}}},
         {"minItems", 1},
         {"uniqueItems", true},
         {"default", factors},
         {"description", "Factors that may serve."}}},
       {"step_up",
        object(
            {{"actions",
              {{"type", "array"},
               {"items", {{"type", "string"}, {"pattern", "^[!-)+-~]{0,127}([!-)+-~]|\\*)$"}}},
               {"maxItems", AccessPolicy::kActionsMax},
               {"uniqueItems", true},
               {"default", json::array()},
               {"description", "Actions that need a step-up: a name, or the beginning of some and a star."}}},
             {"window_s",
              window("Seconds for which a success is good for a further action; 0: for none.")}})},
       {"audit_access",
        object({{"window_s",
                 window("Seconds for which a success is good for looking at personal values and bundles.")},
                {"single_records",
                 {{"type", "boolean"},
                  {"default", false},
                  {"description", "Whether opening a single record needs a success, too."}}},
                {"four_eyes",
                 {{"type", "boolean"},
                  {"default", false},
                  {"description",
                   "Whether an export of full personal values needs a second person's approval."}}}})},
       {"lockout",
        object({{"attempts",
                 {{"type", "integer"},
                  {"minimum", 1},
                  {"maximum", AccessPolicy::kAttemptsMax},
                  {"default", 10},
                  {"description", "Failures one after another at which a person is locked out."}}}})}});
}

}  // namespace countersign::ingest
