#include "web/api/controls_document.h"

#include "ledger/base/encoding.h"

#include <boost/json/object.hpp>

namespace countersign::api {
namespace {

namespace json = boost::json;

json::string text_of(std::string_view text) { return json::string(text.data(), text.size()); }

json::value value_of(const reports::Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  const auto* text = std::get_if<std::string>(&cell);
  return text != nullptr ? json::value(text_of(*text)) : json::value();
}

json::object query_of(const reports::Query& query) {
  return {{"file", query.file}, {"sha256", base::to_hex(query.sha256.view())}, {"sql", query.sql}};
}

json::object parameter_of(const reports::Parameter& parameter) {
  json::object out{{"id", parameter.name}, {"default", value_of(parameter.value)}};
  if (parameter.least) out["least"] = *parameter.least;
  if (parameter.most) out["most"] = *parameter.most;
  if (!parameter.unit.empty()) out["unit"] = parameter.unit;
  out["meaning"] = parameter.meaning;
  if (!parameter.origin.empty()) out["origin"] = parameter.origin;
  return out;
}

json::object control_of(const reports::Definition& one) {
  json::object criteria;
  for (const auto& [framework, clauses] : one.criteria)
    criteria[framework] = json::array(clauses.begin(), clauses.end());
  json::array parameters;
  for (const auto& parameter : one.parameters) parameters.push_back(parameter_of(parameter));
  json::object out{{"id", one.id},
                   {"kind", text_of(to_string(one.kind))},
                   {"version", one.version},
                   {"title", one.title},
                   {"objective", one.objective}};
  out["criteria"] = std::move(criteria);
  out["parameters"] = std::move(parameters);
  if (one.kind == reports::Kind::listing) {
    out["table"] = one.table;
    out["columns"] = json::array(one.columns.begin(), one.columns.end());
    out["queries"] = {{"rows", query_of(one.rows)}};
    return out;
  }
  out["severity"] = text_of(to_string(one.severity));
  out["procedure"] = one.procedure;
  out["unit"] = one.unit;
  out["frequency"] = one.frequency;
  out["queries"] = {{"population", query_of(one.population)}, {"exceptions", query_of(one.exceptions)}};
  return out;
}

}  // namespace

json::array controls_document(const reports::Catalogue& catalogue) {
  json::array out;
  for (const auto& one : catalogue.definitions()) out.push_back(control_of(one));
  return out;
}

}  // namespace countersign::api
