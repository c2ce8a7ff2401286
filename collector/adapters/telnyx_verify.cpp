#include "collector/adapters/event_builder.h"

/// Telnyx Verify webhooks. `data.payload.custom_code` holds the code itself, in clear.
/// https://developers.telnyx.com/docs/identity/verify/receiving-webhooks
namespace countersign::adapters {
namespace {

namespace json = boost::json;

std::string_view type_of(std::string_view name) {
  if (name == "verify.sent") return "challenge.sent";
  if (name == "verify.delivered") return "challenge.delivered";
  if (name == "verify.failed") return "challenge.undelivered";
  return {};
}

std::string_view factor_of(std::string_view type) {
  if (type == "sms") return "sms";
  if (type == "call") return "voice";
  if (type == "whatsapp") return "whatsapp";
  return {};
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto name = text_at(item, {"data", "event_type"});
  if (name.empty())
    return Refused{{{"data.event_type", "is required: the payload must be a Telnyx webhook"}}};
  const auto type = type_of(name);
  if (type.empty()) return Unmapped{shown_type(name)};

  EventBuilder event(context, type);
  event.id(text_at(item, {"data", "id"}), "data.id")
      .time(time_of(text_at(item, {"data", "occurred_at"})), "data.occurred_at")
      .set(record::kActorPhone, words_at(item, {"data", "payload", "phone_number"}))
      .set(record::kChallengeId, text_at(item, {"data", "payload", "id"}))
      .set(record::kChallengeFactor, factor_of(text_at(item, {"data", "payload", "type"})))
      .set(record::kChallengeProvider, "telnyx_verify")
      .attribute("profile_id", text_at(item, {"data", "payload", "profile_id"}));
  if (type == "challenge.undelivered") event.reason(text_at(item, {"data", "payload", "delivery_status"}));
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kTelnyxVerify{"telnyx_verify", "Telnyx Verify (webhook)", adapt};

}  // namespace countersign::adapters
