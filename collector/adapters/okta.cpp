#include "collector/adapters/done_to.h"

#include <algorithm>
#include <array>

/// Okta: an event hook's delivery, and System Log events, one or an array.
/// https://developer.okta.com/docs/reference/api/event-types/
namespace countersign::adapters {
namespace {

namespace json = boost::json;

/// How the outcome of an Okta event decides our type.
enum class By {
  name,      ///< the event's name says it all
  sending,   ///< sent, or undelivered where Okta denied it
  receipt,   ///< delivered or undelivered, by the provider's status
  checking,  ///< verified or failed
  login,     ///< succeeded or failed
};

struct Known {
  std::string_view okta;
  By by;
  std::string_view type;
  std::string_view factor;
  std::string_view reason;
};

constexpr std::array<Known, 45> kKnown{{
    {"system.email.challenge_factor_redeemed", By::checking, "", "email", ""},
    {"system.email.delivery", By::receipt, "", "email", ""},
    {"system.email.send_factor_verify_message", By::sending, "", "email", ""},
    {"system.push.send_factor_verify_push", By::sending, "", "push", ""},
    {"system.sms.receive_status", By::receipt, "", "sms", ""},
    {"system.sms.send_account_unlock_message", By::sending, "", "sms", ""},
    {"system.sms.send_factor_verify_message", By::sending, "", "sms", ""},
    {"system.sms.send_okta_push_verify_message", By::sending, "", "sms", ""},
    {"system.sms.send_password_reset_message", By::sending, "", "sms", ""},
    {"system.sms.send_phone_verification_message", By::sending, "", "sms", ""},
    {"system.voice.receive_status", By::receipt, "", "voice", ""},
    {"system.voice.send_account_unlock_call", By::sending, "", "voice", ""},
    {"system.voice.send_call", By::sending, "", "voice", ""},
    {"system.voice.send_mfa_challenge_call", By::sending, "", "voice", ""},
    {"system.voice.send_password_reset_call", By::sending, "", "voice", ""},
    {"system.voice.send_phone_verification_call", By::sending, "", "voice", ""},
    {"user.account.lock", By::name, "user.suspended", "", "account_locked"},
    {"user.account.privilege.grant", By::name, "user.role_changed", "", ""},
    {"user.account.privilege.revoke", By::name, "user.role_changed", "", ""},
    {"user.account.unlock", By::name, "user.provisioned", "", "account_unlocked"},
    {"user.account.unlock_by_admin", By::name, "user.provisioned", "", "account_unlocked"},
    {"user.authentication.auth_via_mfa", By::checking, "", "", ""},
    {"user.lifecycle.create", By::name, "user.provisioned", "", ""},
    {"user.lifecycle.deactivate", By::name, "user.deprovisioned", "", ""},
    {"user.lifecycle.reactivate", By::name, "user.provisioned", "", "reactivated"},
    {"user.lifecycle.suspend", By::name, "user.suspended", "", ""},
    {"user.lifecycle.unsuspend", By::name, "user.provisioned", "", "unsuspended"},
    {"user.mfa.attempt_bypass", By::name, "challenge.failed", "", "attempt_bypass"},
    {"user.mfa.factor.activate", By::name, "factor.enrolled", "", ""},
    {"user.mfa.factor.deactivate", By::name, "factor.removed", "", ""},
    {"user.mfa.factor.reset_all", By::name, "factor.reset", "", ""},
    {"user.mfa.factor.suspend", By::name, "factor.removed", "", "suspended"},
    {"user.mfa.factor.unsuspend", By::name, "factor.enrolled", "", "unsuspended"},
    {"user.mfa.okta_verify.deny_push", By::name, "challenge.failed", "push", "denied"},
    {"user.session.access_admin_app", By::name, "action.performed", "", ""},
    {"user.session.start", By::login, "", "", ""},
    {"policy.lifecycle.activate", By::name, "policy.changed", "", ""},
    {"policy.lifecycle.create", By::name, "policy.changed", "", ""},
    {"policy.lifecycle.deactivate", By::name, "policy.changed", "", ""},
    {"policy.lifecycle.delete", By::name, "policy.changed", "", ""},
    {"policy.lifecycle.update", By::name, "policy.changed", "", ""},
    {"policy.rule.add", By::name, "policy.changed", "", ""},
    {"policy.rule.delete", By::name, "policy.changed", "", ""},
    {"policy.rule.update", By::name, "policy.changed", "", ""},
    {"system.mfa.factor.deactivate", By::name, "policy.changed", "", ""},
}};

constexpr NotEvidence kNotEvidence[] = {
    {"app.oauth2.*", "a token of an application, no authentication of a person"},
    {"application.*", "a change of an application or its members, no authentication"},
    {"device.*", "a change of a device, no authentication"},
    {"group.*", "a change of a group, no authentication"},
    {"policy.evaluate_sign_on", "a policy was evaluated; what came of it is another event"},
    {"security.protected_action.attempt", "a step-up is required; what comes of it is another event"},
    {"security.threat.*", "a risk notice, without an authentication"},
    {"system.agent.*", "an agent of the directory, no authentication"},
    {"system.api_token.*", "a credential of a program, no authentication of a person"},
    {"system.org.rate_limit.*", "a limit of the service, no authentication"},
    {"user.account.reset_password", "a change of the account, no authentication"},
    {"user.account.update_*", "a change of the account, no authentication"},
    {"user.authentication.sso", "a single sign-on within a session; the login is another event"},
    {"user.authentication.auth_via_mfa", "a second factor was asked for; what comes of it is another event"},
    {"user.risk.*", "a risk notice, without an authentication"},
    {"user.session.end", "the end of a session, no authentication"},
    {"user.session.impersonation.*", "an act of Okta's support, no authentication of the user"},
    {"user.session.start", "a session whose outcome is neither success nor failure"},
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

/// Our type for an event, or empty where its outcome is none that we know.
std::string_view type_of(const Known& known, const json::value& item) {
  const auto result = lowered(text_at(item, {"outcome", "result"}));
  const bool good = is_one_of(result, {"success", "allow"});
  const bool bad = is_one_of(result, {"failure", "deny", "unanswered", "abandoned"});
  switch (known.by) {
    case By::name:
      return known.type;
    case By::sending:
      return good ? "challenge.sent" : bad ? "challenge.undelivered" : "";
    case By::checking:
      return good ? "challenge.verified" : bad ? "challenge.failed" : "";
    case By::login:
      return good ? "login.succeeded" : bad ? "login.failed" : "";
    case By::receipt: {
      const auto status = lowered(text_at(item, {"debugContext", "debugData", "status"}));
      if (status == "delivered" || (status.empty() && good)) return "challenge.delivered";
      const bool lost = is_one_of(status, {"failed", "undelivered", "dropped", "bounce", "bounced"});
      return lost || (status.empty() && bad) ? "challenge.undelivered" : "";
    }
  }
  return {};
}

std::string_view factor_of(std::string_view okta) {
  if (is_one_of(okta, {"OKTA_VERIFY_PUSH"})) return "push";
  if (is_one_of(okta, {"SMS_FACTOR"})) return "sms";
  if (is_one_of(okta, {"CALL_FACTOR"})) return "voice";
  if (is_one_of(okta, {"EMAIL_FACTOR"})) return "email";
  if (is_one_of(okta, {"GOOGLE_AUTHENTICATOR", "OKTA_SOFT_TOKEN"})) return "totp";
  if (is_one_of(okta, {"FIDO_WEBAUTHN", "FIDO2_WEBAUTHN"})) return "passkey";
  return {};
}

/// The user among the targets; null where there is none.
const json::value* target_user(const json::value& item) {
  const auto* targets = find(item, {"target"});
  if (targets == nullptr || !targets->is_array()) return nullptr;
  for (const auto& target : targets->get_array()) {
    if (text_at(target, {"type"}) == "User") return &target;
  }
  return nullptr;
}

/// A challenge that Okta's own principal sent concerns the user who is its target; so does what is done to an
/// account or a factor, whoever does it. Gives whether it was somebody else: then the client is not the
/// user's.
bool describe_actor(const json::value& item, std::string_view type, EventBuilder& event) {
  const auto* target = target_user(item);
  const auto* actor = find(item, {"actor"});
  const bool by_user = actor != nullptr && text_at(*actor, {"type"}) == "User";
  const bool of_target =
      target != nullptr && (is_done_to(type) || (!by_user && type.starts_with("challenge.")));
  const json::value* who = of_target ? target : actor;
  if (who != nullptr) {
    event.set(record::kActorName, text_at(*who, {"displayName"}))
        .set(record::kActorId, text_at(*who, {"id"}));
    if (text_at(*who, {"alternateId"}) != "unknown") event.actor_name(text_at(*who, {"alternateId"}));
  }
  const auto party = [](const json::value* of) {
    return of == nullptr ? Party{} : Party{text_at(*of, {"id"}), text_at(*of, {"alternateId"})};
  };
  const bool by_other = is_by_other(type, party(target), party(actor));
  if (by_other) {
    set_doer(event, party(actor), text_at(item, {"client", "ipAddress"}));
  } else if (target != nullptr && target != who) {
    event.attribute("target_user_id", text_at(*target, {"id"}))
        .attribute("target_user_login", text_at(*target, {"alternateId"}));
  }
  return by_other;
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto name = text_at(item, {"eventType"});
  if (name.empty()) return Refused{{{"eventType", "is required: the payload must be an Okta event"}}};
  const auto* known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.okta == name; });
  const auto type = known == kKnown.end() ? std::string_view{} : type_of(*known, item);
  if (type.empty()) return Unmapped{shown_type(name), why_not(kNotEvidence, name)};

  EventBuilder event(context, type);
  event.id(text_at(item, {"uuid"}), "uuid").time(time_of(text_at(item, {"published"})), "published");
  const bool by_other = describe_actor(item, type, event);
  auto reason = text_at(item, {"outcome", "reason"});
  const auto result = lowered(text_at(item, {"outcome", "result"}));
  if (reason.empty() && is_one_of(result, {"deny", "unanswered", "abandoned"})) reason = result;
  if (!by_other) {
    event.set(record::kDeviceIp, text_at(item, {"client", "ipAddress"}))
        .set(record::kDeviceUserAgent, text_at(item, {"client", "userAgent", "rawUserAgent"}))
        .set(record::kDeviceCountry, text_at(item, {"client", "geographicalContext", "country"}))
        .set(record::kDeviceFingerprint, text_at(item, {"debugContext", "debugData", "deviceFingerprint"}))
        .set(record::kDeviceAsn, number_at(item, {"securityContext", "asNumber"}))
        .set(record::kSessionId, text_at(item, {"authenticationContext", "externalSessionId"}));
  }
  event.reason(reason.empty() ? known->reason : reason)
      .attribute("okta_event_type", name)
      .attribute("transaction_id", text_at(item, {"transaction", "id"}));
  if (type.starts_with("challenge.") || type.starts_with("factor.")) {
    const auto named = factor_of(text_at(item, {"debugContext", "debugData", "factor"}));
    event.set(record::kChallengeFactor, known->factor.empty() ? named : known->factor)
        .set(record::kChallengeProvider, "okta");
  }
  if (type.starts_with("challenge.")) event.set(record::kChallengeId, text_at(item, {"transaction", "id"}));
  if (type == "action.performed" || type == "policy.changed" || type == "user.role_changed")
    event.set(record::kActionName, name);
  if (type == "user.role_changed")
    event.attribute("privilege", text_at(item, {"debugContext", "debugData", "privilegeGranted"}));
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  if (text_at(payload, {"eventType"}) != "com.okta.event_hook")
    return adapt_each(payload, context, adapt_one);
  const auto* events = find(payload, {"data", "events"});
  if (events == nullptr || !events->is_array())
    return {Refused{{{"data.events", "is required, and must be an array of events"}}}};
  return adapt_each(*events, context, adapt_one);
}

}  // namespace

const Adapter kOkta{"okta", "Okta (event hook, System Log)", adapt};

}  // namespace countersign::adapters
