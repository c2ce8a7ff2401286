#include "apps/tenant_events.h"

#include "apps/system_events.h"

#include <fmt/format.h>

namespace countersign::apps {

std::string move_event_id(const base::TenantId& tenant, const ingest::Move& move) {
  return fmt::format("tenant.moved/{}/{}", tenant.value(), base::format_rfc3339(move.time));
}

std::vector<boost::json::object> tenant_events(const ingest::Tenant& tenant, const base::RegionId& region) {
  std::vector<boost::json::object> out;
  if (tenant.first_region() == region) {
    auto event = system_event("tenant.added/" + tenant.id.value(), "tenant.added", tenant.created);
    event["action"] = {{"name", "tenant add"}, {"resource", tenant.id.value()}};
    ingest::name_author(tenant.added_by, event);
    out.push_back(std::move(event));
  }
  for (const auto& move : tenant.moves) {
    if (move.from != region && move.to != region) continue;
    auto event = system_event(move_event_id(tenant.id, move), "tenant.moved", move.time);
    if (!move.by.empty()) event["actor"] = {{"id", move.by}};
    auto context = fmt::format("from={} to={}", move.from.value(), move.to.value());
    if (move.address) context += " address=" + *move.address;
    event["action"] = {{"name", "tenant move"}, {"resource", tenant.id.value()}, {"context", context}};
    event["outcome"] = {{"reason", move.reason}};
    out.push_back(std::move(event));
  }
  return out;
}

}  // namespace countersign::apps
