#include "collector/adapters/done_to.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

/// Google Workspace activities of the Reports API: the list answer, an activity, or one event of it. Google
/// says what became of a challenge, not that a message was sent or delivered.
/// https://developers.google.com/admin-sdk/reports/v1/appendix/activity/login
namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::string_view kDirectory = "a change of the account, no authentication";
constexpr std::string_view kRisk = "a risk notice, without an authentication";

struct Known {
  std::string_view name;
  std::string_view type;   ///< empty: no evidence
  std::string_view other;  ///< the reason of the outcome, or why it is no evidence
};

constexpr std::array<Known, 44> kKnown{{
    {"2sv_disable", "factor.removed", ""},
    {"2sv_enroll", "factor.enrolled", ""},
    {"ALLOW_STRONG_AUTHENTICATION", "policy.changed", ""},
    {"CHANGE_ALLOWED_TWO_STEP_VERIFICATION_METHODS", "policy.changed", ""},
    {"CHANGE_TWO_STEP_VERIFICATION_ENROLLMENT_PERIOD_DURATION", "policy.changed", ""},
    {"CHANGE_TWO_STEP_VERIFICATION_FREQUENCY", "policy.changed", ""},
    {"CHANGE_TWO_STEP_VERIFICATION_GRACE_PERIOD_DURATION", "policy.changed", ""},
    {"CHANGE_TWO_STEP_VERIFICATION_START_DATE", "policy.changed", ""},
    {"CREATE_USER", "user.provisioned", ""},
    {"DELETE_USER", "user.deprovisioned", ""},
    {"ENFORCE_STRONG_AUTHENTICATION", "policy.changed", ""},
    {"GRANT_ADMIN_PRIVILEGE", "user.role_changed", ""},
    {"REVOKE_ADMIN_PRIVILEGE", "user.role_changed", ""},
    {"SUSPEND_USER", "user.suspended", ""},
    {"TURN_OFF_2_STEP_VERIFICATION", "factor.removed", ""},
    {"UNENROLL_USER_FROM_STRONG_AUTH", "factor.removed", ""},
    {"DEVICE_SYNC_EVENT", "", "a device, no authentication"},
    {"SUSPICIOUS_ACTIVITY_EVENT", "", kRisk},
    {"account_disabled_generic", "user.suspended", "account_disabled"},
    {"account_disabled_hijacked", "user.suspended", "account_hijacked"},
    {"account_disabled_password_leak", "user.suspended", "password_leak"},
    {"account_disabled_spamming", "user.suspended", "spamming"},
    {"account_disabled_spamming_through_relay", "user.suspended", "spamming_through_relay"},
    {"blocked_sender", "", "a mail setting, no authentication"},
    {"email_forwarding_out_of_domain", "", "a mail setting, no authentication"},
    {"gov_attack_warning", "", kRisk},
    {"login_challenge", "", ""},
    {"login_failure", "login.failed", ""},
    {"login_success", "login.succeeded", ""},
    {"login_verification", "", ""},
    {"logout", "", "the end of a session, no authentication"},
    {"password_edit", "", kDirectory},
    {"recovery_email_edit", "", kDirectory},
    {"recovery_phone_edit", "", kDirectory},
    {"recovery_secret_qa_edit", "", kDirectory},
    {"risky_sensitive_action_allowed", "action.performed", ""},
    {"risky_sensitive_action_blocked", "action.blocked", ""},
    {"suspicious_login", "", kRisk},
    {"suspicious_login_less_secure_app", "", kRisk},
    {"suspicious_programmatic_login", "", kRisk},
    {"titanium_enroll", "", "the Advanced Protection programme, which names no factor"},
    {"titanium_unenroll", "", "the Advanced Protection programme, which names no factor"},
    {"user_signed_out_due_to_suspicious_session_cookie", "", kRisk},
    {"passkey_enrolled", "factor.enrolled", ""},
}};

/// A parameter's value: parameters are an array of names and values, or an object in flattened exports.
const json::value* parameter(const json::value& event, std::string_view name) {
  const auto* parameters = find(event, {"parameters"});
  if (parameters == nullptr) return nullptr;
  if (parameters->is_object()) return find(*parameters, {name});
  if (!parameters->is_array()) return nullptr;
  for (const auto& one : parameters->get_array()) {
    if (text_at(one, {"name"}) != name) continue;
    for (const std::string_view member : {"value", "boolValue", "intValue", "multiValue"}) {
      if (const auto* value = find(one, {member})) return value;
    }
  }
  return nullptr;
}

/// A parameter's text; the first of several.
std::string_view text_of(const json::value& event, std::string_view name) {
  const auto* value = parameter(event, name);
  if (value != nullptr && value->is_array() && !value->get_array().empty())
    value = &value->get_array().front();
  return value != nullptr && value->is_string()
             ? std::string_view(value->get_string().data(), value->get_string().size())
             : std::string_view{};
}

std::string_view factor_of(std::string_view method) {
  if (method == "google_authenticator" || method == "offline_otp") return "totp";
  if (method == "google_prompt") return "push";
  if (method == "security_key" || method == "passkey") return "passkey";
  if (method == "idv_any_email" || method == "idv_preregistered_email") return "email";
  return {};
}

/// What became of a challenge, or nothing.
std::string_view challenge_type(std::string_view status) {
  const auto plain = lowered(status);
  if (plain == "challenge passed" || plain == "passed") return "challenge.verified";
  if (plain == "challenge failed" || plain == "failed" || plain == "incorrect answer entered")
    return "challenge.failed";
  return {};
}

/// To whom it was done an activity tells by the e-mail address alone: administrators' acts (`SUSPEND_USER`)
/// in another parameter than Google's own (`account_disabled_generic`).
void describe_actor(const json::value& activity, const json::value& item, std::string_view name,
                    std::string_view type, EventBuilder& event) {
  const bool by_admin = !name.empty() && name.front() >= 'A' && name.front() <= 'Z';
  const auto user = text_of(item, "USER_EMAIL"), affected = text_of(item, "affected_email_address");
  const Party target{{}, by_admin ? user : affected};
  const Party doer{text_at(activity, {"actor", "profileId"}), text_at(activity, {"actor", "email"})};
  const auto ip = text_at(activity, {"ipAddress"});
  if (is_by_other(type, target, doer, by_admin ? Untold::nobody : Untold::own)) {
    event.set(record::kActorEmail, target.login);
    set_doer(event, doer, ip);
    return;
  }
  event.set(record::kActorId, doer.id)
      .actor_name(doer.login)
      .set(record::kDeviceIp, ip)
      .attribute("affected_email", affected)
      .attribute("target_user", user);
}

Outcome adapt_event(const json::value& activity, const json::value& item, std::size_t index,
                    const AdapterContext& context) {
  const auto name = text_at(item, {"name"});
  if (name.empty())
    return Refused{{{"events.name", "is required: the payload must be an activity of the Reports API"}}};
  const auto* known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.name == name; });
  if (known == kKnown.end())
    return Unmapped{shown_type(name), name.starts_with("suspicious_") ? kRisk : std::string_view{}};
  const auto method = text_of(item, "login_challenge_method");
  const bool challenge = name == "login_challenge" || name == "login_verification";
  const auto type = challenge ? challenge_type(text_of(item, "login_challenge_status")) : known->type;
  if (type.empty())
    return Unmapped{shown_type(name), challenge ? "a challenge without an outcome" : known->other};

  const auto qualifier = words_at(activity, {"id", "uniqueQualifier"});
  const auto time = time_of(text_at(activity, {"id", "time"}));
  std::string id;
  if (!qualifier.empty() && time) id = fmt::format("{}/{}/{}", *time, qualifier, index);
  auto fallback = text_of(item, "login_failure_type");
  EventBuilder event(context, type);
  event.id(id, "id.uniqueQualifier")
      .time(time, "id.time")
      .reason(fallback.empty() ? known->other : fallback)
      .attribute("google_event", name)
      .attribute("application", text_at(activity, {"id", "applicationName"}))
      .attribute("login_type", text_of(item, "login_type"))
      .attribute("login_challenge_method", method);
  describe_actor(activity, item, name, type, event);
  if (challenge || type.starts_with("factor."))
    event.set(record::kChallengeFactor, factor_of(method))
        .set(record::kChallengeProvider, "google_workspace");
  if (challenge) event.set(record::kChallengeId, qualifier);
  if (type == "policy.changed" || type == "user.role_changed") event.set(record::kActionName, name);
  if (type.starts_with("action.")) event.set(record::kActionName, text_of(item, "sensitive_action_name"));
  return event.finish(activity);
}

/// The events of an activity; an activity of a flattened export is its own event.
void adapt_activity(const json::value& activity, const AdapterContext& context, Outcomes& out) {
  const auto* events = find(activity, {"events"});
  if (events == nullptr || !events->is_array()) {
    out.push_back(adapt_event(activity, activity, 0, context));
    return;
  }
  std::size_t index = 0;
  for (const auto& event : events->get_array()) out.push_back(adapt_event(activity, event, index++, context));
  if (index == 0) out.push_back(Refused{{{"events", "the activity holds no event"}}});
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  const auto* items = find(payload, {"items"});
  const json::value& all = items != nullptr && items->is_array() ? *items : payload;
  Outcomes out;
  if (!all.is_array()) {
    adapt_activity(all, context, out);
    return out;
  }
  for (const auto& activity : all.get_array()) adapt_activity(activity, context, out);
  if (out.empty()) out.push_back(Refused{{{"", "the payload holds no event"}}});
  return out;
}

}  // namespace

const Adapter kGoogleWorkspace{"google_workspace", "Google Workspace (Reports API)", adapt};

}  // namespace countersign::adapters
