#include "collector/adapters/done_to.h"

#include <algorithm>
#include <array>

/// OneLogin's Events API and event webhooks: entries with a number for the type. Only numbers whose meaning
/// is established by public detection rules (panther-labs/panther-analysis, rules/onelogin_rules) are mapped.
/// https://developers.onelogin.com/api-docs/1/events/event-resource
namespace countersign::adapters {
namespace {

namespace json = boost::json;

struct Known {
  std::int64_t number;
  std::string_view type, reason;
};

constexpr std::array<Known, 11> kKnown{{
    {3, "action.performed", "user_assumed"},
    {5, "login.succeeded", ""},
    {6, "login.failed", ""},
    {8, "login.succeeded", ""},
    {11, "", "a change of the account, no authentication"},
    {17, "user.deprovisioned", ""},
    {24, "factor.removed", ""},
    {172, "factor.removed", ""},
    {531, "user.suspended", "locked"},
    {551, "user.suspended", "locked"},
    {553, "user.suspended", "locked"},
}};

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto number = number_at(item, {"event_type_id"});
  if (!number) return Refused{{{"event_type_id", "is required: the payload must be a OneLogin event"}}};
  const auto* known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.number == *number; });
  if (known == kKnown.end()) return Unmapped{"event." + std::to_string(*number), {}};
  if (known->type.empty()) return Unmapped{"event." + std::to_string(*number), known->reason};

  auto id = words_at(item, {"uuid"});
  if (id.empty()) id = words_at(item, {"id"});
  auto time = time_of(text_at(item, {"created_at"}));
  if (!time) time = time_of(text_at(item, {"event_timestamp"}));
  EventBuilder event(context, known->type);
  event.id(id, "id")
      .time(time, "created_at")
      .set(record::kActorId, words_at(item, {"user_id"}))
      .actor_name(text_at(item, {"user_name"}))
      .set(record::kActionResource, text_at(item, {"app_name"}))
      .reason(known->reason.empty() ? text_at(item, {"error_description"}) : known->reason)
      .attribute("event_type_id", words_at(item, {"event_type_id"}))
      .attribute("otp_device_name", text_at(item, {"otp_device_name"}));
  const auto user_id = words_at(item, {"user_id"}), doer_id = words_at(item, {"actor_user_id"});
  const Party target{user_id, text_at(item, {"user_name"})},
      doer{doer_id, text_at(item, {"actor_user_name"})};
  if (doer.is_told() && is_by_other(known->type, target, doer)) {
    set_doer(event, doer, text_at(item, {"ipaddr"}));
  } else {
    event.set(record::kDeviceIp, text_at(item, {"ipaddr"}))
        .attribute("actor_user_id", doer.id)
        .attribute("actor_user_name", doer.login);
  }
  if (const auto risk = number_at(item, {"risk_score"})) event.set(record::kOutcomeRisk, risk);
  if (known->type.starts_with("factor.")) event.set(record::kChallengeProvider, "onelogin");
  if (known->type == "action.performed") event.set(record::kActionName, known->reason);
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  const auto* data = find(payload, {"data"});
  return adapt_each(data != nullptr && data->is_array() ? *data : payload, context, adapt_one);
}

}  // namespace

const Adapter kOnelogin{"onelogin", "OneLogin (events)", adapt};

}  // namespace countersign::adapters
