#include "web/scim/discovery.h"

#include "web/scim/listing.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace countersign::scim {
namespace {

namespace json = boost::json;

json::string_view spelt(std::string_view text) { return {text.data(), text.size()}; }

json::object meta_of(std::string_view type, std::string_view base_url, std::string_view path) {
  return {{"resourceType", spelt(type)}, {"location", fmt::format("{}{}", base_url, path)}};
}

json::object resource_type(Kind kind, std::string_view base_url) {
  const auto name = name_of(kind);
  json::array extensions;
  if (const auto* extension = extension_schema(kind))
    extensions.push_back(json::object{{"schema", spelt(extension->urn)}, {"required", false}});
  return {{"schemas", json::array{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}},
          {"id", spelt(name)},
          {"name", spelt(name)},
          {"description", spelt(core_schema(kind).description)},
          {"endpoint", spelt(endpoint_of(kind))},
          {"schema", spelt(core_schema(kind).urn)},
          {"schemaExtensions", std::move(extensions)},
          {"meta", meta_of("ResourceType", base_url, fmt::format("/ResourceTypes/{}", name))}};
}

}  // namespace

json::object service_provider_config(std::string_view base_url) {
  const json::object no{{"supported", false}};
  return {{"schemas", json::array{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}},
          {"patch", {{"supported", true}}},
          {"bulk", {{"supported", false}, {"maxOperations", 0}, {"maxPayloadSize", 0}}},
          {"filter", {{"supported", true}, {"maxResults", kCountMax}}},
          {"changePassword", no},
          {"sort", no},
          {"etag", {{"supported", true}}},
          {"authenticationSchemes",
           json::array{{{"type", "oauthbearertoken"},
                        {"name", "Bearer token"},
                        {"description", "A token in the Authorization header (RFC 6750)."},
                        {"specUri", "https://www.rfc-editor.org/info/rfc6750"},
                        {"primary", true}}}},
          {"meta", meta_of("ServiceProviderConfig", base_url, "/ServiceProviderConfig")}};
}

std::vector<json::object> resource_types(std::string_view base_url) {
  return {resource_type(Kind::user, base_url), resource_type(Kind::group, base_url)};
}

std::vector<json::object> schemas(std::string_view base_url) {
  std::vector<json::object> out;
  for (const auto* schema :
       {&core_schema(Kind::user), &core_schema(Kind::group), extension_schema(Kind::user)}) {
    out.push_back(to_json(*schema));
    out.back().emplace("meta", meta_of("Schema", base_url, fmt::format("/Schemas/{}", schema->urn)));
  }
  return out;
}

}  // namespace countersign::scim
