#include "collector/adapters/event_builder.h"

#include <algorithm>
#include <array>

/// WorkOS events by webhook. https://workos.com/docs/events
namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::string_view kDirectory = "a change of a directory or an object, no authentication";

struct Known {
  std::string_view event, type, factor, why;
};

constexpr std::array<Known, 27> kKnown{{
    {"authentication.email_verification_failed", "challenge.failed", "email", ""},
    {"authentication.email_verification_succeeded", "challenge.verified", "email", ""},
    {"authentication.magic_auth_failed", "challenge.failed", "email", ""},
    {"authentication.magic_auth_succeeded", "challenge.verified", "email", ""},
    {"authentication.mfa_failed", "challenge.failed", "", ""},
    {"authentication.mfa_succeeded", "challenge.verified", "", ""},
    {"authentication.oauth_failed", "login.failed", "", ""},
    {"authentication.oauth_succeeded", "login.succeeded", "", ""},
    {"authentication.passkey_failed", "challenge.failed", "passkey", ""},
    {"authentication.passkey_succeeded", "challenge.verified", "passkey", ""},
    {"authentication.password_failed", "login.failed", "", ""},
    {"authentication.password_succeeded", "login.succeeded", "", ""},
    {"authentication.radar_risk_detected", "", "", "a risk notice, without an authentication"},
    {"authentication.sso_failed", "login.failed", "", ""},
    {"authentication.sso_succeeded", "login.succeeded", "", ""},
    {"dsync.activated", "", "", kDirectory},
    {"dsync.deleted", "", "", kDirectory},
    {"dsync.group.created", "", "", kDirectory},
    {"dsync.group.deleted", "", "", kDirectory},
    {"dsync.group.updated", "", "", kDirectory},
    {"dsync.group.user_added", "user.role_changed", "", ""},
    {"dsync.group.user_removed", "user.role_changed", "", ""},
    {"dsync.user.created", "user.provisioned", "", ""},
    {"dsync.user.deleted", "user.deprovisioned", "", ""},
    {"dsync.user.updated", "", "", kDirectory},
    {"user.created", "user.provisioned", "", ""},
    {"user.deleted", "user.deprovisioned", "", ""},
}};

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto name = text_at(item, {"event"});
  if (name.empty()) return Refused{{{"event", "is required: the payload must be a WorkOS event"}}};
  const auto* known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.event == name; });
  if (known == kKnown.end()) return Unmapped{shown_type(name), {}};
  if (known->type.empty()) return Unmapped{shown_type(name), known->why};

  const auto* found = find(item, {"data"});
  const json::value nothing;
  const json::value& data = found == nullptr ? nothing : *found;
  const auto* inner = find(data, {"user"});
  const json::value& user = inner != nullptr && inner->is_object() ? *inner : data;
  auto id = text_at(data, {"user_id"});
  if (id.empty()) id = text_at(user, {"id"});
  EventBuilder event(context, known->type);
  event.id(text_at(item, {"id"}), "id")
      .time(time_of(text_at(item, {"created_at"})), "created_at")
      .set(record::kActorId, id)
      .set(record::kActorEmail, text_at(user, {"email"}))
      .set(record::kDeviceIp, text_at(data, {"ip_address"}))
      .set(record::kDeviceUserAgent, text_at(data, {"user_agent"}))
      .harmless("data.error.code")
      .reason(text_at(data, {"error", "code"}))
      .attribute("workos_event", name)
      .attribute("directory_id", text_at(user, {"directory_id"}))
      .attribute("error_message", text_at(data, {"error", "message"}));
  if (known->type.starts_with("challenge."))
    event.set(record::kChallengeFactor, known->factor)
        .set(record::kChallengeId, text_at(item, {"id"}))
        .set(record::kChallengeProvider, "workos");
  if (known->type == "user.role_changed")
    event.set(record::kActionName, name).set(record::kActionResource, text_at(data, {"group", "name"}));
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kWorkos{"workos", "WorkOS (webhook)", adapt};

}  // namespace countersign::adapters
