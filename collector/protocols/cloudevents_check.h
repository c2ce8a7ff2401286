#pragma once

#include "ledger/base/result.h"
#include "ledger/record/prepare.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace countersign::protocols {

/// Checks the attributes of a CloudEvent (CloudEvents 1.0.2 section 3.1) and takes out those that are null.
record::Faults check_cloudevent(boost::json::object& event);

/// Turns `data_base64` into `data` where it holds JSON or text. Faults where it is no base64, or should be
/// JSON and is not.
record::Faults unfold_data(boost::json::object& event, std::size_t depth_max);

/// The value of a `ce-` field: without quotes (RFC 9110 section 5.6.4), percent-decoded once.
/// invalid_argument: a quote that does not end, a '%' without two hexadecimal digits, no UTF-8 afterwards.
base::Result<std::string> decode_field_value(std::string_view value);

}  // namespace countersign::protocols
