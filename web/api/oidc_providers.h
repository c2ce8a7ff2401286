#pragma once

#include "web/api/desk.h"
#include "web/api/oidc_waiting.h"
#include "web/auth/oidc_accounts.h"
#include "web/oidc/logout.h"
#include "web/oidc/options.h"
#include "web/oidc/provider.h"
#include "web/oidc/sign_in.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::api {

/// The OpenID Providers that people may sign in with. Each has a desk of its own, because to speak to one can
/// take a minute, and one that is gone must not keep those waiting who sign in with another.
class OidcProviders {
 public:
  struct Setting {
    std::string name;          ///< as paths spell it
    std::string display_name;  ///< as people read it
    oidc::Options options;     ///< have passed oidc::check()
    std::vector<auth::GroupRights> rights;
    bool provisioned = false;  ///< see auth::RightsByGroup
  };
  using MakeFetch = std::function<oidc::Fetch(const oidc::Options&)>;

  OidcProviders(std::vector<Setting> settings, const MakeFetch& make_fetch, const base::Clock& clock,
                const crypto::Entropy& entropy);
  ~OidcProviders() { stop(); }
  OidcProviders(const OidcProviders&) = delete;
  OidcProviders& operator=(const OidcProviders&) = delete;

  /// One of them, with what speaks to it. `desk` runs whatever calls the rest.
  struct One {
    One(Setting setting, const oidc::Fetch& fetch, const base::Clock& clock, const crypto::Entropy& entropy);

    const std::string name, display_name;
    const auth::RightsByGroup rights;
    const oidc::Options options;
    oidc::Provider provider;
    oidc::SignIn sign_in;
    oidc::BackChannelLogout logout;
    Desk desk;
  };

  /// Null where there is none of that name. Any thread, as for all that follow.
  One* find(std::string_view name) const;
  const std::vector<std::unique_ptr<One>>& all() const { return all_; }
  OidcWaiting& waiting() { return waiting_; }

  /// Waits for what a provider is being asked, and answers the rest with 503.
  void stop();

 private:
  std::vector<std::unique_ptr<One>> all_;
  OidcWaiting waiting_;
};

}  // namespace countersign::api
