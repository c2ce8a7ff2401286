#include "collector/adapters/done_to.h"

#include <algorithm>
#include <array>

/// Slack's audit logs, an entry or the answer's `entries`. https://api.slack.com/admins/audit-logs-call
namespace countersign::adapters {
namespace {

namespace json = boost::json;

struct Known {
  std::string_view action, type, why;
};

constexpr std::array<Known, 12> kKnown{{
    {"anomaly", "", "a risk notice, without an authentication"},
    {"pref.sso_setting_changed", "policy.changed", ""},
    {"pref.two_factor_auth_changed", "policy.changed", ""},
    {"role_change_to_admin", "user.role_changed", ""},
    {"role_change_to_owner", "user.role_changed", ""},
    {"role_change_to_user", "user.role_changed", ""},
    {"user_created", "user.provisioned", ""},
    {"user_deactivated", "user.deprovisioned", ""},
    {"user_login", "login.succeeded", ""},
    {"user_login_failed", "login.failed", ""},
    {"user_logout", "", "the end of a session, no authentication"},
    {"user_session_reset_by_admin", "", "the end of a session, no authentication"},
}};

void describe_actor(const json::value& item, std::string_view type, EventBuilder& event) {
  const Party target{text_at(item, {"entity", "user", "id"}), text_at(item, {"entity", "user", "email"})};
  const Party doer{text_at(item, {"actor", "user", "id"}), text_at(item, {"actor", "user", "email"})};
  const bool by_other = is_by_other(type, target, doer, Untold::nobody);
  const Party& who = by_other ? target : doer;
  event.set(record::kActorId, who.id)
      .set(record::kActorEmail, who.login)
      .set(record::kActorName, text_at(item, {by_other ? "entity" : "actor", "user", "name"}));
  if (by_other) {
    set_doer(event, doer, text_at(item, {"context", "ip_address"}));
    return;
  }
  event.set(record::kDeviceIp, text_at(item, {"context", "ip_address"}))
      .set(record::kDeviceUserAgent, text_at(item, {"context", "ua"}))
      .set(record::kSessionId, words_at(item, {"context", "session_id"}))
      .attribute("entity_user_id", target.id);
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto action = text_at(item, {"action"});
  if (action.empty()) return Refused{{{"action", "is required: the payload must be of Slack's audit logs"}}};
  const auto* known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.action == action; });
  if (known == kKnown.end()) return Unmapped{shown_type(action), {}};
  if (known->type.empty()) return Unmapped{shown_type(action), known->why};

  auto time = time_of(text_at(item, {"date_create"}));
  if (const auto seconds = number_at(item, {"date_create"}); !time && seconds && *seconds < 253'402'300'800)
    time = time_of_millis(*seconds * 1000);
  EventBuilder event(context, known->type);
  event.id(text_at(item, {"id"}), "id")
      .time(time, "date_create")
      .attribute("workspace", text_at(item, {"context", "location", "id"}));
  describe_actor(item, known->type, event);
  if (known->type == "policy.changed" || known->type == "user.role_changed")
    event.set(record::kActionName, action);
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  const auto* entries = find(payload, {"entries"});
  return adapt_each(entries != nullptr && entries->is_array() ? *entries : payload, context, adapt_one);
}

}  // namespace

const Adapter kSlack{"slack", "Slack (audit logs)", adapt};

}  // namespace countersign::adapters
