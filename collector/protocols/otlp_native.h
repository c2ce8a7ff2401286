#pragma once

#include "collector/protocols/otlp_record.h"

#include <boost/json/object.hpp>

#include <string_view>

namespace countersign::protocols {

/// The name of the event that a record is: its field, else its attribute `event.name`, else `type`. Empty
/// where there is none. Valid as long as the record.
std::string_view event_name_of(const OtlpRecord& record);

/// Its attribute `log.record.uid`, where it can be an event's id. Empty where there is none. Valid as long as
/// the record.
std::string_view record_uid_of(const OtlpRecord& record);

/// The event of the native shape that a record's attributes make; see decode_otlp_logs.
boost::json::object native_of(const OtlpRecord& record, const OtlpCommon& resource, const OtlpCommon& scope,
                              const Envelope& envelope);

}  // namespace countersign::protocols
