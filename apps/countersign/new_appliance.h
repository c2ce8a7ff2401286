#pragma once

#include "apps/new_config.h"
#include "apps/service_user.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace countersign::apps {

/// Where the files of a new appliance go, and whose they become.
struct ApplianceLayout {
  std::filesystem::path config;  ///< the file
  std::filesystem::path keys;    ///< beside it
  std::filesystem::path data, heads;
  std::optional<Account> owner;  ///< of keys, data and heads; none: whoever runs this
};

/// Where the configuration stands while it is read for the first time.
std::filesystem::path draft_of(const ApplianceLayout& layout);

/// Everything in one folder, for whoever runs this.
ApplianceLayout folder_layout(const std::filesystem::path& folder);
/// The places of a package: /etc/countersign and /var/lib/countersign.
ApplianceLayout system_layout(const Account& owner);

/// already_exists where there is a configuration, so that the appliance is complete. What a power cut left of
/// the run that made it is forgotten then: nothing may be taken away any more.
base::Result<void> check_has_no_configuration(const ApplianceLayout& layout);

/// Makes keys, certificates, the region's files and, last, the configuration: where there is one the
/// appliance is complete. Of a run that was cut short the next one takes away what it left, in the places of
/// the layout and nowhere else; a failure does so at once. `tls_names` are names and addresses for the TLS
/// certificate. Gives the fingerprint of the certificate that signs bundles. already_exists, and nothing
/// changes, where there is a configuration, or a file in one of the folders; unavailable where another run is
/// at work.
base::Result<base::Digest> make_appliance(const ApplianceLayout& layout, const NewConfig& choices,
                                          const std::vector<std::string>& tls_names);

}  // namespace countersign::apps
