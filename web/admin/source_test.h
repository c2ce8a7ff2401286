#pragma once

#include "collector/ingest/admission.h"
#include "collector/ingest/registry.h"
#include "ledger/base/time.h"

#include <boost/json/object.hpp>

#include <memory>
#include <string>

namespace countersign::admin {

/// The event by which a source's way is tried: a `source.heartbeat` whose action names the source. It is the
/// appliance's own, because the source did not send it: the record bears the name of the appliance and the
/// grade `none`, so no record says that a source spoke that did not, and its silence stays what it is.
boost::json::object test_event(const ingest::Source& source, const base::TenantId& tenant,
                               const std::string& id, base::Timestamp now);

/// Who hands it in.
ingest::Admitted test_sender(std::shared_ptr<const ingest::Registry> registry);

}  // namespace countersign::admin
