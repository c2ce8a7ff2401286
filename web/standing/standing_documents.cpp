#include "web/standing/standing_documents.h"

#include <boost/json/array.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace countersign::standing {
namespace {

namespace json = boost::json;

json::string text_of(std::string_view text) { return json::string(text.data(), text.size()); }

json::object about(const Run& run) {
  return {{"time", base::format_rfc3339(run.time)},
          {"period", {{"from", base::format_rfc3339(run.from)}, {"to", base::format_rfc3339(run.until)}}},
          {"records", run.records},
          {"report_sha256", run.report_sha256}};
}

json::array history_of(const std::vector<Run>& runs, std::string_view id) {
  json::array out;
  for (const auto& run : runs) {
    const auto found = run.controls.find(id);
    if (found == run.controls.end()) continue;
    out.push_back({{"time", base::format_rfc3339(run.time)},
                   {"state", found->second.state},
                   {"population", found->second.population},
                   {"exceptions", found->second.exceptions}});
  }
  return out;
}

json::object criteria_of(const reports::Definition& control) {
  json::object out;
  for (const auto& framework : reports::frameworks()) {
    const auto found = control.criteria.find(framework);
    if (found != control.criteria.end())
      out[framework] = json::array(found->second.begin(), found->second.end());
  }
  return out;
}

const json::object* find_control(const json::object& report, std::string_view id) {
  const auto* controls = report.if_contains("controls");
  if (controls == nullptr || !controls->is_array()) return nullptr;
  for (const auto& one : controls->get_array()) {
    const auto* control = one.if_object();
    const auto* name = control == nullptr ? nullptr : control->if_contains("id");
    if (name != nullptr && name->is_string() && std::string_view(name->get_string()) == id) return control;
  }
  return nullptr;
}

}  // namespace

json::object controls_of(const reports::Catalogue& catalogue, const std::vector<Run>& runs) {
  const auto& last = runs.back();
  json::array controls;
  // In the catalogue's order, which is that of reports.
  for (const auto& control : catalogue.definitions()) {
    const auto found = last.controls.find(control.id);
    if (found == last.controls.end()) continue;
    json::object one{{"id", control.id},
                     {"kind", text_of(to_string(control.kind))},
                     {"title", control.title},
                     {"severity", text_of(to_string(control.severity))},
                     {"unit", control.unit}};
    one["criteria"] = criteria_of(control);
    one["state"] = found->second.state;
    one["population"] = found->second.population;
    one["exceptions"] = found->second.exceptions;
    one["history"] = history_of(runs, control.id);
    controls.push_back(std::move(one));
  }
  auto out = about(last);
  out["controls"] = std::move(controls);
  return out;
}

std::optional<json::object> control_of(const Book::Kept& kept, const std::vector<Run>& runs,
                                       std::string_view id) {
  const auto* found = find_control(kept.report, id);
  const auto state = kept.run.controls.find(id);
  if (found == nullptr || state == kept.run.controls.end()) return std::nullopt;
  json::object control;
  for (const auto* member : {"id", "kind", "version", "title", "objective", "procedure", "frequency",
                             "severity", "criteria", "parameters", "result"}) {
    if (const auto* value = found->if_contains(member)) control[member] = *value;
  }
  control["state"] = state->second.state;
  control["population"] = state->second.population;
  control["exceptions"] = state->second.exceptions;
  const auto& population = found->at("population");
  const auto& exceptions = found->at("exceptions");
  control["unit"] = population.at("unit");
  control["population_sha256"] = population.at("sha256");
  control["queries"] = {{"population", population.at("query")}, {"exceptions", exceptions.at("query")}};
  json::array items;
  for (const auto& one : exceptions.at("list").as_array()) {
    if (items.size() == kItemsMost) break;
    items.push_back(one);
  }
  control["items"] = std::move(items);
  control["history"] = history_of(runs, id);
  auto out = about(kept.run);
  out["control"] = std::move(control);
  return out;
}

}  // namespace countersign::standing
