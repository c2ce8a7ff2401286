#include "collector/adapters/done_to.h"

#include <algorithm>
#include <array>

/// Teleport's audit events. https://goteleport.com/docs/reference/monitoring/audit/
namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::string_view kSession = "what was done in a session, no authentication of a person";
constexpr std::string_view kResource = "a change of a resource, no authentication";

struct Known {
  std::string_view event, type, failed, why;
};

constexpr std::array<Known, 27> kKnown{{
    {"access_request.create", "action.performed", "", ""},
    {"access_request.review", "action.performed", "", ""},
    {"auth", "login.failed", "login.failed", ""},
    {"cert.create", "", "", "a certificate was issued; the login is another event"},
    {"device.authenticate", "", "", "a device, no person"},
    {"lock.created", "user.suspended", "", ""},
    {"lock.deleted", "", "", kResource},
    {"mfa.add", "factor.enrolled", "", ""},
    {"mfa.delete", "factor.removed", "", ""},
    {"mfa_auth_challenge.create", "challenge.sent", "", ""},
    {"mfa_auth_challenge.validate", "challenge.verified", "challenge.failed", ""},
    {"oidc.created", "policy.changed", "", ""},
    {"privilege_token.create", "", "", kResource},
    {"recovery_code.generated", "factor.reset", "", ""},
    {"recovery_code.used", "challenge.verified", "challenge.failed", ""},
    {"role.created", "", "", kResource},
    {"role.deleted", "", "", kResource},
    {"saml.created", "policy.changed", "", ""},
    {"session.command", "", "", kSession},
    {"session.end", "", "", kSession},
    {"session.network", "", "", kSession},
    {"session.start", "", "", kSession},
    {"user.create", "user.provisioned", "", ""},
    {"user.delete", "user.deprovisioned", "", ""},
    {"user.login", "login.succeeded", "login.failed", ""},
    {"user.password_change", "", "", "a change of the account, no authentication"},
    {"user.update", "", "", "a change of the account, no authentication"},
}};

std::string_view factor_of(std::string_view device) {
  const auto name = lowered(device);
  if (name == "webauthn" || name == "u2f") return "passkey";
  if (name == "totp") return "totp";
  return {};
}

/// An address without its port: `203.0.113.7:52100` or `[2001:db8::1]:52100`.
std::string_view address_of(std::string_view text) {
  if (text.starts_with('['))
    return text.substr(1, text.find(']') == std::string_view::npos ? 0 : text.find(']') - 1);
  return text.find(':') == text.rfind(':') ? text.substr(0, text.find(':')) : text;
}

/// The user to whom it was done: `name` is the resource, which is the user where one is made or deleted, and
/// a lock's own name where a lock is made.
Party target_of(const json::value& item, std::string_view name) {
  if (name.starts_with("user.")) return {{}, text_at(item, {"name"})};
  return {{}, name == "lock.created" ? text_at(item, {"target", "user"}) : std::string_view{}};
}

void describe_actor(const json::value& item, std::string_view name, std::string_view type,
                    EventBuilder& event) {
  const auto target = target_of(item, name);
  const Party doer{{}, text_at(item, {"user"})};
  const auto ip = address_of(text_at(item, {"addr.remote"}));
  if (is_by_other(type, target, doer, type.starts_with("user.") ? Untold::nobody : Untold::own)) {
    event.actor_name(target.login);
    set_doer(event, doer, ip);
    return;
  }
  event.actor_name(doer.login)
      .set(record::kDeviceIp, ip)
      .set(record::kDeviceUserAgent, text_at(item, {"user_agent"}));
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto name = text_at(item, {"event"});
  if (name.empty()) return Refused{{{"event", "is required: the payload must be a Teleport audit event"}}};
  const auto* known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.event == name; });
  if (known == kKnown.end()) return Unmapped{shown_type(name), {}};
  if (known->type.empty()) return Unmapped{shown_type(name), known->why};
  const auto* success = find(item, {"success"});
  const bool failed = success != nullptr && success->is_bool() && !success->get_bool();
  const auto type = failed && !known->failed.empty() ? known->failed : known->type;

  EventBuilder event(context, type);
  event.id(text_at(item, {"uid"}), "uid")
      .time(time_of(text_at(item, {"time"})), "time")
      .reason(text_at(item, {"error"}))
      .attribute("teleport_event", name)
      .harmless("code")
      .attribute("event_code", text_at(item, {"code"}))
      .attribute("method", text_at(item, {"method"}))
      .attribute("cluster", text_at(item, {"cluster_name"}))
      .attribute("mfa_device", text_at(item, {"mfa_device", "mfa_device_name"}))
      .attribute("mfa_device_type", text_at(item, {"mfa_device", "mfa_device_type"}));
  describe_actor(item, name, type, event);
  if (type.starts_with("challenge.") || type.starts_with("factor."))
    event.set(record::kChallengeFactor, factor_of(text_at(item, {"mfa_device", "mfa_device_type"})))
        .set(record::kChallengeProvider, "teleport");
  if (type.starts_with("action.") || type == "policy.changed")
    event.set(record::kActionName, name).set(record::kActionResource, text_at(item, {"name"}));
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kTeleport{"teleport", "Teleport (audit events)", adapt};

}  // namespace countersign::adapters
