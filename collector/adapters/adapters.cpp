#include "collector/adapters/adapter.h"

#include <algorithm>
#include <array>

namespace countersign::adapters {
namespace {

const std::array<Adapter, 21>& table() {
  // Built at the first call, because the adapters live in other files and must have been made before.
  static const std::array<Adapter, 21> kAdapters{kAuth0,           kAuthgear,     kAwsCloudtrail,
                                                 kCiscoDuo,        kEntraId,      kGithubAudit,
                                                 kGoogleWorkspace, kKeycloak,     kKount,
                                                 kMessageCentral,  kOcsf,         kOkta,
                                                 kOnelogin,        kPrelude,      kSinchVerification,
                                                 kSlack,           kTeleport,     kTelnyxVerify,
                                                 kTwilioVerify,    kVonageVerify, kWorkos};
  return kAdapters;
}

}  // namespace

std::span<const Adapter> all_adapters() { return table(); }

const Adapter* find_adapter(std::string_view name) {
  const auto& all = table();
  const auto* found = std::find_if(all.begin(), all.end(), [&](const Adapter& a) { return a.name == name; });
  return found == all.end() ? nullptr : found;
}

}  // namespace countersign::adapters
