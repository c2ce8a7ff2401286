#include "collector/adapters/done_to.h"

#include <algorithm>
#include <array>

/// Authgear's non-blocking events by webhook. `seq` counts the events of a project, of which a hook may be
/// given only some, so it is no sequence without gaps.
/// https://docs.authgear.com/customization/events-hooks/event-list
namespace countersign::adapters {
namespace {

namespace json = boost::json;

struct Known {
  std::string_view event, type, factor, reason;
};

constexpr std::array<Known, 24> kKnown{{
    {"authentication.identity.anonymous.failed", "login.failed", "", ""},
    {"authentication.identity.biometric.failed", "login.failed", "", ""},
    {"authentication.identity.login_id.failed", "login.failed", "", ""},
    {"authentication.primary.oob_otp_email.failed", "challenge.failed", "email", ""},
    {"authentication.primary.oob_otp_sms.failed", "challenge.failed", "sms", ""},
    {"authentication.primary.password.failed", "login.failed", "", "incorrect_password"},
    {"authentication.secondary.oob_otp_email.failed", "challenge.failed", "email", ""},
    {"authentication.secondary.oob_otp_sms.failed", "challenge.failed", "sms", ""},
    {"authentication.secondary.password.failed", "challenge.failed", "", "incorrect_password"},
    {"authentication.secondary.recovery_code.failed", "challenge.failed", "", "recovery_code"},
    {"authentication.secondary.totp.failed", "challenge.failed", "totp", ""},
    {"email.error", "challenge.undelivered", "email", ""},
    {"email.sent", "challenge.sent", "email", ""},
    {"sms.error", "challenge.undelivered", "sms", ""},
    {"sms.sent", "challenge.sent", "sms", ""},
    {"user.anonymous.promoted", "", "", "a change of the account, no authentication"},
    {"user.authenticated", "login.succeeded", "", ""},
    {"user.created", "user.provisioned", "", ""},
    {"user.deleted", "user.deprovisioned", "", ""},
    {"user.disabled", "user.suspended", "", ""},
    {"user.profile.updated", "", "", "a change of the account, no authentication"},
    {"user.signed_out", "", "", "the end of a session, no authentication"},
    {"whatsapp.error", "challenge.undelivered", "whatsapp", ""},
    {"whatsapp.sent", "challenge.sent", "whatsapp", ""},
}};

/// The user of an event is the one to whom it was done. Who did it is told of what the portal and the admin
/// API did, and then the client is theirs.
void describe_actor(const json::value& item, std::string_view type, EventBuilder& event) {
  auto user = text_at(item, {"context", "user_id"});
  if (user.empty()) user = text_at(item, {"payload", "user", "id"});
  event.set(record::kActorId, user);
  const auto by = text_at(item, {"context", "triggered_by"});
  const Party doer{text_at(item, {"context", "audit_context", "actor_user_id"}), {}};
  if (!by.empty() && by != "user" && is_by_other(type, {user, {}}, doer, Untold::nobody)) {
    set_doer(event, doer, text_at(item, {"context", "ip_address"}));
    event.attribute("triggered_by", by);
    return;
  }
  event.set(record::kDeviceIp, text_at(item, {"context", "ip_address"}))
      .set(record::kDeviceUserAgent, text_at(item, {"context", "user_agent"}))
      .set(record::kDeviceCountry, text_at(item, {"context", "geo_location_code"}))
      .set(record::kSessionId, text_at(item, {"payload", "session", "id"}));
}

/// What the fraud protection decided on a message: a block is evidence, an allowance is not.
constexpr std::string_view kFraud = "fraud_protection.decision_recorded";

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto name = text_at(item, {"type"});
  if (name.empty() || find(item, {"context"}) == nullptr)
    return Refused{{{"type", "is required, with context: the payload must be an Authgear event"}}};
  const auto decision = text_at(item, {"payload", "record", "decision"});
  const auto* known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.event == name; });
  std::string_view type, factor, reason;
  if (name == kFraud) {
    if (decision != "blocked")
      return Unmapped{shown_type(name), "a message was allowed; its sending is another event"};
    type = "challenge.undelivered";
    reason = "blocked_by_fraud_protection";
  } else if (known == kKnown.end()) {
    return Unmapped{shown_type(name), {}};
  } else if (known->type.empty()) {
    return Unmapped{shown_type(name), known->reason};
  } else {
    type = known->type;
    factor = known->factor;
    reason = known->reason;
  }
  const auto seconds = number_at(item, {"context", "timestamp"});
  EventBuilder event(context, type);
  event.id(text_at(item, {"id"}), "id")
      .time(seconds && *seconds < 253'402'300'800 ? time_of_millis(*seconds * 1000) : std::nullopt,
            "context.timestamp")
      .reason(reason)
      .attribute("authgear_event", name)
      .attribute("client_id", text_at(item, {"context", "client_id"}));
  describe_actor(item, type, event);
  if (type.starts_with("challenge."))
    event.set(record::kChallengeFactor, factor).set(record::kChallengeProvider, "authgear");
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kAuthgear{"authgear", "Authgear (webhook)", adapt};

}  // namespace countersign::adapters
