#include "collector/adapters/event_builder.h"

#include <algorithm>
#include <array>

/// Keycloak through the Phase Two webhook extension. A successful login does not say whether a one-time
/// password was used (keycloak/keycloak#52725), so no challenge and no factor is derived from it.
/// https://phasetwo.io/docs/audit-logs/webhooks
namespace countersign::adapters {
namespace {

namespace json = boost::json;

struct Known {
  std::string_view keycloak;
  std::string_view type;
  std::string_view factor;
  std::string_view reason;
};

constexpr std::array<Known, 12> kKnown{{
    {"access.LOGIN", "login.succeeded", "", ""},
    {"access.LOGIN_ERROR", "login.failed", "", ""},
    {"access.REGISTER", "user.provisioned", "", ""},
    {"access.DELETE_ACCOUNT", "user.deprovisioned", "", ""},
    {"access.UPDATE_TOTP", "factor.enrolled", "totp", ""},
    {"access.REMOVE_TOTP", "factor.removed", "totp", ""},
    {"access.SEND_VERIFY_EMAIL", "challenge.sent", "email", ""},
    {"access.SEND_VERIFY_EMAIL_ERROR", "challenge.undelivered", "email", ""},
    {"access.VERIFY_EMAIL", "challenge.verified", "email", ""},
    {"access.VERIFY_EMAIL_ERROR", "challenge.failed", "email", ""},
    {"access.USER_DISABLED_BY_TEMPORARY_LOCKOUT", "user.suspended", "", "temporary_lockout"},
    {"access.USER_DISABLED_BY_PERMANENT_LOCKOUT", "user.suspended", "", "permanent_lockout"},
}};

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto name = text_at(item, {"type"});
  if (name.empty()) return Refused{{{"type", "is required: the payload must be a Phase Two webhook"}}};
  const auto* known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.keycloak == name; });
  if (known == kKnown.end()) return Unmapped{shown_type(name)};

  auto error = text_at(item, {"error"});
  if (error.empty()) error = text_at(item, {"details", "error"});
  const bool expired = name == "access.LOGIN_ERROR" && error == "expired_code";
  const auto type = expired ? std::string_view("challenge.expired") : known->type;
  auto username = text_at(item, {"authDetails", "username"});
  if (username.empty()) username = text_at(item, {"details", "username"});
  const auto millis = number_at(item, {"time"});

  EventBuilder event(context, type);
  event.id(text_at(item, {"uid"}), "uid")
      .time(millis ? time_of_millis(*millis) : std::nullopt, "time")
      .set(record::kActorId, text_at(item, {"authDetails", "userId"}))
      .actor_name(username)
      .set(record::kDeviceIp, text_at(item, {"authDetails", "ipAddress"}))
      .set(record::kSessionId, text_at(item, {"authDetails", "sessionId"}))
      .reason(error.empty() ? known->reason : error)
      .attribute("client_id", text_at(item, {"authDetails", "clientId"}))
      .attribute("realm_id", text_at(item, {"realmId"}))
      .attribute("auth_method", text_at(item, {"details", "auth_method"}));
  if (type.starts_with("challenge.")) {
    event.set(record::kChallengeId, text_at(item, {"details", "code_id"}))
        .set(record::kChallengeProvider, "keycloak");
  }
  if (!expired) event.set(record::kChallengeFactor, known->factor);
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kKeycloak{"keycloak", "Keycloak (Phase Two webhook)", adapt};

}  // namespace countersign::adapters
