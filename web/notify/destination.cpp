#include "web/notify/destination.h"

#include <algorithm>
#include <array>

namespace countersign::notify {
namespace {

/// How severe; above all others where it is not known.
std::ptrdiff_t rank(std::string_view severity) {
  constexpr std::array<std::string_view, 3> kSeverities = {"low", "medium", "high"};
  return std::ranges::find(kSeverities, severity) - kSeverities.begin();
}

}  // namespace

bool Destination::wants(const Notice& notice) const {
  if (notice.document) return documents && rank(notice.severity) >= rank(least_severity);
  return findings && (tenants.empty() || std::ranges::find(tenants, notice.tenant) != tenants.end()) &&
         rank(notice.severity) >= rank(least_severity);
}

}  // namespace countersign::notify
