#include "collector/adapters/done_to.h"

#include <algorithm>
#include <array>

/// GitHub's audit log, streamed or polled. `_document_id` is its id of an entry.
/// https://docs.github.com/en/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/audit-log-events-for-your-organization
namespace countersign::adapters {
namespace {

namespace json = boost::json;

struct Known {
  std::string_view action, type;
};

constexpr std::array<Known, 20> kKnown{{
    {"business.sso_response", "login.succeeded"},
    {"org.add_member", "user.provisioned"},
    {"org.disable_saml", "policy.changed"},
    {"org.disable_two_factor_requirement", "policy.changed"},
    {"org.enable_saml", "policy.changed"},
    {"org.enable_two_factor_requirement", "policy.changed"},
    {"org.remove_member", "user.deprovisioned"},
    {"org.saml_disabled", "policy.changed"},
    {"org.saml_enabled", "policy.changed"},
    {"org.sso_response", "login.succeeded"},
    {"org.update_member", "user.role_changed"},
    {"org.update_saml_provider_settings", "policy.changed"},
    {"two_factor_authentication.add_factor", "factor.enrolled"},
    {"two_factor_authentication.disabled", "factor.removed"},
    {"two_factor_authentication.enabled", "factor.enrolled"},
    {"two_factor_authentication.recovery_codes_regenerated", "factor.reset"},
    {"two_factor_authentication.remove_factor", "factor.removed"},
    {"user.create", "user.provisioned"},
    {"user.failed_login", "login.failed"},
    {"user.login", "login.succeeded"},
}};

constexpr std::string_view kCode = "work on code, no authentication";

constexpr NotEvidence kNotEvidence[] = {
    {"git.*", kCode},
    {"hook.*", kCode},
    {"issue.*", kCode},
    {"org.create", "a change of an organisation, no authentication"},
    {"pull_request.*", kCode},
    {"repo.*", kCode},
    {"team.*", "a change of a team, no authentication"},
    {"workflows.*", kCode},
};

void describe_actor(const json::value& item, std::string_view action, std::string_view type,
                    EventBuilder& event) {
  const auto user_id = words_at(item, {"user_id"}), actor_id = words_at(item, {"actor_id"});
  const Party target{user_id, text_at(item, {"user"})}, doer{actor_id, text_at(item, {"actor"})};
  const auto untold = action.starts_with("two_factor_authentication.") ? Untold::own : Untold::nobody;
  if (is_by_other(type, target, doer, untold)) {
    event.set(record::kActorId, target.id).actor_name(target.login);
    set_doer(event, doer, text_at(item, {"actor_ip"}));
    return;
  }
  event.set(record::kActorId, doer.id)
      .actor_name(doer.login)
      .set(record::kDeviceIp, text_at(item, {"actor_ip"}))
      .set(record::kDeviceUserAgent, text_at(item, {"user_agent"}))
      .set(record::kDeviceCountry, text_at(item, {"actor_location", "country_code"}))
      .attribute("user", target.login);
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto action = text_at(item, {"action"});
  if (action.empty()) return Refused{{{"action", "is required: the payload must be of GitHub's audit log"}}};
  const auto* known =
      std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.action == action; });
  if (known == kKnown.end()) return Unmapped{shown_type(action), why_not(kNotEvidence, action)};

  auto millis = number_at(item, {"@timestamp"});
  if (!millis) millis = number_at(item, {"created_at"});
  EventBuilder event(context, known->type);
  event.id(text_at(item, {"_document_id"}), "_document_id")
      .time(millis ? time_of_millis(*millis) : std::nullopt, "@timestamp")
      .attribute("org", text_at(item, {"org"}))
      .attribute("nameid", text_at(item, {"external_identity_nameid"}));
  describe_actor(item, action, known->type, event);
  if (known->type == "policy.changed" || known->type == "user.role_changed")
    event.set(record::kActionName, action).set(record::kActionResource, text_at(item, {"org"}));
  if (known->type.starts_with("factor.")) event.set(record::kChallengeProvider, "github");
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kGithubAudit{"github_audit", "GitHub (audit log)", adapt};

}  // namespace countersign::adapters
