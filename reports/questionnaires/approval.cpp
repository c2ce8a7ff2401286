#include "reports/questionnaires/approval.h"

#include "reports/answers/condition.h"
#include "reports/questionnaires/words.h"

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

json::array texts(const std::vector<std::string>& from) { return json::array(from.begin(), from.end()); }

struct Reader {
  const json::object& object;
  bool good = true;

  std::string text(std::string_view name) {
    const auto* found = object.if_contains(name);
    if (found != nullptr && found->is_string()) return std::string(found->get_string());
    good = false;
    return {};
  }
  std::vector<std::string> list(std::string_view name) {
    std::vector<std::string> out;
    const auto* found = object.if_contains(name);
    good = good && found != nullptr && found->is_array();
    if (!good) return out;
    for (const auto& one : found->get_array()) {
      if (one.is_string()) out.emplace_back(one.get_string());
    }
    return out;
  }
};

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
  if (!approval.answer.empty()) {
    const auto* answer = library.find(approval.answer);
    if (answer == nullptr) return {"the library has no such answer any more"};
    const auto present = answers::propose(*answer, now, approval.asked, approval.form);
    compare(approval, now, out);
    if (!present.holds) {
      out.insert(out.end(), present.missing.begin(), present.missing.end());
    } else if (present.claim != approval.claim || (!approval.own_words && present.value != approval.value)) {
      out.push_back("the evidence shows something else now: " + present.text);
    }
    return out;
  }
  compare(approval, now, out);
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
    } else if (const auto* fact = approval.used.find(kind + '.' + rest); fact != nullptr) {
      out.push_back(
          fmt::format("{} {}: {}", kind, rest, answers::for_people(kind + '.' + rest, fact->value)));
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

Facts with_cited(const answers::Proposal& proposal, const Facts& facts) {
  auto out = facts_of(proposal.cites, facts);
  for (const auto& [name, fact] : proposal.used.all()) static_cast<void>(out.set(name, fact));
  return out;
}

json::object to_json(const Approval& approval) {
  return {{"tenant", approval.tenant},
          {"answer", approval.answer},
          {"own_words", approval.own_words},
          {"value", std::string(to_string(approval.value))},
          {"text", approval.text},
          {"claim", static_cast<std::int64_t>(approval.claim)},
          {"form", std::string(to_string(approval.form))},
          {"asked_span", approval.asked.span},
          {"asked_count", approval.asked.count},
          {"used", approval.used.to_json()},
          {"unknown", texts(approval.unknown)},
          {"cites", texts(approval.cites)},
          {"by", approval.by},
          {"at", base::format_rfc3339(approval.at)}};
}

base::Result<Approval> approval_from(const json::object& object) {
  Reader reader{object};
  Approval out;
  out.tenant = reader.text("tenant");
  out.answer = reader.text("answer");
  const auto value = answers::value_of(reader.text("value"));
  out.text = reader.text("text");
  out.form = form_of(reader.text("form"));
  out.asked = {reader.text("asked_span"), reader.text("asked_count")};
  out.unknown = reader.list("unknown");
  out.cites = reader.list("cites");
  out.by = reader.text("by");
  const auto at = base::parse_rfc3339(reader.text("at"));
  const auto *own = object.if_contains("own_words"), *claim = object.if_contains("claim"),
             *used = object.if_contains("used");
  const bool there = own != nullptr && own->is_bool() && claim != nullptr && claim->is_int64() &&
                     claim->get_int64() >= 0 && used != nullptr && used->is_object();
  if (!reader.good || !value || !at || !there)
    return fail(Code::data_loss, "an approved answer cannot be read");
  out.own_words = own->get_bool();
  out.claim = static_cast<std::size_t>(claim->get_int64());
  out.value = *value;
  out.at = *at;
  auto facts = Facts::from_json(used->get_object());
  if (!facts) return fail(Code::data_loss, "an approved answer cannot be read");
  out.used = std::move(*facts);
  return out;
}

}  // namespace countersign::questionnaires
