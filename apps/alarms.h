#pragma once

#include "apps/config.h"
#include "ledger/alarm/alarm_book.h"
#include "ledger/base/result.h"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace countersign::apps {

/// Where the alarms of the appliance are kept: `<data>/alarms`.
alarm::AlarmBook alarm_book(const Config& config);

/// Events for the system log; each is recorded once, however often it is left.
boost::json::object alarm_raised(const alarm::KeptAlarm& kept);
boost::json::object alarm_acknowledged(const alarm::KeptAlarm& kept);

/// The regions whose system log tells of an alarm: that of the log, or all, where the log is another's.
std::vector<base::RegionId> regions_told(const Config& config, const std::string& origin);

/// Leaves the events of an alarm in the outbox of those regions, as far as they have a ledger.
base::Result<void> record_alarm(const Config& config, const alarm::KeptAlarm& kept);

/// An alarm for programs: with both checkpoints, or without.
enum class WithProof { no, yes };
boost::json::object alarm_document(const alarm::KeptAlarm& kept, WithProof proof);

}  // namespace countersign::apps
