#include "collector/ingest/attribute_policy.h"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace countersign::ingest {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr const char* kPattern = R"(^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_0-9][A-Za-z0-9_-]*)*$)";

/// kPattern: names as events may have them under `attributes`, with points between them.
bool is_path(std::string_view path) {
  if (path.empty() || path.size() > AttributePolicy::kPathBytesMax) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!letter(path.front())) return false;
  bool begins = true;
  for (const char c : path) {
    if (c == '.') {
      if (begins) return false;
      begins = true;
      continue;
    }
    if (!letter(c) && !digit(c) && (c != '-' || begins)) return false;
    begins = false;
  }
  return !begins;
}

}  // namespace

json::object AttributePolicy::to_json() const {
  return {{"not_personal", json::array(not_personal_.begin(), not_personal_.end())}};
}

base::Result<AttributePolicy> AttributePolicy::parse(const json::object& from) {
  AttributePolicy out;
  for (const auto& member : from) {
    if (member.key() != "not_personal")
      return fail(Code::invalid_argument,
                  fmt::format("{} is not known; there is not_personal",
                              std::string_view(member.key().data(), member.key().size())));
    const auto* list = member.value().if_array();
    if (list == nullptr || list->size() > kPathsMax)
      return fail(Code::invalid_argument,
                  fmt::format("not_personal must be an array of at most {} strings", kPathsMax));
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto* path = (*list)[i].if_string();
      if (path == nullptr || !is_path({path->data(), path->size()}))
        return fail(Code::invalid_argument,
                    fmt::format("not_personal[{}] must be a path below attributes such as order.currency, at "
                                "most {} of A-Z, a-z, 0-9, '_', '-' and '.'",
                                i, kPathBytesMax));
      out.not_personal_.emplace_back(path->data(), path->size());
    }
  }
  std::sort(out.not_personal_.begin(), out.not_personal_.end());
  if (std::adjacent_find(out.not_personal_.begin(), out.not_personal_.end()) != out.not_personal_.end())
    return fail(Code::invalid_argument, "not_personal names something twice");
  return out;
}

json::object attribute_policy_schema() {
  json::object paths{
      {"type", "array"},
      {"items", {{"type", "string"}, {"maxLength", AttributePolicy::kPathBytesMax}, {"pattern", kPattern}}},
      {"maxItems", AttributePolicy::kPathsMax},
      {"uniqueItems", true},
      {"default", json::array()},
      {"description",
       "Paths below attributes of events whose values are not personal, and are kept in the clear and for "
       "good: order.currency. All others are personal."}};
  return {{"type", "object"},
          {"additionalProperties", false},
          {"properties", json::object{{"not_personal", std::move(paths)}}}};
}

}  // namespace countersign::ingest
