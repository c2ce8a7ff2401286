#include "apps/daemon/source_users.h"

#include "web/scim/refusal.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>

namespace countersign::apps {
namespace {

scim::Answer refused(int status, std::string detail) {
  return scim::answer_of({status, scim::ScimType::none, std::move(detail)});
}

void say(const base::Error& error) {
  spdlog::error("the users of a source were not provisioned: {}", error.message);
}

}  // namespace

SourceUsers::SourceUsers(const std::vector<std::unique_ptr<Region>>& regions, ingest::IngestService& service,
                         std::string base_url)
    : regions_(regions), service_(service), base_url_(std::move(base_url)) {}

scim::Answer SourceUsers::answer(const ingest::Admitted& sender, const scim::Request& request) {
  const auto& tenants = sender.source->tenants;
  if (tenants.size() != 1)
    return refused(403, "a source that provisions users may send for one tenant and no other: register one");
  const auto& tenant = tenants.front();
  const auto* known = sender.registry->tenant(tenant);
  const auto at = std::find_if(regions_.begin(), regions_.end(), [&](const auto& region) {
    return known != nullptr && !known->moved_to && region->id() == known->region;
  });
  if (at == regions_.end()) {
    const auto address = known == nullptr ? std::string() : known->moved_to.value_or(std::string());
    return refused(421, "the tenant is not kept here" + (address.empty() ? "" : "; send to " + address));
  }
  const auto provisioning = of_region(**at);
  if (!provisioning) {
    say(provisioning.error());
    return refused(500, "the appliance failed; its log says why");
  }
  return (*provisioning)->answer(sender, tenant, request);
}

base::Result<provisioning::Provisioning*> SourceUsers::of_region(const Region& region) {
  if (const auto found = open_.find(region.id()); found != open_.end()) return found->second.get();
  provisioning::Provisioning::Options options;
  options.region = region.id();
  options.files = region.files();
  options.keys = region.vault_keys();
  options.ingest = &service_;
  options.base_url = base_url_;
  options.on_failure = say;
  TRY_ASSIGN(auto opened, provisioning::Provisioning::open(std::move(options)));
  return open_.emplace(region.id(), std::move(opened)).first->second.get();
}

void SourceUsers::forget_erased() {
  for (const auto& region : regions_) {
    if (!std::filesystem::exists(region->files().scim())) continue;
    const auto provisioning = of_region(*region);
    const auto done = provisioning ? (*provisioning)->forget_erased() : base::fail(provisioning.error());
    if (!done) say(done.error());
  }
}

}  // namespace countersign::apps
