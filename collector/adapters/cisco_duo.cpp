#include "collector/adapters/done_to.h"

#include <algorithm>
#include <array>

/// Cisco Duo's logs (Admin API). The authentication log (version 2) says what became of an authentication;
/// that a message was sent stands in the telephony log alone.
/// https://duo.com/docs/adminapi#authentication-logs
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

std::optional<std::string> time_of_log(const json::value& item) {
  if (auto time = time_of(text_at(item, {"isotimestamp"}))) return time;
  const auto seconds = number_at(item, {"timestamp"});
  return seconds && *seconds < 253'402'300'800 ? time_of_millis(*seconds * 1000) : std::nullopt;
}

struct AdminAction {
  std::string_view action, type;
};

constexpr std::array<AdminAction, 17> kAdminActions{{
    {"admin_2fa_error", "challenge.failed"},
    {"admin_create", "user.provisioned"},
    {"admin_delete", "user.deprovisioned"},
    {"admin_factor_restrictions", "policy.changed"},
    {"admin_lockout", "user.suspended"},
    {"admin_login", "login.succeeded"},
    {"admin_login_error", "login.failed"},
    {"admin_single_sign_on_update", "policy.changed"},
    {"bypass_create", "action.performed"},
    {"bypass_delete", "action.performed"},
    {"bypass_view", "action.performed"},
    {"policy_create", "policy.changed"},
    {"policy_delete", "policy.changed"},
    {"policy_update", "policy.changed"},
    {"update_admin_factor_restrictions", "policy.changed"},
    {"user_create", "user.provisioned"},
    {"user_delete", "user.deprovisioned"},
}};

constexpr NotEvidence kNotEvidence[] = {
    {"admin_update", "a change of the account, no authentication"},
    {"application_*", "a change of an application, no authentication"},
    {"group_*", "a change of a group, no authentication"},
    {"integration_*", "a change of an application, no authentication"},
    {"user_update", "a change of the account, no authentication"},
};

/// The user or administrator to whom it was done. The administrator log has a name alone.
Party target_of(const json::value& item) {
  for (const std::string_view member : {"target", "old_target"}) {
    const auto kind = text_at(item, {member, "type"});
    if (kind == "user" || kind == "admin")
      return {text_at(item, {member, "key"}), text_at(item, {member, "name"})};
  }
  return {{}, text_at(item, {"object"})};
}

void describe_admin_actor(const json::value& item, std::string_view action, std::string_view type,
                          EventBuilder& event) {
  const auto target = target_of(item);
  const auto name = text_at(item, {"actor", "name"});
  const Party doer{text_at(item, {"actor", "key"}), name.empty() ? text_at(item, {"username"}) : name};
  const auto ip = text_at(item, {"access_device", "ip", "address"});
  // An administrator who is locked out is told as who acted.
  if (is_by_other(type, target, doer, action == "admin_lockout" ? Untold::own : Untold::nobody)) {
    event.set(record::kActorId, target.id).actor_name(target.login);
    set_doer(event, doer, ip);
    return;
  }
  event.set(record::kActorId, doer.id)
      .actor_name(doer.login)
      .set(record::kActorRole, text_at(item, {"actor", "type"}))
      .set(record::kDeviceIp, ip)
      .attribute("object", text_at(item, {"object"}))
      .attribute("target_name", text_at(item, {"target", "name"}))
      .attribute("target_key", text_at(item, {"target", "key"}));
}

/// An entry of the activity log, or of the administrator log that it replaces, which has no ids.
/// https://duo.com/docs/adminapi#activity-logs
Outcome adapt_admin(const json::value& item, std::string_view action, const AdapterContext& context) {
  const auto* known = std::find_if(kAdminActions.begin(), kAdminActions.end(),
                                   [&](const AdminAction& a) { return a.action == action; });
  if (known == kAdminActions.end()) return Unmapped{shown_type(action), why_not(kNotEvidence, action)};
  auto type = known->type;
  if (lowered(text_at(item, {"outcome", "result"})) == "failure")
    type = type == "login.succeeded" ? "login.failed" : type.ends_with(".failed") ? type : "action.blocked";
  auto time = time_of(text_at(item, {"ts"}));
  if (!time) time = time_of_log(item);
  EventBuilder event(context, type);
  event.id(text_at(item, {"activity_id"}), "activity_id").time(time, "ts").attribute("duo_action", action);
  describe_admin_actor(item, action, type, event);
  if (type.starts_with("action.") || type == "policy.changed") event.set(record::kActionName, action);
  if (type.starts_with("challenge.")) event.set(record::kChallengeProvider, "cisco_duo");
  return event.finish(item);
}

/// An entry of the telephony log: a text message or a call by which Duo sent a passcode.
/// https://duo.com/docs/adminapi#telephony-logs
Outcome adapt_telephony(const json::value& item, std::string_view id, const AdapterContext& context) {
  const auto kind = lowered(text_at(item, {"type"}));
  EventBuilder event(context, "challenge.sent");
  event.id(id, "telephony_id")
      .time(time_of(text_at(item, {"ts"})), "ts")
      .set(record::kActorPhone, text_at(item, {"phone"}))
      .set(record::kChallengeId, text_at(item, {"txid"}))
      .set(record::kChallengeFactor, kind == "sms"     ? "sms"
                                     : kind == "phone" ? "voice"
                                                       : "")
      .set(record::kChallengeProvider, "cisco_duo")
      .attribute("duo_context", text_at(item, {"context"}));
  return event.finish(item);
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto event_type = text_at(item, {"event_type"});
  const auto result = lowered(text_at(item, {"result"}));
  const auto reason = text_at(item, {"reason"});
  if (event_type.empty()) {
    if (const auto id = text_at(item, {"telephony_id"}); !id.empty())
      return adapt_telephony(item, id, context);
    auto action = text_at(item, {"action", "name"});
    if (action.empty()) action = text_at(item, {"action"});
    if (!action.empty()) return adapt_admin(item, action, context);
    return Refused{{{"event_type",
                     "is required: the payload must be an entry of Duo's authentication, activity or "
                     "telephony log"}}};
  }
  const auto type = type_of(event_type, result, reason);
  if (type.empty()) return Unmapped{shown_type(event_type)};

  EventBuilder event(context, type);
  event.id(text_at(item, {"txid"}), "txid")
      .time(time_of_log(item), "isotimestamp")
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
  for (const auto* logs :
       {find(payload, {"response", "authlogs"}), find(payload, {"authlogs"}),
        find(payload, {"response", "items"}), find(payload, {"items"}), find(payload, {"response"})}) {
    if (logs != nullptr && logs->is_array()) return adapt_each(*logs, context, adapt_one);
  }
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kCiscoDuo{"cisco_duo", "Cisco Duo (authentication, activity and telephony logs)", adapt};

}  // namespace countersign::adapters
