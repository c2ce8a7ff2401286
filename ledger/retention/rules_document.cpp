#include "ledger/retention/rules_document.h"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace countersign::retention {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

base::Result<void> only(const json::object& from, const std::string& where,
                        std::initializer_list<std::string_view> names) {
  for (const auto& member : from) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(names.begin(), names.end(), name) == names.end())
      return fail(Code::invalid_argument,
                  fmt::format("{}{} is not known; there are {}", where, name, fmt::join(names, ", ")));
  }
  return {};
}

/// The text of a member, or `otherwise` where there is none.
base::Result<std::string> text_of(const json::object& from, const std::string& where, std::string_view name,
                                  std::string_view otherwise) {
  const auto* found = from.if_contains(view(name));
  if (found == nullptr) return std::string(otherwise);
  if (!found->is_string())
    return fail(Code::invalid_argument, fmt::format("{}{} must be a text", where, name));
  return std::string(found->get_string().data(), found->get_string().size());
}

base::Result<Span> span_of(const json::object& from, const std::string& where, std::string_view name,
                           const Span& otherwise) {
  TRY_ASSIGN(const auto text, text_of(from, where, name, to_string(otherwise)));
  const auto span = parse_span(text);
  if (!span) return fail(Code::invalid_argument, fmt::format("{}{}: {}", where, name, span.error().message));
  return *span;
}

/// How long it is kept: what is said, or what the named rule says.
base::Result<Span> keep_of(const json::object& from, const std::string& where, std::string_view rule) {
  const auto* named = find_rule(rule);
  if (rule == kCustomRule && !from.contains("keep"))
    return fail(Code::invalid_argument,
                fmt::format("{}keep must say how long, such as '18 months', for the rule custom", where));
  return span_of(from, where, "keep", named == nullptr ? Span() : named->keep);
}

base::Result<TypeRule> read_type(const json::value& from, const std::string& where) {
  const auto* object = from.if_object();
  if (object == nullptr || !object->contains("types"))
    return fail(Code::invalid_argument, fmt::format("{}must be an object with types, rule and keep", where));
  TRY(only(*object, where, {"types", "rule", "keep"}));
  TypeRule out;
  TRY_ASSIGN(out.types, text_of(*object, where, "types", ""));
  TRY_ASSIGN(out.rule, text_of(*object, where, "rule", kCustomRule));
  TRY_ASSIGN(out.keep, keep_of(*object, where, out.rule));
  return out;
}

}  // namespace

json::object to_json(const TenantRules& rules) {
  json::array types;
  for (const auto& one : rules.types)
    types.push_back({{"types", one.types}, {"rule", one.rule}, {"keep", to_string(one.keep)}});
  return {{"rule", rules.rule},
          {"keep", to_string(rules.keep)},
          {"at_hand", to_string(rules.at_hand)},
          {"types", std::move(types)}};
}

base::Result<TenantRules> read_rules(const json::object& from) {
  TRY(only(from, "", {"rule", "keep", "at_hand", "types"}));
  TenantRules out;
  TRY_ASSIGN(out.rule, text_of(from, "", "rule", out.rule));
  TRY_ASSIGN(out.keep, keep_of(from, "", out.rule));
  const auto* named = find_rule(out.rule);
  auto at_hand = named == nullptr ? TenantRules().at_hand : named->at_hand;
  if (seconds_of(at_hand) > seconds_of(out.keep)) at_hand = out.keep;
  TRY_ASSIGN(out.at_hand, span_of(from, "", "at_hand", at_hand));
  if (const auto* types = from.if_contains("types")) {
    if (!types->is_array()) return fail(Code::invalid_argument, "types must be an array");
    for (std::size_t i = 0; i < types->get_array().size(); ++i) {
      TRY_ASSIGN(auto one, read_type(types->get_array()[i], fmt::format("types[{}].", i)));
      out.types.push_back(std::move(one));
    }
  }
  // As for any tenant: the book is the one that knows what is allowed.
  TRY(RuleBook().set(base::TenantId("tenant"), out));
  return out;
}

json::object rules_schema() {
  json::array names;
  for (const auto& rule : named_rules()) names.emplace_back(view(rule.name));
  names.emplace_back(view(kCustomRule));
  const auto span = [](const char* what) {
    return json::object{{"type", "string"},
                        {"pattern", "^(forever|[0-9]+ (second|day|month|year)s?)$"},
                        {"description", what}};
  };
  const auto object = [](json::object properties) {
    return json::object{
        {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  };
  auto type =
      object({{"types",
               {{"type", "string"},
                {"description", "A type of event, or the beginning of some and a star: challenge.*"}}},
              {"rule", {{"enum", names}, {"default", view(kCustomRule)}}},
              {"keep", span("How long; as the rule says where it is left out, custom must say.")}});
  type["required"] = json::array{"types"};
  return object(
      {{"rule",
        {{"enum", std::move(names)},
         {"default", TenantRules().rule},
         {"description", "A named rule may be made longer by keep, never shorter."}}},
       {"keep", span("How long records are kept; as the rule says where it is left out, custom must say.")},
       {"at_hand", span("How long records stay in the ledger's file before they are sealed.")},
       {"types",
        {{"type", "array"},
         {"items", std::move(type)},
         {"maxItems", kTypeRulesMax},
         {"default", json::array()},
         {"description", "Types that are kept otherwise; the first that covers a type holds."}}}});
}

}  // namespace countersign::retention
