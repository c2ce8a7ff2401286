#include "collector/adapters/done_to.h"

#include <algorithm>
#include <array>

/// Microsoft Entra ID sign-ins, as Microsoft Graph gives them (`value[]`) or as diagnostic settings stream
/// them
/// (`records[]`, each with `properties`). One sign-in is one event: its error code says whether the second
/// factor or the login failed. https://learn.microsoft.com/graph/api/resources/signin
namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMfaFailed = 500121;
constexpr std::int64_t kAccountLocked = 50053;
constexpr std::int64_t kBadCredentials = 50126;

/// A second factor or an enrolment was asked for; what came of it is another event.
bool is_interrupted(std::int64_t code) { return code == 50074 || code == 50076 || code == 50079; }

std::string_view factor_of(std::string_view method) {
  if (method == "Text message") return "sms";
  if (method.starts_with("Phone call")) return "voice";
  if (method == "Mobile app notification") return "push";
  if (method == "OATH verification code") return "totp";
  if (method == "FIDO2" || method.starts_with("Passkey")) return "passkey";
  return {};
}

/// The method of the last step that was asked for as multi-factor authentication.
std::string_view mfa_method(const json::value& sign_in) {
  std::string_view method = text_at(sign_in, {"mfaDetail", "authMethod"});
  const auto* steps = find(sign_in, {"authenticationDetails"});
  if (steps == nullptr || !steps->is_array()) return method;
  for (const auto& step : steps->get_array()) {
    if (text_at(step, {"authenticationStepRequirement"}) == "MFA")
      method = text_at(step, {"authenticationMethod"});
  }
  return method;
}

std::string reason_of(std::int64_t code) {
  if (code == 0) return {};
  if (code == kMfaFailed) return "mfa_failed";
  if (code == kAccountLocked) return "account_locked";
  if (code == kBadCredentials) return "invalid_credentials";
  return "error_" + std::to_string(code);
}

struct AuditActivity {
  std::string_view name, type;
};

/// Activities of the audit log that change who must prove what, and with what.
constexpr std::array<AuditActivity, 19> kActivities{{
    {"Add conditional access policy", "policy.changed"},
    {"Add member to role", "user.role_changed"},
    {"Add user", "user.provisioned"},
    {"Added policy", "policy.changed"},
    {"Authentication Methods Policy Update", "policy.changed"},
    {"Delete conditional access policy", "policy.changed"},
    {"Delete role assignment", "user.role_changed"},
    {"Delete user", "user.deprovisioned"},
    {"Disable Strong Authentication", "policy.changed"},
    {"Disable account", "user.suspended"},
    {"Remove member from role", "user.role_changed"},
    {"Set domain authentication", "policy.changed"},
    {"Set federation settings on domain", "policy.changed"},
    {"Update conditional access policy", "policy.changed"},
    {"Update policy", "policy.changed"},
    {"User deleted security info", "factor.removed"},
    {"User has elevated their access to User Access Administrator for their Azure Resources",
     "user.role_changed"},
    {"User registered all required security info", "factor.enrolled"},
    {"User registered security info", "factor.enrolled"},
}};

constexpr NotEvidence kNotEvidence[] = {
    {"Add application*", "a change of an application, no authentication"},
    {"Add member to role in PIM*", "a request for a role; the role's change is another entry"},
    {"Add service principal*", "a program's identity, no person"},
    {"Invite *", "an invitation, no authentication"},
    {"Redeem *", "an invitation, no authentication"},
    {"Update application*", "a change of an application, no authentication"},
    {"Update service principal*", "a program's identity, no person"},
    {"Update user", "a change of the account, no authentication"},
};

/// The first user among the targets, or the first that is none; null where there is none.
const json::value* first_target(const json::value& entry, bool user) {
  const auto* all = find(entry, {"targetResources"});
  if (all == nullptr || !all->is_array()) return nullptr;
  for (const auto& one : all->get_array()) {
    if ((text_at(one, {"type"}) == "User") == user) return &one;
  }
  return nullptr;
}

/// The user principal name, without the object id (32 digits) that a deletion puts in front of it.
std::string_view principal_name(const json::value& user) {
  auto name = text_at(user, {"userPrincipalName"});
  std::string id(text_at(user, {"id"}));
  std::erase(id, '-');
  if (id.size() == 32 && name.starts_with(id)) name.remove_prefix(id.size());
  return name;
}

Party initiator_of(const json::value& entry) {
  const Party user{text_at(entry, {"initiatedBy", "user", "id"}),
                   text_at(entry, {"initiatedBy", "user", "userPrincipalName"})};
  if (user.is_told()) return user;
  return {text_at(entry, {"initiatedBy", "app", "servicePrincipalId"}),
          text_at(entry, {"initiatedBy", "app", "displayName"})};
}

void describe_audit_actor(const json::value& entry, std::string_view name, std::string_view type,
                          EventBuilder& event) {
  const auto* user = first_target(entry, true);
  const auto* shown = first_target(entry, false);
  const auto doer = initiator_of(entry);
  const auto ip = text_at(entry, {"initiatedBy", "user", "ipAddress"});
  Party target;
  if (user != nullptr) target = {text_at(*user, {"id"}), principal_name(*user)};
  if (is_by_other(type, target, doer, name.starts_with("User ") ? Untold::own : Untold::nobody)) {
    if (user != nullptr) event.set(record::kActorName, text_at(*user, {"displayName"}));
    event.set(record::kActorId, target.id).actor_name(target.login);
    set_doer(event, doer, ip);
  } else {
    event.set(record::kActorId, text_at(entry, {"initiatedBy", "user", "id"}))
        .actor_name(text_at(entry, {"initiatedBy", "user", "userPrincipalName"}))
        .set(record::kDeviceIp, ip);
    if (shown == nullptr) shown = user;
  }
  if (shown != nullptr)
    event.attribute("target", principal_name(*shown))
        .attribute("target_name", text_at(*shown, {"displayName"}));
}

/// An entry of the audit log, from Graph (`activityDisplayName`) or diagnostic settings (`operationName`).
Outcome adapt_audit(const json::value& item, const json::value& entry, std::string_view name,
                    const AdapterContext& context) {
  const auto* known = std::find_if(kActivities.begin(), kActivities.end(),
                                   [&](const AuditActivity& activity) { return activity.name == name; });
  if (known == kActivities.end()) return Unmapped{shown_type(name), why_not(kNotEvidence, name)};
  auto id = text_at(entry, {"id"});
  if (id.empty()) id = text_at(item, {"correlationId"});
  const auto result = lowered(text_at(entry, {"result"}));
  const bool failed = result == "failure" || result == "timeout";
  const auto type = failed ? std::string_view("action.blocked") : known->type;
  EventBuilder event(context, type);
  event.id(id, "id")
      .time(time_of(text_at(entry, {"activityDateTime"})), "activityDateTime")
      .reason(failed ? result : "")
      .attribute("activity", name);
  describe_audit_actor(entry, name, type, event);
  if (type.starts_with("factor.")) {
    event.set(record::kChallengeProvider, "entra_id");
  } else {
    event.set(record::kActionName, name);
  }
  return event.finish(item);
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto* properties = find(item, {"properties"});
  const json::value& sign_in = properties != nullptr && properties->is_object() ? *properties : item;
  const auto category = text_at(item, {"category"});
  if (!category.empty() && category.find("SignIn") == std::string_view::npos) {
    auto name = text_at(item, {"operationName"});
    if (name.empty()) name = text_at(item, {"operationname"});
    if (name.empty()) name = text_at(item, {"activityDisplayName"});
    return adapt_audit(item, sign_in, name.empty() ? category : name, context);
  }
  const auto code = number_at(sign_in, {"status", "errorCode"});
  if (!code) return Refused{{{"status.errorCode", "is required: the payload must be an Entra ID sign-in"}}};
  if (is_interrupted(*code))
    return Unmapped{"signin." + std::to_string(*code),
                    "a second factor or an enrolment was asked for; its outcome is another sign-in"};

  const bool second_factor = *code == kMfaFailed;
  EventBuilder event(context, second_factor ? "challenge.failed"
                              : *code == 0  ? "login.succeeded"
                                            : "login.failed");
  event.id(text_at(sign_in, {"id"}), "id")
      .time(time_of(text_at(sign_in, {"createdDateTime"})), "createdDateTime")
      .set(record::kActorId, text_at(sign_in, {"userId"}))
      .set(record::kActorName, text_at(sign_in, {"userDisplayName"}))
      .actor_name(text_at(sign_in, {"userPrincipalName"}))
      .set(record::kActionResource, text_at(sign_in, {"resourceDisplayName"}))
      .set(record::kDeviceIp, text_at(sign_in, {"ipAddress"}))
      .set(record::kDeviceUserAgent, text_at(sign_in, {"userAgent"}))
      .set(record::kDeviceFingerprint, text_at(sign_in, {"deviceDetail", "deviceId"}))
      .set(record::kDeviceCountry, text_at(sign_in, {"location", "countryOrRegion"}))
      .set(record::kDeviceAsn, number_at(sign_in, {"autonomousSystemNumber"}))
      .set(record::kSessionId, text_at(sign_in, {"sessionId"}))
      .reason(reason_of(*code))
      .attribute("authentication_requirement", text_at(sign_in, {"authenticationRequirement"}))
      .attribute("app_id", text_at(sign_in, {"appId"}))
      .attribute("service_principal_id", text_at(sign_in, {"servicePrincipalId"}))
      .attribute("mfa_method", mfa_method(sign_in))
      .attribute("correlation_id", text_at(sign_in, {"correlationId"}));
  if (second_factor) {
    event.set(record::kChallengeId, text_at(sign_in, {"correlationId"}))
        .set(record::kChallengeFactor, factor_of(mfa_method(sign_in)))
        .set(record::kChallengeProvider, "entra_id");
  }
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  for (const std::string_view envelope : {"value", "records"}) {
    const auto* all = find(payload, {envelope});
    if (all != nullptr && all->is_array()) return adapt_each(*all, context, adapt_one);
  }
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kEntraId{"entra_id", "Microsoft Entra ID (sign-ins)", adapt};

}  // namespace countersign::adapters
