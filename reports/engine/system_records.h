#pragma once

#include "ledger/record/event_view.h"

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace countersign::reports {

/// Whether a record of the system log concerns a tenant, as the table `system` of
/// reports/workspace/evidence.sql has it: it names the tenant, or a source that the tenant's log has records
/// of, or is of the whole appliance.
/// Where it is a second factor it concerns the tenant if it was shown in a session in which somebody looked
/// at the tenant's evidence: in one of `sessions`.
struct Concern {
  std::string_view tenant;
  std::set<std::string, std::less<>> sources, sessions;
};
bool concerns(const record::EventView& event, const Concern& concern);
/// Whether a record is of a kind that concerns a tenant by its session alone.
bool is_of_a_session(const record::EventView& event);
/// Whether a record names the tenant: its session is one of those.
bool names_tenant(const record::EventView& event, std::string_view tenant);

}  // namespace countersign::reports
