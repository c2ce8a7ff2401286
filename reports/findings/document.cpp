#include "reports/findings/document.h"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cstddef>

namespace countersign::findings {
namespace {

namespace json = boost::json;

constexpr std::size_t kAnswersShown = 20;

json::string text_of(std::string_view text) { return json::string(text.data(), text.size()); }

json::object entry_of(const Entry& entry, std::string_view member) {
  json::object out{{"at", base::format_rfc3339(entry.at)}, {"seq", entry.seq}};
  if (!entry.by.token.empty()) {
    json::object by{{"role", entry.by.role}, {"token", entry.by.token}};
    if (!entry.by.id.empty()) by["id"] = entry.by.id;
    out["by"] = std::move(by);
  }
  if (!entry.text.empty()) out[member] = entry.text;
  return out;
}

}  // namespace

json::object to_document(const Finding& finding, std::string_view tenant) {
  json::object out{
      {"finding", finding.id}, {"tenant", text_of(tenant)}, {"state", text_of(to_string(finding.state))}};
  if (!finding.control.empty()) out["control"] = finding.control;
  if (finding.version) out["version"] = *finding.version;
  if (!finding.item.empty()) out["item"] = finding.item;
  out["records"] = json::array(finding.records.begin(), finding.records.end());
  if (!finding.observed.empty()) out["observed"] = finding.observed;
  if (finding.opened) out["opened"] = entry_of(*finding.opened, "note");
  if (finding.acknowledged) out["acknowledged"] = entry_of(*finding.acknowledged, "note");
  json::array answers;
  const auto& all = finding.answers;
  for (auto one = all.size() - std::min(all.size(), kAnswersShown); one < all.size(); ++one)
    answers.push_back(entry_of(all[one], "text"));
  out["answers"] = std::move(answers);
  if (finding.resolved) out["resolved"] = entry_of(*finding.resolved, "reason");
  return out;
}

}  // namespace countersign::findings
