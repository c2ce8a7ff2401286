#include "apps/daemon/administration.h"

#include "apps/accounts.h"
#include "apps/appliance_state.h"
#include "apps/key_listing.h"
#include "apps/operator_events.h"
#include "apps/registering.h"
#include "apps/source_events.h"
#include "apps/system_events.h"
#include "apps/tenant_events.h"
#include "collector/pull/puller.h"

#include <fmt/format.h>

#include <utility>

namespace countersign::apps {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

using EventsOf = std::function<std::vector<json::object>(const ingest::Registry&, const base::RegionId&)>;

/// Records what the registry says of a change that was just made, in each region that is told of it. The
/// daemon does the same by itself, in a moment and whenever it starts, with the same ids and words: this is
/// so that it is on disk before the answer.
base::Result<void> record_change(const Config& config, const EventsOf& events_of) {
  TRY_ASSIGN(const auto registry, ingest::Registry::load(config.registry()));
  for (const auto& region : config.regions) {
    for (const auto& event : events_of(registry, region))
      TRY(leave_in_outbox(config.region_files(region), event));
  }
  return {};
}

EventsOf events_of_source(const base::SourceName& name) {
  return [name](const ingest::Registry& registry, const base::RegionId& region) {
    const auto* found = registry.source_by_name(name);
    return found == nullptr ? std::vector<json::object>() : source_events(*found, registry, region);
  };
}

EventsOf events_of_operator(const std::string& name) {
  return [name](const ingest::Registry& registry, const base::RegionId& region) {
    const auto* found = registry.operator_by_name(name);
    return found == nullptr ? std::vector<json::object>() : operator_events(*found, registry, region);
  };
}

base::Result<std::string> add_source(const Config& config, ingest::NewSource source) {
  if (const auto* puller = pull::find_puller(source.adapter);
      !source.pull_url.empty() && puller != nullptr && !pull::check_settings(*puller, source.pull_settings))
    return fail(Code::invalid_argument,
                "pull.settings lacks one that the adapter needs, or has one that it does not know; GET "
                "/v1/admin/source-kinds names them");
  TRY(settle_source(source));
  TRY_ASSIGN(auto shown, register_source(config, source));
  TRY(record_change(config, events_of_source(source.name)));
  return shown;
}

base::Result<void> add_tenant(const Config& config, const admin::NewTenant& tenant) {
  if (tenant.region.empty() && config.regions.size() > 1)
    return fail(Code::invalid_argument, "name the region: this appliance keeps several");
  TRY(register_tenant(config, tenant.name, tenant.region,
                      tenant.moved_to.empty() ? std::nullopt : std::optional(tenant.moved_to), tenant.by));
  return record_change(config, [id = base::TenantId(tenant.name)](const ingest::Registry& registry,
                                                                  const base::RegionId& region) {
    const auto* found = registry.tenant(id);
    return found == nullptr ? std::vector<json::object>() : tenant_events(*found, region);
  });
}

base::Result<json::object> keys_state(const Config& config) {
  TRY_ASSIGN(auto listing, list_keys(config));
  json::object out{{"keys", std::move(listing.keys)}, {"all_good", !listing.wrong}};
  return out;
}

admin::Calls calls_of(const Config& config, ingest::IngestService& service,
                      const ingest::OperatorBook& operators, base::Metrics& metrics) {
  admin::Calls out;
  out.add_source = [config](ingest::NewSource source) { return add_source(config, std::move(source)); };
  out.revoke_source = [config](const base::SourceName& name, const ingest::Author& by) -> base::Result<void> {
    TRY(ingest::revoke_source(config.registry(), name, base::system_clock(), by));
    return record_change(config, events_of_source(name));
  };
  out.add_token = [config](const ingest::NewOperator& one) -> base::Result<std::string> {
    TRY_ASSIGN(auto token,
               ingest::add_operator(config.registry(), one, base::system_clock(), crypto::system_entropy()));
    TRY(record_change(config, events_of_operator(one.name)));
    return token;
  };
  out.revoke_token = [config](const std::string& name, const ingest::Author& by) -> base::Result<void> {
    TRY(ingest::revoke_operator(config.registry(), name, base::system_clock(), by));
    return record_change(config, events_of_operator(name));
  };
  out.add_tenant = [config](const admin::NewTenant& tenant) { return add_tenant(config, tenant); };
  out.address = [config](const ingest::Source& source) { return source_address(config, source); };
  out.certificate = [config](const std::string& text) { return client_certificate(config, text); };
  out.source_kinds = [config] { return source_kinds(config); };
  out.record = [config](const base::RegionId& region, std::string_view type,
                        json::object members) -> base::Result<void> {
    if (!config.keeps(region)) return fail(Code::not_found, "the region is kept elsewhere");
    return leave_in_outbox(config.region_files(region), system_event_now(type, members));
  };
  out.invitation_link = [config](const std::string& token) { return invitation_link(config, token); };
  out.token_used = [&operators](std::string_view name) { return operators.last_used(name); };
  out.records = [config] { return records_of_tenants(config); };
  out.keys = [config] { return keys_state(config); };
  out.regions = [config] { return regions_state(config); };
  out.backups = [config] { return backups_state(config); };
  out.health = [config, &service, &metrics] { return health_state(config, *service.registry(), metrics); };
  return out;
}

}  // namespace

AdministrationOffice::AdministrationOffice(const Config& config, api::People& people,
                                           ingest::IngestService& service,
                                           const ingest::OperatorBook& operators, base::Metrics& metrics)
    : administration_(calls_of(config, service, operators, metrics), people) {}

}  // namespace countersign::apps
