#include "exporters/siem/facts.h"

#include "ledger/base/encoding.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::siem {
namespace {

namespace json = boost::json;

/// A member of an event as JSON. Records hold well-formed JSON, or they are not read.
json::value value_of(std::string_view raw) {
  boost::system::error_code error;
  auto out = json::parse(json::string_view(raw.data(), raw.size()), error);
  return error ? json::value(nullptr) : out;
}

/// Members that the forms have fields of their own for, or that facts_of() puts elsewhere.
bool stands_elsewhere(std::size_t field) {
  return field == record::kId || field == record::kTime || field == record::kType || field == record::kTenant;
}

json::object finding_facts(const Finding& finding) {
  json::object out;
  add_text(out, "id", finding.id);
  add_text(out, "tenant", finding.tenant);
  add_text(out, "control", finding.control);
  if (finding.version != 0) out["version"] = finding.version;
  add_text(out, "title", finding.title);
  add_text(out, "severity", finding.severity);
  add_text(out, "item", finding.item);
  add_text(out, "observed", finding.observed);
  add_text(out, "note", finding.note);
  if (!finding.records.empty()) out["records"] = json::array(finding.records.begin(), finding.records.end());
  add_text(out, "log", finding.log);
  return out;
}

}  // namespace

void add_text(json::object& to, std::string_view name, std::string_view text) {
  if (!text.empty()) to[name] = text;
}

void add_object(json::object& to, std::string_view name, json::object object) {
  if (!object.empty()) to[name] = std::move(object);
}

std::string_view user_token(const Entry& entry) {
  for (const auto field : {record::kActorId, record::kActorEmail, record::kActorPhone, record::kActorName})
    if (entry.event.has(field)) return entry.event.plain(field);
  return {};
}

std::string country_code(const Entry& entry) {
  auto out = entry.event.text(record::kDeviceCountry);
  const bool code = out.size() == 2 && std::ranges::all_of(out, [](char c) { return c >= 'A' && c <= 'Z'; });
  return code ? out : std::string();
}

std::string message_of(const Entry& entry) {
  std::string out(entry.meaning.title);
  if (const auto& finding = entry.finding) {
    if (!finding->control.empty()) out += ": " + finding->control;
    if (!finding->title.empty()) out += fmt::format(" ({})", finding->title);
    if (!finding->observed.empty()) out += ": " + finding->observed;
    if (!finding->note.empty()) out += "; note: " + finding->note;
    return out;
  }
  if (const auto factor = entry.event.plain(record::kChallengeFactor); !factor.empty())
    out += fmt::format(" ({})", factor);
  if (const auto action = entry.event.text(record::kActionName); !action.empty()) out += ": " + action;
  if (const auto reason = entry.event.text(record::kOutcomeReason); !reason.empty()) out += "; " + reason;
  return out;
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::success:
      return "success";
    case Outcome::failure:
      return "failure";
    case Outcome::unknown:
      break;
  }
  return "unknown";
}

json::object facts_of(const Entry& entry, Attributes attributes) {
  json::object out{{"log", entry.view.log},
                   {"seq", base::index_of(entry.view.seq)},
                   {"record_hash", base::to_base64(record::record_hash(entry.record).view())},
                   {"received", base::format_rfc3339(entry.view.received)},
                   {"tenant", entry.tenant},
                   {"source", entry.view.source},
                   {"proof", entry.view.proof},
                   {"id", value_of(entry.event.raw[record::kId])},
                   {"type", entry.event.plain(record::kType)},
                   {"time", entry.event.plain(record::kTime)}};
  if (!entry.view.redacted.empty()) out["redacted"] = value_of(entry.view.redacted);
  // In the system log it is whom the event is about.
  if (const auto about = entry.event.plain(record::kTenant); about != entry.tenant)
    add_text(out, "about", about);
  for (std::size_t field = 0; field < record::kEventFieldCount; ++field) {
    const auto& known = record::kEventFields[field];
    if (stands_elsewhere(field) || entry.event.raw[field].empty()) continue;
    auto& object = out[known.object];
    if (!object.is_object()) object.emplace_object();
    object.get_object()[known.name] = value_of(entry.event.raw[field]);
  }
  if (entry.finding) add_object(out, "finding", finding_facts(*entry.finding));
  if (!entry.event.attributes.empty()) {
    out["attributes"] = attributes == Attributes::object ? value_of(entry.event.attributes)
                                                         : json::value(entry.event.attributes);
  }
  return out;
}

}  // namespace countersign::siem
