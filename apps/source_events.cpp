#include "apps/source_events.h"

#include "apps/system_events.h"

#include <algorithm>

namespace countersign::apps {

namespace {

/// Whether a tenant of the source had been in the region by then.
bool concerns(const ingest::Source& source, const ingest::Registry& registry, const base::RegionId& region,
              base::Timestamp time) {
  return source.tenants.empty() ||
         std::any_of(source.tenants.begin(), source.tenants.end(), [&](const base::TenantId& name) {
           const auto* tenant = registry.tenant(name);
           if (tenant == nullptr) return false;
           if (tenant->region_at(time) == region) return true;
           return std::any_of(tenant->moves.begin(), tenant->moves.end(), [&](const auto& move) {
             return move.time <= time && (move.from == region || move.to == region);
           });
         });
}

}  // namespace

std::vector<boost::json::object> source_events(const ingest::Source& source, const ingest::Registry& registry,
                                               const base::RegionId& region) {
  const auto& name = source.name.value();
  std::vector<boost::json::object> out;
  out.push_back(system_event("source.added/" + name, "source.added", source.created));
  out.back()["action"] = {
      {"name", "source add"}, {"resource", name}, {"context", "adapter " + source.adapter}};
  if (concerns(source, registry, region, source.created)) ingest::name_author(source.added_by, out.back());
  if (!source.revoked) return out;
  out.push_back(system_event("source.revoked/" + name, "source.revoked", *source.revoked));
  out.back()["action"] = {{"name", "source revoke"}, {"resource", name}};
  if (concerns(source, registry, region, *source.revoked)) ingest::name_author(source.revoked_by, out.back());
  return out;
}

}  // namespace countersign::apps
