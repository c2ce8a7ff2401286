#include "web/scim/refusal.h"

#include "web/scim/schema.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace countersign::scim {

namespace json = boost::json;

tl::unexpected<Refusal> refuse(ScimType type, std::string detail) {
  return tl::unexpected<Refusal>(Refusal{400, type, std::move(detail)});
}

Refusal refusal_of(const base::Error& error, base::Exhausted exhausted) {
  switch (error.code) {
    case base::Code::already_exists:
      return {409, ScimType::uniqueness, "another resource has this userName"};
    case base::Code::not_found:
      return {404, ScimType::none, "there is no such resource"};
    case base::Code::aborted:
      return {409, ScimType::none, "the resource was changed meanwhile; read it and try again"};
    default:
      return {base::http_status(error.code, exhausted), ScimType::none, "the request could not be served"};
  }
}

std::string_view to_string(ScimType type) {
  switch (type) {
    case ScimType::none:
      return "";
    case ScimType::invalid_filter:
      return "invalidFilter";
    case ScimType::too_many:
      return "tooMany";
    case ScimType::uniqueness:
      return "uniqueness";
    case ScimType::mutability:
      return "mutability";
    case ScimType::invalid_syntax:
      return "invalidSyntax";
    case ScimType::invalid_path:
      return "invalidPath";
    case ScimType::no_target:
      return "noTarget";
    case ScimType::invalid_value:
      return "invalidValue";
  }
  return "";
}

std::string to_json(const Refusal& refusal) {
  json::object out{{"schemas", json::array{json::string_view(kErrorMessage.data(), kErrorMessage.size())}}};
  if (refusal.type != ScimType::none) {
    const auto type = to_string(refusal.type);
    out.emplace("scimType", json::string_view(type.data(), type.size()));
  }
  out.emplace("detail", refusal.detail);
  out.emplace("status", std::to_string(refusal.status));
  return json::serialize(out);
}

}  // namespace countersign::scim
