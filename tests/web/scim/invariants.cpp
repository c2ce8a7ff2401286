#include "tests/web/scim/invariants.h"

#include "web/scim/resource.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>

namespace countersign::scim {

namespace json = boost::json;

std::string_view broken_rule(Kind kind, const json::object& before, const json::object& after) {
  const auto text = json::serialize(after);
  if (json::serialize(arranged(kind, after)) != text) return "it is not arranged";
  for (const auto* name : {"id", "meta"}) {
    if (before.at(name) != after.at(name)) return "the server's own attributes changed";
  }
  auto again = read_resource(kind, after);
  if (!again) return "a PUT of it would be refused";
  (*again)["id"] = after.at("id");
  (*again)["meta"] = after.at("meta");
  if (json::serialize(arranged(kind, *again)) != text) return "a PUT of it would change it";
  for (const auto& member : after) {
    const auto* values = member.value().if_array();
    if (values == nullptr) continue;
    const auto primary = std::count_if(values->begin(), values->end(), [](const json::value& value) {
      return value.is_object() && value.get_object().contains("primary") &&
             value.get_object().at("primary").as_bool();
    });
    if (primary > 1) return "several values are primary";
  }
  const auto members = members_of(after);
  if (std::set(members.begin(), members.end()).size() != members.size()) return "a member stands twice";
  return {};
}

}  // namespace countersign::scim
