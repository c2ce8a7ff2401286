#include "exporters/siem/ocsf_objects.h"

#include "exporters/siem/facts.h"

#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace countersign::siem {
namespace {

namespace json = boost::json;

constexpr std::string_view kOcsfVersion = "1.3.0";
constexpr int kCreate = 1;                           // activity_id of a finding
constexpr int kOther = 99, kRule = 1;                // analytic.type_id
constexpr int kEndpoint = 20, kUserObservable = 21;  // observable.type_id

std::int64_t millis(base::Timestamp time) { return time.micros / 1'000; }

struct Factor {
  std::string_view name;
  int id = kOther;
  std::string_view type;
};
constexpr std::array<Factor, 7> kFactors = {{{"sms", 1, "SMS"},
                                             {"whatsapp", kOther, "WhatsApp"},
                                             {"voice", 3, "Phone Call"},
                                             {"email", 8, "Email"},
                                             {"totp", 7, "OTP"},
                                             {"passkey", 10, "WebAuthn"},
                                             {"push", 5, "Push Notification"}}};

void observe(json::array& out, std::string_view name, int type, std::string_view type_name,
             std::string_view value) {
  if (value.empty()) return;
  out.push_back(json::object{{"name", name}, {"type_id", type}, {"type", type_name}, {"value", value}});
}

std::string title_of(const Entry& entry, const Finding& finding) {
  if (!finding.title.empty()) return finding.title;
  if (!finding.control.empty()) return finding.control;
  const auto action = entry.event.text(record::kActionName);
  return entry.finding || action.empty() ? std::string(entry.meaning.title) : action;
}

}  // namespace

json::object ocsf_metadata(const Entry& entry, const Options& options) {
  json::object out{
      {"version", kOcsfVersion},
      {"product", {{"name", "Countersign"}, {"vendor_name", "Countersign"}, {"version", options.version}}},
      {"uid", entry.uid},
      {"event_code", entry.event.plain(record::kType)},
      {"log_name", entry.view.log},
      {"log_provider", entry.view.source},
      {"sequence", base::index_of(entry.view.seq)},
      {"logged_time", millis(entry.view.received)},
      {"original_time", entry.event.plain(record::kTime)},
      {"tenant_uid", entry.finding ? entry.finding->tenant : entry.tenant}};
  add_text(out, "correlation_uid", entry.event.text(record::kChallengeId));
  return out;
}

json::object ocsf_user(const Entry& entry) {
  json::object out;
  add_text(out, "uid", user_token(entry));
  // What is of the user cannot stand for him: at least one of uid and name is demanded.
  if (out.empty()) out = {{"name", "unknown"}, {"type", "Unknown"}, {"type_id", 0}};
  if (const auto role = entry.event.text(record::kActorRole); !role.empty())
    out["groups"] = json::array{json::object{{"name", role}}};
  return out;
}

json::object ocsf_actor(const Entry& entry) {
  json::object out{{"app_name", entry.view.source}};
  if (!user_token(entry).empty()) out["user"] = ocsf_user(entry);
  return out;
}

json::object ocsf_session(const Entry& entry) {
  json::object out;
  add_text(out, "uid", entry.event.plain(record::kSessionId));
  return out;
}

json::object ocsf_endpoint(const Entry& entry) {
  json::object out;
  add_text(out, "uid", entry.event.plain(record::kDeviceFingerprint));
  // An address is a token, which is no address: it stands under the name of the endpoint.
  add_text(out, "name", entry.event.plain(record::kDeviceIp));
  if (out.empty()) out["svc_name"] = entry.view.source;
  if (const auto country = country_code(entry); !country.empty()) out["location"] = {{"country", country}};
  const auto asn = entry.event.raw[record::kDeviceAsn];
  std::int64_t number = 0;
  if (!asn.empty() && std::from_chars(asn.data(), asn.data() + asn.size(), number).ec == std::errc())
    out["autonomous_system"] = {{"number", number}};
  return out;
}

json::object ocsf_auth_factor(const Entry& entry) {
  const auto name = entry.event.plain(record::kChallengeFactor);
  json::object out;
  for (const auto& factor : kFactors) {
    if (factor.name != name) continue;
    out = {{"factor_type_id", factor.id}, {"factor_type", factor.type}};
    if (name == "totp") out["is_totp"] = true;
    add_text(out, "provider", entry.event.text(record::kChallengeProvider));
  }
  return out;
}

json::object ocsf_finding_info(const Entry& entry) {
  static const Finding kNone;
  const auto& finding = entry.finding ? *entry.finding : kNone;
  const bool begins = entry.meaning.activity == kCreate;
  json::object out;
  // Both are demanded, also of a step of a finding that was never opened, and of an alarm.
  out["uid"] = finding.id.empty() ? entry.uid : finding.id;
  out["title"] = title_of(entry, finding);
  add_text(out, "desc", entry.finding ? finding.observed : entry.event.text(record::kActionContext));
  out[begins ? "created_time" : "modified_time"] = millis(entry.occurred);
  if (!finding.control.empty()) {
    json::object analytic{{"type_id", kRule}, {"type", "Rule"}, {"uid", finding.control}};
    add_text(analytic, "name", finding.title);
    if (finding.version != 0) analytic["version"] = std::to_string(finding.version);
    out["analytic"] = std::move(analytic);
  }
  if (!finding.records.empty()) {
    json::array events;
    for (const auto seq : finding.records)
      events.push_back(json::object{{"uid", finding.log + "#" + std::to_string(seq)}});
    out["related_events"] = std::move(events);
  }
  return out;
}

json::array ocsf_observables(const Entry& entry) {
  json::array out;
  const auto device = entry.event.plain(record::kDeviceFingerprint);
  const auto session = entry.event.plain(record::kSessionId);
  switch (entry.meaning.ocsf) {
    case OcsfClass::authentication:
      observe(out, "session.uid", kOther, "Other", session);
      [[fallthrough]];
    case OcsfClass::account_change:
      observe(out, "user.uid", kUserObservable, "User", user_token(entry));
      observe(out, "src_endpoint.uid", kEndpoint, "Endpoint", device);
      break;
    case OcsfClass::api_activity:
      observe(out, "actor.user.uid", kUserObservable, "User", user_token(entry));
      observe(out, "actor.session.uid", kOther, "Other", session);
      observe(out, "src_endpoint.uid", kEndpoint, "Endpoint", device);
      break;
    default:
      observe(out, "unmapped.countersign.actor.id", kUserObservable, "User", user_token(entry));
  }
  return out;
}

}  // namespace countersign::siem
