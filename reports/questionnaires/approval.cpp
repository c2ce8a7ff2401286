#include "reports/questionnaires/approval.h"

#include "reports/answers/condition.h"
#include "reports/questionnaires/members.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace countersign::questionnaires {
namespace {

namespace json = boost::json;

using answers::Facts;
using base::Code;
using base::fail;

/// Whether a fact is a count or a time, which the next record may change.
bool moves(std::string_view name) {
  // Controls are tested each day, and each time there is another report.
  if (name.starts_with("report.")) return true;
  constexpr std::string_view kOfControls[] = {".items", ".exceptions", ".from", ".until", ".tested"};
  if (name.starts_with("control."))
    return std::ranges::any_of(kOfControls, [&](std::string_view end) { return name.ends_with(end); });
  constexpr std::string_view kFigures[] = {
      "figure.records",    "figure.first_record", "figure.last_record",   "figure.sources",
      "figure.challenges", "figure.verified_at",  "figure.checkpoint_at", "figure.backup_at"};
  return std::ranges::find(kFigures, name) != std::end(kFigures);
}

/// `control.PRIVILEGED-MFA.state` as `control PRIVILEGED-MFA`, `policy.access.factors` as `policy
/// access.factors`.
std::string spoken(std::string_view name) {
  const auto dot = name.find('.');
  auto rest = std::string(name.substr(dot + 1));
  if (rest.ends_with(".state")) rest.resize(rest.size() - std::string_view(".state").size());
  if (name.starts_with("document.")) std::ranges::replace(rest, '.', ' ');
  return fmt::format("{} {}", name.substr(0, dot), rest);
}

std::string was(std::string_view name, const std::string& value) { return answers::for_people(name, value); }

void compare(const Approval& approval, const Facts& now, std::vector<std::string>& out) {
  for (const auto& [name, before] : approval.used.all()) {
    if (moves(name)) continue;
    const auto* present = now.find(name);
    if (present == nullptr) {
      out.push_back(fmt::format("{}: {}, and not known any more", spoken(name), was(name, before.value)));
    } else if (present->value != before.value) {
      out.push_back(fmt::format("{}: {}, and {} now", spoken(name), was(name, before.value),
                                was(name, present->value)));
    }
  }
}

/// The end of a fact's name behind what it cites.
std::string_view part_of(std::string_view name) { return name.substr(name.rfind('.') + 1); }

std::string control_line(const std::string& id, const std::map<std::string_view, std::string_view>& parts) {
  const auto value = [&](std::string_view part) {
    const auto found = parts.find(part);
    return found == parts.end() ? std::string()
                                : answers::for_people(fmt::format("control.{}.{}", id, part), found->second);
  };
  auto out = fmt::format("control {} {}", id, value("state"));
  if (parts.contains("from") && parts.contains("until"))
    out += fmt::format(", {} to {}", value("from"), value("until"));
  for (const auto* counted : {"item", "exception"}) {
    const auto part = fmt::format("{}s", counted);
    if (parts.contains(part)) out += fmt::format(", {} {}", value(part), value(part) == "1" ? counted : part);
  }
  return out;
}

std::string document_line(const std::string& kind,
                          const std::map<std::string_view, std::string_view>& parts) {
  const auto value = [&](std::string_view part) {
    const auto found = parts.find(part);
    return found == parts.end() ? std::string_view() : found->second;
  };
  auto out = fmt::format("document {}", value("title").empty() ? std::string_view(kind) : value("title"));
  if (!value("issuer").empty()) out += fmt::format(" of {}", value("issuer"));
  if (!value("state").empty()) out += fmt::format(", {}", value("state"));
  if (!value("valid_until").empty()) out += fmt::format(" until {}", value("valid_until"));
  if (!value("sha256").empty()) out += fmt::format(", SHA-256 {}", value("sha256"));
  return out;
}

std::string report_line(const std::map<std::string_view, std::string_view>& parts) {
  std::string out = "report";
  const auto add = [&](std::string_view before, const char* part) {
    if (const auto found = parts.find(part); found != parts.end())
      out += fmt::format("{}{}", before, answers::for_people(fmt::format("report.{}", part), found->second));
  };
  add(" of ", "made");
  add(", ", "from");
  add(" to ", "until");
  add(", SHA-256 ", "sha256");
  return out;
}

answers::Form form_of(std::string_view text) {
  for (const auto form : {answers::Form::yes_no, answers::Form::open}) {
    if (text == to_string(form)) return form;
  }
  return answers::Form::any;
}

}  // namespace

std::vector<std::string> why_stale(const Approval& approval, const answers::Library& library,
                                   const Facts& now) {
  std::vector<std::string> out;
  const auto* answer = library.find(approval.answer);
  if (answer == nullptr && !has_own_words(approval)) return {"the library has no such answer any more"};
  compare(approval, now, out);
  if (answer == nullptr) return out;
  const auto present = answers::propose(*answer, now, approval.asked, approval.form);
  if (!present.holds) {
    out.insert(out.end(), present.missing.begin(), present.missing.end());
  } else if (present.claim != approval.claim || present.value != approval.value) {
    out.push_back("the evidence shows something else now: " + present.text);
  }
  return out;
}

std::vector<std::string> citation_lines(const Approval& approval) {
  std::map<std::string, std::map<std::string_view, std::string_view>> by_citation;
  for (const auto& cite : approval.cites) by_citation[cite];
  for (const auto& [name, fact] : approval.used.all()) {
    const auto found = by_citation.find(fact.cites);
    if (found != by_citation.end()) found->second[part_of(name)] = fact.value;
  }
  std::vector<std::string> out;
  for (const auto& [cite, parts] : by_citation) {
    const auto colon = cite.find(':');
    const auto kind = cite.substr(0, colon), rest = cite.substr(colon + 1);
    if (kind == "control") {
      out.push_back(control_line(rest, parts));
    } else if (kind == "document") {
      out.push_back(document_line(rest, parts));
    } else if (kind == "report" && !parts.empty()) {
      out.push_back(report_line(parts));
    } else if (const auto name = fmt::format("{}.{}", kind, rest);
               const auto* fact = approval.used.find(name)) {
      out.push_back(fmt::format("{} {}: {}", kind, rest, answers::for_people(name, fact->value)));
    } else {
      out.push_back(fmt::format("{} {}", kind, rest));
    }
  }
  return out;
}

Facts facts_of(const std::vector<std::string>& cites, const Facts& facts) {
  const std::set<std::string_view> wanted(cites.begin(), cites.end());
  Facts out;
  for (const auto& [name, fact] : facts.all()) {
    // A fact that is there already is a good one.
    if (wanted.contains(fact.cites)) static_cast<void>(out.set(name, fact));
  }
  return out;
}

Approval approval_of(const answers::Answer& answer, const answers::Proposal& proposal, const Facts& facts) {
  Approval out;
  out.answer = answer.id;
  out.value = proposal.value;
  out.text = proposal.text;
  out.claim = proposal.claim;
  out.unknown = proposal.unknown;
  out.cites = proposal.cites;
  out.used = facts_of(proposal.cites, facts);
  for (const auto& [name, fact] : proposal.used.all()) static_cast<void>(out.used.set(name, fact));
  return out;
}

json::object to_json(const Approval& approval) {
  return {{"tenant", approval.tenant},
          {"answer", approval.answer},
          {"value", std::string(to_string(approval.value))},
          {"text", approval.text},
          {"claim", static_cast<std::int64_t>(approval.claim)},
          {"form", std::string(to_string(approval.form))},
          {"asked_span", approval.asked.span},
          {"asked_count", approval.asked.count},
          {"used", approval.used.to_json()},
          {"unknown", texts_of(approval.unknown)},
          {"cites", texts_of(approval.cites)},
          {"by", approval.by},
          {"at", base::format_rfc3339(approval.at)}};
}

base::Result<Approval> approval_from(const json::object& object) {
  Members members(object);
  Approval out;
  out.tenant = members.text("tenant");
  out.answer = members.text("answer");
  const auto value = answers::value_of(members.text("value"));
  out.text = members.text("text");
  out.claim = members.number("claim");
  out.form = form_of(members.text("form"));
  out.asked = {members.text("asked_span"), members.text("asked_count")};
  auto used = Facts::from_json(members.object("used"));
  out.unknown = members.texts("unknown");
  out.cites = members.texts("cites");
  out.by = members.text("by");
  out.at = members.time("at");
  if (!members.good() || !value || !used) return fail(Code::data_loss, "an approved answer cannot be read");
  out.value = *value;
  out.used = std::move(*used);
  return out;
}

}  // namespace countersign::questionnaires
