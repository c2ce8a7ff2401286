#include "ledger/record/profile.h"

#include <algorithm>
#include <array>

namespace countersign::record {
namespace {

constexpr std::array<std::string_view, 4> kProfiles{"none", "pseudonymous", "masked", "full"};

}  // namespace

std::string_view to_string(Profile profile) { return kProfiles.at(static_cast<std::size_t>(profile)); }

std::optional<Profile> parse_profile(std::string_view text) {
  const auto* const found = std::find(kProfiles.begin(), kProfiles.end(), text);
  if (found == kProfiles.end()) return std::nullopt;
  return static_cast<Profile>(found - kProfiles.begin());
}

}  // namespace countersign::record
