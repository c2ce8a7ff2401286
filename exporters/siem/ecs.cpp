#include "exporters/siem/facts.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <charconv>
#include <utility>

namespace countersign::siem {
namespace {

namespace json = boost::json;

constexpr std::string_view kEcsVersion = "8.11.0";

/// As Elastic Security counts.
std::int64_t severity_of(Severity severity) {
  switch (severity) {
    case Severity::low:
      return 21;
    case Severity::medium:
      return 47;
    case Severity::high:
      return 73;
    case Severity::informational:
      break;
  }
  return 0;
}

std::int64_t number_of(std::string_view raw) {
  std::int64_t out = 0;
  std::from_chars(raw.data(), raw.data() + raw.size(), out);
  return out;
}

json::object event_of(const Entry& entry, const Options& options) {
  const auto& meaning = entry.meaning;
  json::object out{
      {"id", entry.uid},
      {"kind", meaning.type == "finding.opened" || meaning.type == "alarm.raised" ? "alert" : "event"},
      {"action", entry.event.plain(record::kType)},
      {"outcome", to_string(meaning.outcome)},
      {"module", "countersign"},
      {"dataset", "countersign.records"},
      {"provider", entry.view.source},
      {"created", base::format_rfc3339(entry.view.received)},
      {"sequence", base::index_of(entry.view.seq)},
      {"severity", severity_of(meaning.severity)},
      {"hash", entry.uid}};
  if (!meaning.ecs_category.empty()) {
    out["category"] = json::array{meaning.ecs_category};
    out["type"] = json::array{meaning.ecs_type};
  }
  add_text(out, "reason", entry.event.text(record::kOutcomeReason));
  if (entry.event.has(record::kOutcomeRisk))
    out["risk_score"] = number_of(entry.event.raw[record::kOutcomeRisk]);
  if (options.with_record) out["original"] = entry.record;
  return out;
}

json::object user_of(const Entry& entry) {
  json::object out;
  add_text(out, "id", user_token(entry));
  if (const auto role = entry.event.text(record::kActorRole); !role.empty()) out["roles"] = json::array{role};
  return out;
}

/// Where somebody was; not the address, which is a token and no address.
json::object source_of(const Entry& entry) {
  json::object out;
  if (const auto country = country_code(entry); !country.empty())
    out["geo"] = {{"country_iso_code", country}};
  if (entry.event.has(record::kDeviceAsn))
    out["as"] = {{"number", number_of(entry.event.raw[record::kDeviceAsn])}};
  return out;
}

json::object rule_of(const Finding& finding) {
  json::object out;
  add_text(out, "id", finding.control);
  add_text(out, "name", finding.title);
  if (finding.version != 0) out["version"] = std::to_string(finding.version);
  return out;
}

json::array related_users(const Entry& entry) {
  json::array out;
  for (const auto field : {record::kActorId, record::kActorEmail, record::kActorPhone, record::kActorName})
    if (entry.event.has(field)) out.push_back(json::value(entry.event.plain(field)));
  return out;
}

}  // namespace

std::string ecs(const Entry& entry, const Options& options) {
  json::object out{
      {"@timestamp", base::format_rfc3339(entry.occurred)},
      {"ecs", {{"version", kEcsVersion}}},
      {"message", message_of(entry)},
      {"event", event_of(entry, options)},
      {"observer", {{"vendor", "Countersign"}, {"product", "Countersign"}, {"version", options.version}}},
      {"organization", {{"id", entry.finding ? entry.finding->tenant : entry.tenant}}}};
  add_object(out, "user", user_of(entry));
  add_object(out, "source", source_of(entry));
  if (entry.finding) add_object(out, "rule", rule_of(*entry.finding));
  json::object related;
  if (auto users = related_users(entry); !users.empty()) related["user"] = std::move(users);
  related["hash"] = json::array{entry.uid};
  out["related"] = std::move(related);
  out["countersign"] = facts_of(entry, Attributes::text);
  return json::serialize(out);
}

}  // namespace countersign::siem
