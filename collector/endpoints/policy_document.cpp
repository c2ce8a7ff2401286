#include "collector/endpoints/policy_document.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"
#include "ledger/retention/rules_document.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace countersign::endpoints {
namespace {

namespace json = boost::json;

using base::Problem;

json::string_view text_of(std::string_view text) { return {text.data(), text.size()}; }

auto refuse(int status, std::string detail) {
  return tl::unexpected(Problem{status, "about:blank", std::move(detail)});
}

bool is_text(const json::value& value, std::string_view text) {
  return value.is_string() && std::string_view(value.get_string().data(), value.get_string().size()) == text;
}

}  // namespace

std::string policy_document(const ingest::Tenant& tenant) {
  json::object sharing;
  for (const auto role : ingest::kRoles)
    sharing[text_of(to_string(role))] = text_of(to_string(tenant.sharing.of(role)));
  return json::serialize(json::object{{"tenant", tenant.id.value()},
                                      {"region", tenant.region.value()},
                                      {"access", tenant.access.to_json()},
                                      {"sharing", std::move(sharing)},
                                      {"attributes", tenant.attributes.to_json()},
                                      {"monitoring", tenant.monitoring.to_json()},
                                      {"retention", retention::to_json(tenant.retention)}});
}

std::string policy_etag(std::string_view document) {
  constexpr std::size_t kBytes = 16;
  return '"' + base::to_hex(crypto::sha256(document).view().first(kBytes)) + '"';
}

bool names_etag(std::string_view list, std::string_view etag, TagComparison how) {
  const auto trim = [](std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
  };
  if (trim(list) == "*") return true;
  // Our own tags hold no comma, so one within another's tag only makes pieces that are none of ours.
  for (;;) {
    const auto comma = list.find(',');
    auto one = trim(list.substr(0, comma));
    if (how == TagComparison::weak && one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

std::string policy_schema() {
  json::array allowances;
  for (const auto allowance :
       {ingest::Allowance::none, ingest::Allowance::pseudonymous, ingest::Allowance::masked,
        ingest::Allowance::selective, ingest::Allowance::full})
    allowances.emplace_back(text_of(to_string(allowance)));
  json::object roles;
  const ingest::SharingPolicy defaults;
  for (const auto role : ingest::kRoles)
    roles[text_of(to_string(role))] = {{"enum", allowances},
                                       {"default", text_of(to_string(defaults.of(role)))}};
  return json::serialize(json::object{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "Policies of a tenant"},
      {"type", "object"},
      {"additionalProperties", false},
      {"properties",
       {{"tenant", {{"type", "string"}, {"description", "As in the address; may be left out."}}},
        {"region",
         {{"type", "string"},
          {"description", "Where the tenant is pinned; may be left out, and cannot be changed here."}}},
        {"access", ingest::access_policy_schema()},
        {"sharing",
         {{"type", "object"},
          {"additionalProperties", false},
          {"properties", std::move(roles)},
          {"description", "The most that each role is given of the tenant's personal values."}}},
        {"attributes", ingest::attribute_policy_schema()},
        {"monitoring", ingest::monitoring_policy_schema()},
        {"retention", retention::rules_schema()}}}});
}

void PolicyWish::put_into(ingest::Tenant& tenant) const {
  tenant.access = access;
  tenant.sharing = sharing;
  tenant.attributes = attributes;
  tenant.monitoring = monitoring;
  if (retention) tenant.retention = *retention;
}

tl::expected<PolicyWish, Problem> read_policy(std::string_view body, const ingest::Tenant& tenant) {
  const auto parsed = base::parse_json(body, {.depth_max = 8});
  if (!parsed || !parsed->value.is_object() || !parsed->duplicates.empty())
    return refuse(400, "the body must be one JSON object in which no member stands twice");
  PolicyWish out;
  for (const auto& member : parsed->value.get_object()) {
    const std::string_view name(member.key().data(), member.key().size());
    const auto* object = member.value().if_object();
    if (name == "tenant") {
      if (!is_text(member.value(), tenant.id.value()))
        return refuse(422, "tenant is not that of the address");
    } else if (name == "region") {
      if (!is_text(member.value(), tenant.region.value()))
        return refuse(409,
                      fmt::format("the tenant is pinned to {}; it is moved with: countersign tenant move",
                                  tenant.region.value()));
    } else if (name == "access") {
      if (object == nullptr) return refuse(422, "access must be an object");
      auto access = ingest::AccessPolicy::parse(*object);
      if (!access) return refuse(422, "access." + access.error().message);
      out.access = std::move(*access);
    } else if (name == "sharing") {
      if (object == nullptr) return refuse(422, "sharing must be an object");
      auto sharing = ingest::SharingPolicy::parse(*object);
      if (!sharing) return refuse(422, sharing.error().message);
      out.sharing = *sharing;
    } else if (name == "attributes") {
      if (object == nullptr) return refuse(422, "attributes must be an object");
      auto attributes = ingest::AttributePolicy::parse(*object);
      if (!attributes) return refuse(422, "attributes." + attributes.error().message);
      out.attributes = std::move(*attributes);
    } else if (name == "monitoring") {
      if (object == nullptr) return refuse(422, "monitoring must be an object");
      auto monitoring = ingest::MonitoringPolicy::parse(*object);
      if (!monitoring) return refuse(422, "monitoring." + monitoring.error().message);
      out.monitoring = std::move(*monitoring);
    } else if (name == "retention") {
      if (object == nullptr) return refuse(422, "retention must be an object");
      auto rules = retention::read_rules(*object);
      if (!rules) return refuse(422, "retention: " + rules.error().message);
      out.retention = std::move(*rules);
    } else {
      return refuse(422,
                    "there is a member that is not known; there are tenant, region, access, sharing, "
                    "attributes, monitoring and retention");
    }
  }
  return out;
}

}  // namespace countersign::endpoints
