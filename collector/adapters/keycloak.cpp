#include "collector/adapters/event_builder.h"
#include "collector/adapters/keycloak_line.h"

#include <algorithm>
#include <array>

/// Keycloak, by whatever way its events come: the Phase Two webhook, its own representation (the admin REST
/// API and event listeners that post it), its log lines, and JSON log documents. A successful login does not
/// say whether a one-time password was used (keycloak/keycloak#52725), so no challenge and no factor is
/// derived from it. https://www.keycloak.org/docs/latest/server_admin/#event-types
namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::string_view kToken = "a token or a code was exchanged, no authentication of a person";
constexpr std::string_view kAccount = "a change of the account, no authentication";

struct Known {
  std::string_view keycloak;
  std::string_view type;  ///< empty: no evidence
  std::string_view factor;
  std::string_view reason;  ///< of the outcome, or why it is no evidence
};

constexpr std::array<Known, 36> kKnown{{
    {"CLIENT_LOGIN", "", "", "a client's own login, no person"},
    {"CODE_TO_TOKEN", "", "", kToken},
    {"CODE_TO_TOKEN_ERROR", "", "", kToken},
    {"DELETE_ACCOUNT", "user.deprovisioned", "", ""},
    {"GRANT_CONSENT", "", "", "a consent, no authentication"},
    {"IDENTITY_PROVIDER_LOGIN", "login.succeeded", "", ""},
    {"IDENTITY_PROVIDER_LOGIN_ERROR", "login.failed", "", ""},
    {"INTROSPECT_TOKEN", "", "", kToken},
    {"LOGIN", "login.succeeded", "", ""},
    {"LOGIN_ERROR", "login.failed", "", ""},
    {"LOGOUT", "", "", "the end of a session, no authentication"},
    {"LOGOUT_ERROR", "", "", "the end of a session, no authentication"},
    {"PERMISSION_TOKEN", "", "", kToken},
    {"REFRESH_TOKEN", "", "", kToken},
    {"REFRESH_TOKEN_ERROR", "", "", kToken},
    {"REGISTER", "user.provisioned", "", ""},
    {"REGISTER_ERROR", "", "", "nobody was registered"},
    {"REMOVE_CREDENTIAL", "factor.removed", "", ""},
    {"REMOVE_TOTP", "factor.removed", "totp", ""},
    {"RESET_PASSWORD", "", "", kAccount},
    {"SEND_RESET_PASSWORD", "challenge.sent", "email", "reset_password"},
    {"SEND_RESET_PASSWORD_ERROR", "challenge.undelivered", "email", "reset_password"},
    {"SEND_VERIFY_EMAIL", "challenge.sent", "email", ""},
    {"SEND_VERIFY_EMAIL_ERROR", "challenge.undelivered", "email", ""},
    {"UPDATE_CREDENTIAL", "factor.enrolled", "", ""},
    {"UPDATE_EMAIL", "", "", kAccount},
    {"UPDATE_PASSWORD", "", "", kAccount},
    {"UPDATE_PASSWORD_ERROR", "", "", kAccount},
    {"UPDATE_PROFILE", "", "", kAccount},
    {"UPDATE_TOTP", "factor.enrolled", "totp", ""},
    {"USER_DISABLED_BY_PERMANENT_LOCKOUT", "user.suspended", "", "permanent_lockout"},
    {"USER_DISABLED_BY_TEMPORARY_LOCKOUT", "user.suspended", "", "temporary_lockout"},
    {"USER_INFO_REQUEST", "", "", kToken},
    {"VALIDATE_ACCESS_TOKEN", "", "", kToken},
    {"VERIFY_EMAIL", "challenge.verified", "email", ""},
    {"VERIFY_EMAIL_ERROR", "challenge.failed", "email", ""},
}};

/// The kind of a credential, which UPDATE_CREDENTIAL and REMOVE_CREDENTIAL name; a password is no factor.
std::string_view credential_factor(std::string_view credential) {
  if (credential == "otp") return "totp";
  if (credential.starts_with("webauthn")) return "passkey";
  return {};
}

/// The member at the first of the places where the forms of an event keep it.
std::string_view first_of(const json::value& item, std::initializer_list<Path> places) {
  for (const auto& place : places) {
    const auto text = text_at(item, place);
    if (!text.empty()) return text;
  }
  return {};
}

/// A time in milliseconds or as text.
std::optional<std::string> time_in(const json::value& item) {
  if (const auto millis = number_at(item, {"time"})) return time_of_millis(*millis);
  return time_of(first_of(item, {{"time"}, {"timestamp"}, {"@timestamp"}}));
}

/// `whole` is the event, or the line that holds it and has the time.
Outcome adapt_event(const json::value& item, std::string_view name, const json::value& whole,
                    std::string_view id, const AdapterContext& context) {
  const auto* known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.keycloak == name; });
  if (known == kKnown.end()) return Unmapped{shown_type(name), {}};
  const auto credential = text_at(item, {"details", "credential_type"});
  if (known->type.empty() || credential == "password")
    return Unmapped{shown_type(name), known->type.empty() ? known->reason : kAccount};
  const auto error = first_of(item, {{"error"}, {"details", "error"}});
  const bool expired = name == "LOGIN_ERROR" && error == "expired_code";
  const auto type = expired ? std::string_view("challenge.expired") : known->type;
  EventBuilder event(context, type);
  event.id(id, "uid")
      .content(whole)
      .time(time_in(whole), "time")
      .set(record::kActorId, first_of(item, {{"authDetails", "userId"}, {"userId"}}))
      .actor_name(first_of(item, {{"authDetails", "username"}, {"details", "username"}, {"username"}}))
      .set(record::kDeviceIp, first_of(item, {{"authDetails", "ipAddress"}, {"ipAddress"}}))
      .set(record::kSessionId, first_of(item, {{"authDetails", "sessionId"}, {"sessionId"}}))
      .reason(error.empty() ? known->reason : error)
      .attribute("client_id", first_of(item, {{"authDetails", "clientId"}, {"clientId"}}))
      .attribute("realm_id", text_at(item, {"realmId"}))
      .attribute("auth_method", text_at(item, {"details", "auth_method"}))
      .attribute("credential_type", credential);
  if (type.starts_with("challenge.")) event.set(record::kChallengeId, text_at(item, {"details", "code_id"}));
  if (type.starts_with("challenge.") || !credential.empty())
    event.set(record::kChallengeProvider, "keycloak");
  if (!expired)
    event.set(record::kChallengeFactor, credential.empty() ? known->factor : credential_factor(credential));
  return event.finish(item);
}

/// A line of the log: the time is that of the line, and so is the id where the way it came gives one.
Outcome adapt_line(const json::value& item, std::string_view line, const AdapterContext& context) {
  const auto fields = read_keycloak_line(line);
  if (!fields) return Unmapped{"log_line", "a line of the log that is no event"};
  return adapt_event(*fields, text_at(*fields, {"type"}), item, text_at(item, {"id"}), context);
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  if (const auto line = text_at(item, {"message"}); !line.empty()) return adapt_line(item, line, context);
  auto name = text_at(item, {"type"});
  if (name.empty()) {
    const auto operation = text_at(item, {"operationType"});
    if (!operation.empty())
      return Unmapped{"admin." + shown_type(operation), "a change by an administrator, no authentication"};
    return Refused{{{"type", "is required: the payload must be a Keycloak event or a line of its log"}}};
  }
  if (name.starts_with("admin."))
    return Unmapped{shown_type(name), "a change by an administrator, no authentication"};
  if (name.starts_with("access.")) name.remove_prefix(7);
  const auto id = first_of(item, {{"uid"}, {"id"}});
  return adapt_event(item, name, item, id, context);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kKeycloak{"keycloak", "Keycloak (events, log lines, Phase Two webhook)", adapt};

}  // namespace countersign::adapters
