#include "web/api/oidc_providers.h"

#include <algorithm>
#include <utility>

namespace countersign::api {
namespace {

constexpr std::size_t kRequestsMax = 64;  ///< that wait for one provider

}  // namespace

OidcProviders::One::One(Setting setting, const oidc::Fetch& fetch, const base::Clock& clock,
                        const crypto::Entropy& entropy)
    : name(std::move(setting.name)),
      display_name(std::move(setting.display_name)),
      rights{name, std::move(setting.rights), setting.provisioned},
      options(std::move(setting.options)),
      provider(options.issuer, options.http_on_loopback, fetch, clock),
      sign_in(options, provider, fetch, clock, entropy),
      logout(options, provider, clock),
      desk(kRequestsMax) {}

OidcProviders::OidcProviders(std::vector<Setting> settings, const MakeFetch& make_fetch,
                             const base::Clock& clock, const crypto::Entropy& entropy)
    : waiting_(entropy) {
  for (auto& setting : settings) {
    const auto fetch = make_fetch(setting.options);
    all_.push_back(std::make_unique<One>(std::move(setting), fetch, clock, entropy));
  }
}

OidcProviders::One* OidcProviders::find(std::string_view name) const {
  const auto found =
      std::find_if(all_.begin(), all_.end(), [&](const auto& one) { return one->name == name; });
  return found == all_.end() ? nullptr : found->get();
}

void OidcProviders::stop() {
  for (const auto& one : all_) one->desk.stop();
}

}  // namespace countersign::api
