#include "reports/engine/system_records.h"

#include <algorithm>
#include <array>

namespace countersign::reports {
namespace {

constexpr std::array<std::string_view, 6> kOfTheAppliance{
    "ledger.started", "ledger.verified", "key.created", "key.rotated", "backup.performed", "backup.restored"};
constexpr std::array<std::string_view, 4> kOfASource{"source.added", "source.revoked", "source.silent",
                                                     "source.heard"};

constexpr std::array<std::string_view, 2> kOfASession{"challenge.verified", "factor.enrolled"};

template <std::size_t kCount>
bool is_one_of(std::string_view type, const std::array<std::string_view, kCount>& types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace

bool names_tenant(const record::EventView& event, std::string_view tenant) {
  const auto resource = event.text(record::kActionResource);
  return resource.starts_with(tenant) && (resource.size() == tenant.size() || resource[tenant.size()] == '/');
}

bool is_of_a_session(const record::EventView& event) {
  return is_one_of(event.plain(record::kType), kOfASession);
}

bool concerns(const record::EventView& event, const Concern& concern) {
  const auto type = event.plain(record::kType);
  // So that a report does not change what the next one says.
  if (type == "report.performed") return false;
  if (is_one_of(type, kOfTheAppliance) || names_tenant(event, concern.tenant)) return true;
  if (is_one_of(type, kOfASource)) return concern.sources.contains(event.text(record::kActionResource));
  return is_of_a_session(event) && concern.sessions.contains(event.plain(record::kSessionId));
}

}  // namespace countersign::reports
