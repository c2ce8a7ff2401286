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
  if (rank(notice.severity) < rank(least_severity)) return false;
  if (notice.document) return documents;
  if (!notice.request.empty()) return requests;
  // What is of a tenant that is not known is for those who are told of all.
  const bool of_tenant = tenants.empty() || std::ranges::find(tenants, notice.tenant) != tenants.end();
  return of_tenant && (notice.answer ? answers : findings);
}

}  // namespace countersign::notify
