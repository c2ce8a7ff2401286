#include "reports/render/oscal_resources.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace countersign::render::oscal {
namespace {

/// What a resource is called, and what OSCAL's `type` of it is.
struct Title {
  std::string title, description;
  std::string_view type;
};

json::object described(std::string uuid, const Title& title) {
  return {{"uuid", std::move(uuid)},
          {"title", title.title},
          {"description", title.description},
          {"props", json::array{oscal_property("type", title.type)}}};
}

/// A resource that is inside the document.
json::object embedded(std::string uuid, const Title& title, const std::string& file,
                      std::string_view media_type, std::string_view content) {
  auto out = described(std::move(uuid), title);
  out["base64"] = json::object{{"filename", token(file)},
                               {"media-type", media_type},
                               {"value", base::to_base64(base::bytes_of(content))}};
  return out;
}

/// A resource that is a file beside the document.
json::object beside(std::string uuid, const Title& title, const OscalFile& file) {
  auto out = described(std::move(uuid), title);
  out["rlinks"] = json::array{json::object{
      {"href", file.href},
      {"media-type", file.media_type},
      {"hashes",
       json::array{json::object{{"algorithm", "SHA-256"}, {"value", base::to_hex(file.sha256.view())}}}}}};
  return out;
}

json::object query_resource(std::string uuid, const std::string& what, const std::string& file,
                            const reports::Query& query) {
  auto out = embedded(
      std::move(uuid),
      {what, fmt::format("Verbatim; it begins on line {} of {}.", query.line_in_file(1), markup(query.file)),
       "artifact"},
      file, "application/sql", query.sql);
  out["props"].as_array().push_back(property("sha256", query.sha256));
  return out;
}

json::value json_cell(const reports::Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  // As the rest of the document has it: bytes that are not UTF-8 would not be JSON.
  if (const auto* text = std::get_if<std::string>(&cell))
    return text->empty() ? "" : json::string(line(*text));
  return nullptr;
}

std::string rows_of(const reports::Listing& listing) {
  json::array columns;
  for (const auto& column : listing.listing.columns) columns.push_back(json::string(line(column)));
  json::array rows;
  for (const auto& row : listing.rows) {
    json::array cells;
    for (const auto& cell : row) cells.push_back(json_cell(cell));
    rows.push_back(std::move(cells));
  }
  return json::serialize(json::object{{"columns", std::move(columns)}, {"rows", std::move(rows)}}) + "\n";
}

std::string picks_of(const reports::Sample& sample) {
  json::array picks;
  for (const auto& pick : sample.picks) {
    json::object one{{"item", json_cell(pick.item)}};
    if (!pick.key.empty()) one["key"] = json::string(line(pick.key));
    picks.push_back(std::move(one));
  }
  return json::serialize(json::object{{"method", line(sample.method)},
                                      {"seed", line(sample.seed)},
                                      {"population", sample.population},
                                      {"picks", std::move(picks)}}) +
         "\n";
}

json::object listing_resource(const Document& document, const reports::Listing& listing) {
  const auto& definition = listing.listing;
  auto out = embedded(document.resource("listing", definition.id),
                      {fmt::format("Table {}: {}", markup(definition.table), markup(definition.title)),
                       fmt::format("{} {} of {} rows.", markup(definition.objective),
                                   grouped(listing.rows.size()), grouped(listing.rows_total)),
                       "tool-output"},
                      definition.id + ".json", "application/json", rows_of(listing));
  auto& properties = out["props"].as_array();
  properties.push_back(property("listing", definition.id));
  properties.push_back(property("rows", listing.rows.size()));
  properties.push_back(property("rows-total", listing.rows_total));
  properties.push_back(property("query-sha256", definition.rows.sha256));
  return out;
}

json::object sample_resource(const Document& document, const reports::Sample& sample, std::size_t at) {
  auto out = embedded(
      document.resource("sample", std::to_string(at)),
      {fmt::format("Sample of {}", markup(sample.control)),
       fmt::format("{} of {} items.", grouped(sample.size), grouped(sample.population)), "tool-output"},
      fmt::format("sample-{}.json", at + 1), "application/json", picks_of(sample));
  auto& properties = out["props"].as_array();
  properties.push_back(property("control", sample.control));
  properties.push_back(property("method", sample.method));
  properties.push_back(property("seed", sample.seed));
  return out;
}

void append_files(json::array& out, const Document& document) {
  for (const auto& [name, file] : document.options.query_files) {
    out.push_back(
        beside(document.resource("file", name), {"File of queries", markup(name), "artifact"}, file));
  }
  if (const auto& report = document.options.report) {
    out.push_back(beside(
        document.resource("report", "json"),
        {"The report in JSON", "The report that this document is an arrangement of.", "report"}, *report));
  }
}

}  // namespace

json::array resources(const Document& document) {
  const auto& report = document.report;
  json::array out{
      embedded(document.resource("plan", ""),
               {"Test plan", "What was tested and how: the plan that the results are of.", "plan"},
               "test-plan.md", "text/markdown", test_plan(report))};
  if (!report.workspace_sql.empty()) {
    out.push_back(embedded(document.resource("workspace", ""),
                           {"Workspace", "Makes the tables that the queries read.", "artifact"},
                           "workspace.sql", "application/sql", report.workspace_sql));
  }
  for (const auto& result : report.controls) {
    const auto& control = result.control;
    const auto name = markup(control.id);
    out.push_back(query_resource(document.resource("population", control.id),
                                 "Query of the population of " + name, control.id + ".population.sql",
                                 control.population));
    out.push_back(query_resource(document.resource("exceptions", control.id),
                                 "Query of the exceptions of " + name, control.id + ".exceptions.sql",
                                 control.exceptions));
  }
  for (const auto& listing : report.listings) {
    out.push_back(listing_resource(document, listing));
    out.push_back(query_resource(document.resource("query", listing.listing.id),
                                 "Query of " + markup(listing.listing.id), listing.listing.id + ".sql",
                                 listing.listing.rows));
  }
  for (std::size_t at = 0; at < report.samples.size(); ++at) {
    out.push_back(sample_resource(document, report.samples[at], at));
  }
  append_files(out, document);
  return out;
}

}  // namespace countersign::render::oscal
