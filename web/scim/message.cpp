#include "web/scim/message.h"

#include "ledger/base/json.h"
#include "web/scim/schema.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::scim {

namespace json = boost::json;

Outcome<json::value> read_body(std::string_view body) {
  if (body.size() > kBodyBytesMax)
    return tl::unexpected<Refusal>(
        Refusal{413, ScimType::none, fmt::format("a body can have at most {} bytes", kBodyBytesMax)});
  auto parsed = base::parse_json(body, {.depth_max = 12});
  if (!parsed || !parsed->duplicates.empty())
    return refuse(ScimType::invalid_syntax,
                  "the body is not a JSON document in which each member stands once");
  return std::move(parsed->value);
}

const json::value* member_of(const json::object& message, std::string_view name) {
  const auto at = std::find_if(message.begin(), message.end(), [&](const json::key_value_pair& member) {
    return same_folded({member.key().data(), member.key().size()}, name);
  });
  return at == message.end() ? nullptr : &at->value();
}

bool is_message(const json::value& message, std::string_view urn) {
  const auto* object = message.if_object();
  const auto* schemas = object == nullptr ? nullptr : member_of(*object, "schemas");
  if (schemas == nullptr || !schemas->is_array()) return false;
  const auto& array = schemas->get_array();
  return std::any_of(array.begin(), array.end(), [&](const json::value& value) {
    return value.is_string() && same_folded({value.get_string().data(), value.get_string().size()}, urn);
  });
}

}  // namespace countersign::scim
