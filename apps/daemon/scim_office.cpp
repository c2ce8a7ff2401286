#include "apps/daemon/scim_office.h"

#include "web/auth/scim_accounts.h"

namespace countersign::apps {
namespace {

constexpr std::size_t kWaitingMax = 64;

scim::Service::Options options_of(const Config& config) {
  scim::Service::Options out;
  out.base_url = scim_address(config);
  out.clock = base::system_clock();
  out.entropy = crypto::system_entropy();
  return out;
}

}  // namespace

ScimOffice::ScimOffice(const Config& config, api::People& people,
                       const std::vector<std::unique_ptr<Region>>& regions, ingest::IngestService& service)
    : service_(options_of(config)),
      rights_(config.scim.rights),
      people_(people),
      users_(regions, service, scim_address(config)),
      desk_(kWaitingMax) {}

void ScimOffice::add_routes(http::Router& router, const endpoints::Reception& reception) {
  const auto of_source = [this](const ingest::Admitted& sender, const scim::Request& request) {
    return users_.answer(sender, request);
  };
  api::add_scim(router, reception, {service_, rights_, people_, of_source, desk_});
}

void ScimOffice::forget_erased() {
  desk_.post(
      [this] {
        users_.forget_erased();
        return http::Response();
      },
      [](http::Response) {});
}

base::Result<void> follow_scim_settings(const Config& config, const auth::RecordAll& record_all) {
  TRY_ASSIGN(auto store, auth::AccountStore::open(config.accounts()));
  const auth::Record none;
  const auth::Administrator by{store, none, base::system_clock(), crypto::system_entropy(), {}};
  return auth::follow_rights(by, record_all, config.scim.rights);
}

std::string scim_address(const Config& config) { return config.access.address + std::string(api::kScimPath); }

}  // namespace countersign::apps
