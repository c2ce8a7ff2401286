#include "collector/adapters/done_to.h"

#include <algorithm>
#include <array>

/// Auth0 log streams: one object, an array, or one object a line. A log entry never says that a challenge
/// expired or was delivered; `mfar` (a second factor is required) is no challenge yet and stays unmapped.
/// https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes
namespace countersign::adapters {
namespace {

namespace json = boost::json;

struct Known {
  std::string_view code;
  std::string_view type;
  std::string_view factor;
  std::string_view reason;
};

constexpr std::string_view kExchange = "a token was exchanged, no authentication of a person";
constexpr std::string_view kAccount = "a change of the account, no authentication";

/// https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes
constexpr NotEvidence kNotEvidence[] = {
    {"admin_update_launch", "a change of the tenant by Auth0"},
    {"api_limit*", "a limit of the service, no authentication"},
    {"depnote", "a notice of deprecation"},
    {"fce", kAccount},
    {"fcp", kAccount},
    {"fcpr", kAccount},
    {"feacft", kExchange},
    {"feccft", kExchange},
    {"ferrt", kExchange},
    {"fertft", kExchange},
    {"flo", "the end of a session, no authentication"},
    {"fsa", "a session was looked for in silence, no authentication"},
    {"fv", kAccount},
    {"gd_start_enroll", "an enrolment that is not finished"},
    {"gd_update_device_account", "a change of a device's settings, no authentication"},
    {"mfar", "a second factor is required; what comes of it is another event"},
    {"sce", kAccount},
    {"scp", kAccount},
    {"scpr", kAccount},
    {"seacft", kExchange},
    {"seccft", kExchange},
    {"sertft", kExchange},
    {"slo", "the end of a session, no authentication"},
    {"ssa", "a session was found in silence, no authentication"},
    {"sv", kAccount},
    {"sys_*", "the service itself"},
    {"w", "a warning, no authentication"},
};

constexpr std::array<Known, 46> kKnown{{
    {"cls", "challenge.sent", "", ""},
    {"cs", "challenge.sent", "", ""},
    {"f", "login.failed", "", ""},
    {"fcoa", "login.failed", "", "cross_origin_authentication"},
    {"feoobft", "challenge.failed", "", "oob"},
    {"feotpft", "challenge.failed", "", "otp"},
    {"fepotpft", "challenge.failed", "", "passwordless_otp"},
    {"fercft", "challenge.failed", "", "recovery_code"},
    {"fp", "login.failed", "", "incorrect_password"},
    {"fu", "login.failed", "", "invalid_user"},
    {"fs", "action.blocked", "", ""},
    {"fscim", "action.blocked", "", ""},
    {"gd_auth_failed", "challenge.failed", "", ""},
    {"gd_auth_rejected", "challenge.failed", "push", "rejected"},
    {"gd_auth_succeed", "challenge.verified", "", ""},
    {"gd_enrollment_complete", "factor.enrolled", "", ""},
    {"gd_otp_rate_limit_exceed", "challenge.failed", "", "rate_limit_exceeded"},
    {"gd_recovery_failed", "challenge.failed", "", "recovery_code"},
    {"gd_recovery_rate_limit_exceed", "challenge.failed", "", "recovery_code_rate_limit_exceeded"},
    {"gd_recovery_succeed", "challenge.verified", "", "recovery_code"},
    {"gd_send_email", "challenge.sent", "email", ""},
    {"gd_send_pn", "challenge.sent", "push", ""},
    {"gd_send_pn_failure", "challenge.undelivered", "push", ""},
    {"gd_send_sms", "challenge.sent", "sms", ""},
    {"gd_send_sms_failure", "challenge.undelivered", "sms", ""},
    {"gd_send_voice", "challenge.sent", "voice", ""},
    {"gd_send_voice_failure", "challenge.undelivered", "voice", ""},
    {"gd_start_auth", "challenge.sent", "", ""},
    {"gd_unenroll", "factor.removed", "", ""},
    {"gd_webauthn_challenge_failed", "challenge.failed", "passkey", ""},
    {"limit_mu", "action.blocked", "", "ip_blocked"},
    {"limit_sul", "login.failed", "", "account_locked"},
    {"limit_wc", "login.failed", "", "account_locked"},
    {"passkey_challenge_failed", "challenge.failed", "passkey", ""},
    {"passkey_challenge_started", "challenge.sent", "passkey", ""},
    {"pwd_leak", "login.failed", "", "leaked_password"},
    {"fapi", "action.blocked", "", ""},
    {"s", "login.succeeded", "", ""},
    {"sapi", "action.performed", "", ""},
    {"sdu", "user.deprovisioned", "", ""},
    {"seoobft", "challenge.verified", "", "oob"},
    {"seotpft", "challenge.verified", "", "otp"},
    {"sercft", "challenge.verified", "", "recovery_code"},
    {"signup_pwd_leak", "action.blocked", "", "leaked_password"},
    {"ss", "user.provisioned", "", ""},
    {"sscim", "action.performed", "", ""},
}};

/// The leading parts of a Management API path, up to the first that could be an identifier or a person's
/// name.
std::string resource_of(std::string_view path) {
  std::string out;
  while (path.starts_with('/')) {
    const auto end = std::min(path.find('/', 1), path.size());
    const auto part = path.substr(1, end - 1);
    const bool word = !part.empty() && std::all_of(part.begin(), part.end(),
                                                   [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
    if (!word && part != "v2") break;
    out.append("/").append(part);
    if (part.starts_with("users")) break;
    path.remove_prefix(end);
  }
  return out;
}

/// What was done, or tried, through the Management API (`sapi`, `fapi`) or by SCIM (`sscim`, `fscim`).
void describe_operation(std::string_view code, const json::value& data, EventBuilder& event) {
  event.set(record::kActionName, code.ends_with("scim") ? "auth0.scim" : "auth0.management_api")
      .set(record::kActionResource, resource_of(text_at(data, {"details", "request", "path"})))
      .set(record::kActionContext, lowered(text_at(data, {"details", "request", "method"})))
      .attribute("description", text_at(data, {"description"}));
}

/// The account to which it was done. The entry of a deletion names it in its description: there `user_id` may
/// be of who deleted it.
Party target_of(const json::value& data) {
  constexpr std::string_view kDescribed = "user_id: ";
  const Party told{text_at(data, {"user_id"}), text_at(data, {"user_name"})};
  if (text_at(data, {"type"}) != "sdu") return told;
  auto described = text_at(data, {"description"});
  if (described.starts_with(kDescribed)) {
    described.remove_prefix(kDescribed.size());
    described = described.substr(0, described.find(' '));
    return {described, described == told.id ? told.login : std::string_view{}};
  }
  const auto doer = text_at(data, {"details", "request", "auth", "user", "user_id"});
  return told.id == doer ? Party{} : told;
}

/// Who did it through the Management API, where the event is of another account. A deletion is always of
/// another, also where it is not told whose act it was.
std::optional<Party> other_doer(const json::value& data, std::string_view type, const Party& target) {
  Party doer{text_at(data, {"details", "request", "auth", "user", "user_id"}),
             text_at(data, {"details", "request", "auth", "user", "email"})};
  if (doer.id.empty() && text_at(data, {"user_id"}) != target.id)
    doer = {text_at(data, {"user_id"}), text_at(data, {"user_name"})};
  const bool told = !doer.id.empty() || type == "user.deprovisioned";
  if (!told || !is_by_other(type, target, doer, Untold::nobody)) return std::nullopt;
  return doer;
}

void describe_actor(const json::value& data, std::string_view type, EventBuilder& event) {
  const auto target = target_of(data);
  event.set(record::kActorPhone, words_at(data, {"details", "enrollment", "phone_number"}))
      .set(record::kActorPhone, words_at(data, {"details", "authenticator", "phone_number"}));
  if (const auto doer = other_doer(data, type, target)) {
    event.set(record::kActorId, target.id).actor_name(target.login);
    set_doer(event, *doer, text_at(data, {"ip"}));
    return;
  }
  event.set(record::kActorName, text_at(data, {"details", "request", "auth", "user", "name"}))
      .set(record::kActorEmail, text_at(data, {"details", "request", "auth", "user", "email"}))
      .set(record::kActorId, text_at(data, {"details", "request", "auth", "user", "user_id"}))
      .set(record::kActorId, text_at(data, {"user_id"}))
      .actor_name(text_at(data, {"user_name"}))
      .set(record::kDeviceIp, text_at(data, {"ip"}))
      .set(record::kDeviceUserAgent, text_at(data, {"user_agent"}))
      .set(record::kDeviceFingerprint, text_at(data, {"details", "device_id"}))
      .set(record::kSessionId, text_at(data, {"details", "session_id"}));
}

/// The factor: of a passwordless code, where the connection names one of ours; else by the code, or as the
/// authenticator says.
std::string_view factor_of(const Known& known, const json::value& data) {
  if (!known.factor.empty()) return known.factor;
  const bool passwordless = known.code == "cs" || known.code == "cls";
  const auto named =
      passwordless ? text_at(data, {"connection"}) : text_at(data, {"details", "authenticator", "type"});
  for (const std::string_view factor : {"sms", "voice", "email", "push"}) {
    if (named == factor) return factor;
  }
  return {};
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto* inner = find(item, {"data"});
  const json::value& data = inner != nullptr && inner->is_object() ? *inner : item;
  const auto code = text_at(data, {"type"});
  if (code.empty())
    return Refused{{{"data.type", "is required: the payload must be of an Auth0 log stream"}}};
  const auto* known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.code == code; });
  if (known == kKnown.end()) return Unmapped{shown_type(code), why_not(kNotEvidence, code)};

  const bool operation = code.ends_with("api") || code.ends_with("scim");
  const auto status = number_at(data, {"details", "response", "statusCode"}).value_or(0);
  const bool refused = operation && (code.starts_with('f') || status >= 400);
  const auto type = refused ? std::string_view("action.blocked") : known->type;
  auto id = text_at(item, {"log_id"});
  if (id.empty()) id = text_at(data, {"log_id"});

  EventBuilder event(context, type);
  event.id(id, "log_id").time(time_of(text_at(data, {"date"})), "data.date");
  describe_actor(data, type, event);
  event.reason(known->reason)
      .reason(text_at(data, {"details", "failure_details", "errorCode"}))
      .attribute("auth0_type", code)
      .attribute("client_id", text_at(data, {"client_id"}))
      .attribute("connection", text_at(data, {"connection"}))
      .attribute("hostname", text_at(data, {"hostname"}));
  if (operation) describe_operation(code, data, event);
  if (refused && status >= 400) event.reason("http_" + std::to_string(status));
  if (code == "limit_mu") event.set(record::kActionName, "login");
  if (code == "signup_pwd_leak" || code == "fs") event.set(record::kActionName, "signup");
  if (type.starts_with("challenge.") || type.starts_with("factor."))
    event.set(record::kChallengeFactor, factor_of(*known, data)).set(record::kChallengeProvider, "auth0");
  if (type.starts_with("challenge."))
    event.set(record::kChallengeId, text_at(data, {"references", "correlation_id"}));
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kAuth0{"auth0", "Auth0 (log stream)", adapt};

}  // namespace countersign::adapters
