#include "apps/operator_events.h"

#include "apps/system_events.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace countersign::apps {
namespace {

/// A list of tenants longer than that ends there.
constexpr std::size_t kListBytesMax = 800;

std::string period_of(const ingest::Operator& one) {
  return one.period ? fmt::format(", records from {} before {}", base::format_rfc3339(one.period->from),
                                  base::format_rfc3339(one.period->before))
                    : std::string();
}

boost::json::object added(const ingest::Operator& one, const std::string& id, base::Timestamp time,
                          std::string_view tenants) {
  auto event = system_event(id, "operator.added", time);
  event["action"] = {
      {"name", "operator add"},
      {"resource", one.name},
      {"context", fmt::format("role {}, {}{}{}", to_string(one.role), tenants, period_of(one),
                              one.expires ? ", expires " + base::format_rfc3339(*one.expires) : "")}};
  ingest::name_author(one.added_by, event);
  return event;
}

}  // namespace

std::vector<boost::json::object> operator_events(const ingest::Operator& one,
                                                 const ingest::Registry& registry,
                                                 const base::RegionId& region) {
  std::vector<boost::json::object> out;
  const auto id = "operator.added/" + one.name;
  std::string tenants;
  for (const auto& name : one.tenants) {
    const auto* tenant = registry.tenant(name);
    if (tenant != nullptr && tenant->region_at(one.created) == region && tenants.size() <= kListBytesMax)
      tenants += ' ' + name.value();
  }
  if (one.all_tenants || !tenants.empty())
    out.push_back(added(one, id, one.created, one.all_tenants ? "all tenants" : "tenants" + tenants));
  for (const auto& name : one.tenants) {
    const auto* tenant = registry.tenant(name);
    if (tenant == nullptr) continue;
    for (const auto& move : tenant->moves) {
      const bool active = move.time > one.created && (!one.revoked || move.time < *one.revoked) &&
                          (!one.expires || move.time < *one.expires);
      if (move.to != region || !active) continue;
      out.push_back(added(one, fmt::format("{}/{}/{}", id, name.value(), base::format_rfc3339(move.time)),
                          move.time, fmt::format("tenants {}, which moved here", name.value())));
    }
  }
  if (one.revoked && !out.empty()) {
    auto event = system_event("operator.revoked/" + one.name, "operator.revoked", *one.revoked);
    event["action"] = {{"name", "operator revoke"}, {"resource", one.name}};
    ingest::name_author(one.revoked_by, event);
    out.push_back(std::move(event));
  }
  return out;
}

}  // namespace countersign::apps
