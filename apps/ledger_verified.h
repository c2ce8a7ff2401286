#pragma once

#include "ledger/base/time.h"
#include "ledger/store/verify_ledger.h"

#include <boost/json/object.hpp>

#include <chrono>
#include <string>
#include <string_view>

/// What the system log of a region says of a verification of its ledger. Pure, but for the event's id.
namespace countersign::apps {

/// What verified_outcome() says where nothing is wrong.
inline constexpr std::string_view kIntact = "intact";

/// The first fault in at most 256 bytes; `intact` where there is none. Does not name the log of a tenant: the
/// record is shown to every tenant of the region.
std::string verified_outcome(const store::LedgerReport& report);

/// `ledger.verified`, of all logs of a region.
boost::json::object ledger_verified(const store::LedgerReport& report, std::chrono::seconds took,
                                    base::Timestamp time);

/// The same where a ledger could not be read to its end, so that nothing is known of it.
boost::json::object ledger_not_read(std::chrono::seconds took, base::Timestamp time);

}  // namespace countersign::apps
