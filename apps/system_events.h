#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "ledger/store/append.h"

#include <boost/json/object.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::apps {

/// An event of the appliance itself, for the log `_system`: `type` as in record::system_types(). `id` makes
/// it idempotent: the same id is recorded once.
boost::json::object system_event(const std::string& id, const std::string& type, base::Timestamp time);

/// One that is recorded each time it happens: now, under a random id, with other members of an event.
boost::json::object system_event_now(std::string_view type, const boost::json::object& members = {});

/// Appends system events through the region's writer and waits for them to be on disk.
base::Result<void> append_system_events(store::Appender& appender,
                                        const std::vector<boost::json::object>& events);

/// The same, and what became of each: an event whose id is there already is not recorded again.
base::Result<std::vector<store::AppendOutcome>> append_and_tell(
    store::Appender& appender, const std::vector<boost::json::object>& events);

/// Leaves an event in the region's outbox, durably, for the process that has the writer. For commands that
/// run beside the daemon: the event is in the system log within a second or two, or when the daemon starts
/// next.
base::Result<void> leave_in_outbox(const store::RegionFiles& files, const boost::json::object& event);
/// Several, with a file for many of them.
base::Result<void> leave_in_outbox(const store::RegionFiles& files,
                                   std::span<const boost::json::object> events);

/// Whether an event waits in the region's outbox that was left alone and whose id begins so. True, too, where
/// the outbox cannot be read.
bool may_be_in_outbox(const store::RegionFiles& files, std::string_view id_begins);

/// Appends the oldest files of the outbox, in the order in which they were left, until they held `at_once`
/// events or more, and deletes them; gives the number of events. At most `at_once` are handed over together.
/// A file that holds what is no system event is renamed to *.refused.
base::Result<std::size_t> empty_outbox(const store::RegionFiles& files, store::Appender& appender,
                                       std::size_t at_once);

}  // namespace countersign::apps
