#pragma once

#include "collector/http/message.h"

#include <optional>
#include <string>

namespace countersign::http {

/// The id of a request: 128 random bits in 32 lower-case hexadecimal digits. It is for finding a request
/// again and no secret; that it does not count keeps from who gets it how many others there are. Thread-safe.
std::string make_request_id();

/// The id that the sender gave the request, where it can do no harm in a log: the one X-Request-Id where it
/// is a UUID (RFC 9562 section 4) or 32 hexadecimal digits, else the trace id of the one traceparent (W3C
/// Trace Context, version 00). Anything else is passed over, because it could be a name, an address or a
/// secret.
std::optional<std::string> id_from_sender(const RequestHead& head);

/// Names the request in an answer: in the field X-Request-Id, and in the member `request_id` of a problem
/// document (RFC 9457 section 3.2).
void name_request(Response& response, const std::string& id);

}  // namespace countersign::http
