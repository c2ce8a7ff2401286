#include "reports/engine/report_json.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace countersign::reports {
namespace {

namespace json = boost::json;

constexpr std::size_t kDifferencesMax = 100;

json::string text_of(std::string_view text) { return json::string(text.data(), text.size()); }
json::string hex_of(const base::Digest& digest) { return text_of(base::to_hex(digest.view())); }
json::string time_of(base::Timestamp time) { return text_of(base::format_rfc3339(time)); }
json::value time_of(const std::optional<base::Timestamp>& time) {
  return time ? json::value(time_of(*time)) : json::value();
}

json::value cell_of(const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  const auto* text = std::get_if<std::string>(&cell);
  return text != nullptr ? json::value(text_of(*text)) : json::value();
}

json::array texts_of(const std::vector<std::string>& texts) {
  json::array out;
  for (const auto& one : texts) out.emplace_back(text_of(one));
  return out;
}

json::array numbers_of(const std::vector<std::uint64_t>& numbers) {
  return json::array(numbers.begin(), numbers.end());
}

json::object query_of(const Query& query) {
  return {{"file", text_of(query.file)}, {"sha256", hex_of(query.sha256)}, {"sql", text_of(query.sql)}};
}

json::array parameters_of(const Definition& definition) {
  json::array out;
  for (const auto& one : definition.parameters)
    out.push_back({{"id", text_of(one.name)},
                   {"value", cell_of(one.value)},
                   {"unit", text_of(one.unit)},
                   {"meaning", text_of(one.meaning)},
                   {"origin", text_of(one.origin)}});
  return out;
}

json::object exception_of(const Exception& exception) {
  json::object out{{"item", cell_of(exception.item)},
                   {"finding", text_of(exception.finding)},
                   {"records", numbers_of(exception.records)}};
  if (!exception.system_records.empty()) out["system_records"] = numbers_of(exception.system_records);
  out["observed"] = text_of(exception.observed);
  if (exception.response)
    out["response"] = {{"state", text_of(exception.response->state)},
                       {"management", text_of(exception.response->text)},
                       {"reason", text_of(exception.response->reason)},
                       {"opened", time_of(exception.response->opened)},
                       {"acknowledged", time_of(exception.response->acknowledged)},
                       {"resolved", time_of(exception.response->resolved)}};
  return out;
}

json::object control_of(const ControlResult& result) {
  const auto& control = result.control;
  json::object criteria;
  for (const auto& framework : frameworks()) {
    const auto found = control.criteria.find(framework);
    if (found != control.criteria.end()) criteria[framework] = texts_of(found->second);
  }
  json::array exceptions;
  for (const auto& one : result.exceptions) exceptions.push_back(exception_of(one));
  return {{"id", text_of(control.id)},
          {"kind", text_of(to_string(control.kind))},
          {"version", control.version},
          {"title", text_of(control.title)},
          {"objective", text_of(control.objective)},
          {"procedure", text_of(control.procedure)},
          {"frequency", text_of(control.frequency)},
          {"severity", text_of(to_string(control.severity))},
          {"criteria", std::move(criteria)},
          {"parameters", parameters_of(control)},
          {"population",
           {{"unit", text_of(control.unit)},
            {"count", result.population},
            {"sha256", hex_of(result.population_sha256)},
            {"query", query_of(control.population)}}},
          {"exceptions",
           {{"count", result.exceptions_total},
            {"told", result.exceptions.size()},
            {"query", query_of(control.exceptions)},
            {"list", std::move(exceptions)}}},
          {"outcome", text_of(to_string(result.outcome))},
          {"result", text_of(result.wording())}};
}

json::object listing_of(const Listing& listing) {
  json::array rows;
  for (const auto& row : listing.rows) {
    json::array cells;
    for (const auto& one : row) cells.push_back(cell_of(one));
    rows.push_back(std::move(cells));
  }
  const auto& definition = listing.listing;
  return {{"id", text_of(definition.id)},
          {"version", definition.version},
          {"table", text_of(definition.table)},
          {"title", text_of(definition.title)},
          {"objective", text_of(definition.objective)},
          {"parameters", parameters_of(definition)},
          {"query", query_of(definition.rows)},
          {"columns", texts_of(definition.columns)},
          {"count", listing.rows_total},
          {"rows", std::move(rows)}};
}

json::array cited_of(const std::vector<CitedRecord>& records) {
  json::array out;
  for (const auto& one : records)
    out.push_back({{"seq", one.seq},
                   {"occurred", time_of(one.occurred)},
                   {"received", time_of(one.received)},
                   {"source", text_of(one.source)},
                   {"type", text_of(one.type)},
                   {"person", text_of(one.person)},
                   {"about", text_of(one.about)}});
  return out;
}

json::object state_of(const LogState& state) {
  return {{"log", text_of(state.log)},
          {"size", state.size},
          {"root", text_of(base::to_base64(state.root.view()))},
          {"time", time_of(state.time)}};
}

json::object sample_of(const Sample& sample) {
  json::array picks;
  for (const auto& one : sample.picks) {
    json::object pick{{"item", cell_of(one.item)}};
    if (!one.key.empty()) pick["key"] = text_of(one.key);
    picks.push_back(std::move(pick));
  }
  return {{"id", text_of(fmt::format("{}/{}:{}", sample.control, sample.method, sample.size))},
          {"control", text_of(sample.control)},
          {"method", text_of(sample.method)},
          {"seed", text_of(sample.seed)},
          {"population", sample.population},
          {"size", sample.size},
          {"picks", std::move(picks)}};
}

std::string name_of(const json::value& element) {
  const auto* object = element.if_object();
  const auto* id = object != nullptr ? object->if_contains("id") : nullptr;
  return id != nullptr && id->is_string() ? std::string(id->get_string()) : std::string();
}

class Comparison {
 public:
  std::vector<Difference> found;

  void compare(const std::string& where, const json::value* a, const json::value* b) {
    if (found.size() >= kDifferencesMax) return;
    if (a != nullptr && b != nullptr && *a == *b) return;
    if (a != nullptr && b != nullptr && a->is_object() && b->is_object())
      return objects(where, a->get_object(), b->get_object());
    if (a != nullptr && b != nullptr && a->is_array() && b->is_array())
      return arrays(where, a->get_array(), b->get_array());
    found.push_back(
        {where, a != nullptr ? json::serialize(*a) : "", b != nullptr ? json::serialize(*b) : ""});
  }

 private:
  static std::string below(const std::string& where, std::string_view name) {
    return where.empty() ? std::string(name) : fmt::format("{}/{}", where, name);
  }
  void objects(const std::string& where, const json::object& a, const json::object& b) {
    for (const auto& member : a)
      compare(below(where, member.key()), &member.value(), b.if_contains(member.key()));
    for (const auto& member : b) {
      if (!a.contains(member.key())) compare(below(where, member.key()), nullptr, &member.value());
    }
  }
  void arrays(const std::string& where, const json::array& a, const json::array& b) {
    const bool named =
        std::all_of(a.begin(), a.end(), [](const auto& one) { return !name_of(one).empty(); }) &&
        std::all_of(b.begin(), b.end(), [](const auto& one) { return !name_of(one).empty(); });
    if (!named) {
      for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i)
        compare(below(where, std::to_string(i)), i < a.size() ? &a[i] : nullptr,
                i < b.size() ? &b[i] : nullptr);
      return;
    }
    const auto find = [](const json::array& in, const std::string& name) -> const json::value* {
      const auto* at =
          std::find_if(in.begin(), in.end(), [&](const auto& one) { return name_of(one) == name; });
      return at == in.end() ? nullptr : at;
    };
    for (const auto& one : a) compare(below(where, name_of(one)), &one, find(b, name_of(one)));
    for (const auto& one : b) {
      if (find(a, name_of(one)) == nullptr) compare(below(where, name_of(one)), nullptr, &one);
    }
  }
};

}  // namespace

json::object to_json(const Report& report) {
  json::array clauses, controls, listings, samples;
  for (const auto& one : report.clauses)
    clauses.push_back(
        {{"id", text_of(one.id)}, {"title", text_of(one.title)}, {"controls", texts_of(one.controls)}});
  for (const auto& one : report.controls) controls.push_back(control_of(one));
  for (const auto& one : report.listings) listings.push_back(listing_of(one));
  for (const auto& one : report.samples) samples.push_back(sample_of(one));
  return {{"format", "countersign-report/1"},
          {"statement",
           "Management's evidence and control-test results. It is not a service auditor's report and states "
           "no opinion."},
          {"scope",
           {{"tenant", text_of(report.tenant)},
            {"region", text_of(report.region)},
            {"log", text_of(report.log)},
            {"framework", text_of(report.framework)},
            {"criteria", texts_of(report.criteria)}}},
          {"period", {{"from", time_of(report.from)}, {"to", time_of(report.until)}, {"by", "occurred"}}},
          {"records",
           {{"first_seq", report.first_seq},
            {"end_seq", report.end_seq},
            {"events", report.events},
            {"events_in_period", report.events_in_period},
            {"first_received", time_of(report.first_received)},
            {"last_received", time_of(report.last_received)}}},
          {"as_of", state_of(report.as_of)},
          {"system_log", report.system_log ? json::value(state_of(*report.system_log)) : json::value()},
          {"warnings", texts_of(report.warnings)},
          {"clauses", std::move(clauses)},
          {"controls", std::move(controls)},
          {"tables", std::move(listings)},
          {"samples", std::move(samples)},
          {"cited", {{"records", cited_of(report.cited)}, {"system_records", cited_of(report.cited_system)}}},
          {"workspace_sql", text_of(report.workspace_sql)}};
}

std::string to_json_text(const Report& report) { return base::to_indented(to_json(report)); }

std::vector<Difference> differences(const json::value& stated, const json::value& recomputed) {
  Comparison comparison;
  comparison.compare("", &stated, &recomputed);
  return std::move(comparison.found);
}

}  // namespace countersign::reports
