#pragma once

#include "collector/http/message.h"
#include "ledger/base/result.h"
#include "web/api/shown_record.h"

#include <boost/json/object.hpp>

#include <cstdint>

namespace countersign::api {

/// A record as it is answered: its number, when it was received, its bytes and its hash.
boost::json::object record_document(std::uint64_t seq, const ShownRecord& record);

/// The answer to a look that failed. What the appliance's files have to do with it is for the operator of the
/// machine.
http::Response look_failure(const base::Error& error);

}  // namespace countersign::api
