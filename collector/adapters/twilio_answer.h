#pragma once

#include "collector/adapters/payload.h"

/// What Twilio Verify says outside of Event Streams: the answers of its API, which an application forwards,
/// and the webhooks of push, TOTP and passkey factors.
namespace countersign::adapters {

/// One resource, one list of resources, or one webhook's parameters. Absent where the payload is neither.
/// https://www.twilio.com/docs/verify/api and https://www.twilio.com/docs/verify/api/webhooks
std::optional<Outcomes> adapt_twilio_answer(const boost::json::value& payload, const AdapterContext& context);

/// Twilio's name of a channel or of a type of factor as one of ours; empty for one that is none of ours
/// ("auto", "sna", "rcs").
std::string_view twilio_factor(std::string_view name);

}  // namespace countersign::adapters
