#include "collector/adapters/event_builder.h"

/// Cisco Duo's authentication log (Admin API, authentication logs version 2). Duo answers what became of an
/// authentication, not that a challenge was sent. https://duo.com/docs/adminapi#authentication-logs
namespace countersign::adapters {
namespace {

namespace json = boost::json;

std::string_view factor_of(std::string_view duo) {
  if (duo == "duo_push" || duo == "verified_duo_push") return "push";
  if (duo == "phone_call") return "voice";
  if (duo == "sms_passcode") return "sms";
  if (duo.starts_with("webauthn_") || duo == "platform_authenticator" || duo == "roaming_authenticator")
    return "passkey";
  return {};
}

/// A success proves a second factor only where the user answered; a bypass or a remembered device is a login.
bool was_answered(std::string_view reason) {
  return reason == "user_approved" || reason == "valid_passcode" || reason == "verification_code_correct";
}

std::string_view type_of(std::string_view event_type, std::string_view result, std::string_view reason) {
  if (event_type == "enrollment") return "factor.enrolled";
  if (event_type != "authentication") return {};
  if (result == "success") return was_answered(reason) ? "challenge.verified" : "login.succeeded";
  if (result == "denied" || result == "failure" || result == "fraud") return "challenge.failed";
  return {};
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto event_type = text_at(item, {"event_type"});
  const auto result = lowered(text_at(item, {"result"}));
  const auto reason = text_at(item, {"reason"});
  if (event_type.empty()) {
    const auto action = text_at(item, {"action"});  // the administrator log
    if (!action.empty()) return Unmapped{shown_type(action)};
    return Refused{{{"event_type", "is required: the payload must be an entry of Duo's authentication log"}}};
  }
  const auto type = type_of(event_type, result, reason);
  if (type.empty()) return Unmapped{shown_type(event_type)};

  auto time = time_of(text_at(item, {"isotimestamp"}));
  if (const auto seconds = number_at(item, {"timestamp"}); !time && seconds && *seconds < 253'402'300'800)
    time = time_of_millis(*seconds * 1000);
  EventBuilder event(context, type);
  event.id(text_at(item, {"txid"}), "txid")
      .time(time, "isotimestamp")
      .set(record::kActorId, text_at(item, {"user", "key"}))
      .actor_name(text_at(item, {"user", "name"}))
      .set(record::kActorEmail, text_at(item, {"email"}))
      .set(record::kActionResource, text_at(item, {"application", "name"}))
      .set(record::kDeviceIp, text_at(item, {"access_device", "ip"}))
      .set(record::kDeviceCountry, text_at(item, {"access_device", "location", "country"}))
      .set(record::kDeviceFingerprint, text_at(item, {"access_device", "epkey"}))
      .reason(reason)
      .attribute("duo_factor", text_at(item, {"factor"}))
      .attribute("application_key", text_at(item, {"application", "key"}))
      .attribute("auth_device_ip", text_at(item, {"auth_device", "ip"}));
  if (type != "login.succeeded") {
    event.set(record::kChallengeFactor, factor_of(text_at(item, {"factor"})))
        .set(record::kChallengeProvider, "cisco_duo");
  }
  if (type.starts_with("challenge.")) event.set(record::kChallengeId, text_at(item, {"txid"}));
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  for (const auto* logs : {find(payload, {"response", "authlogs"}), find(payload, {"authlogs"})}) {
    if (logs != nullptr && logs->is_array()) return adapt_each(*logs, context, adapt_one);
  }
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kCiscoDuo{"cisco_duo", "Cisco Duo (authentication log)", adapt};

}  // namespace countersign::adapters
