#include "tests/reports/render/hostile_report.h"

#include "tests/reports/render/sample_report.h"

#include <string>
#include <utility>
#include <variant>

namespace countersign::testing {
namespace {

/// Hostile, and still another text for each text.
std::string spoilt(const std::string& text) {
  return std::string(hostile_text()) + text + std::string(hostile_text());
}

void spoil(std::string& text) { text = spoilt(text); }
void spoil(std::vector<std::string>& texts) {
  for (auto& text : texts) spoil(text);
}
void spoil(reports::Cell& cell) {
  if (auto* text = std::get_if<std::string>(&cell)) spoil(*text);
}
void spoil(reports::Query& query) {
  spoil(query.file);
  spoil(query.sql);
}

void spoil(reports::Definition& definition) {
  for (auto* text : {&definition.id, &definition.title, &definition.objective, &definition.procedure,
                     &definition.unit, &definition.frequency, &definition.table}) {
    spoil(*text);
  }
  spoil(definition.columns);
  for (auto& [framework, clauses] : definition.criteria) spoil(clauses);
  for (auto& parameter : definition.parameters) {
    for (auto* text : {&parameter.name, &parameter.unit, &parameter.meaning, &parameter.origin}) spoil(*text);
    spoil(parameter.value);
  }
  for (auto* query : {&definition.population, &definition.exceptions, &definition.rows}) spoil(*query);
}

void spoil(reports::ControlResult& result) {
  spoil(result.control);
  for (auto& exception : result.exceptions) {
    spoil(exception.item);
    spoil(exception.observed);
    if (!exception.response) continue;
    spoil(exception.response->text);
    spoil(exception.response->reason);
  }
}

}  // namespace

std::string_view hostile_text() {
  return "\xE2\x80\xA8\xC2\xA0 \t\r\n# <img src=x onerror=alert(1)>&amp;\"'`*_[a](javascript:b)_*`{{ x }}\\ "
         "$(id) ${y} %s "
         "\x01\x07\x1B[31m\x7F\xC2\x85\xC2\x9B\xE2\x80\xAE\xEF\xBF\xBF bytes \xFF\xC0\xAF\xED\xA0\x80\xF5 "
         "end\n\n- \xE3\x80\x80\xEF\xBB\xBF ";
}

reports::Report hostile_report() {
  auto report = sample_report();
  for (auto* text : {&report.tenant, &report.region, &report.log, &report.as_of.log, &report.system_log->log,
                     &report.workspace_sql}) {
    spoil(*text);
  }
  spoil(report.criteria);
  spoil(report.warnings);
  for (auto& clause : report.clauses) {
    spoil(clause.id);
    spoil(clause.title);
    spoil(clause.controls);
  }
  for (auto& result : report.controls) spoil(result);
  for (auto& listing : report.listings) {
    spoil(listing.listing);
    for (auto& row : listing.rows) {
      for (auto& cell : row) spoil(cell);
    }
  }
  for (auto* records : {&report.cited, &report.cited_system}) {
    for (auto& one : *records) {
      for (auto* text : {&one.source, &one.type, &one.person, &one.about}) spoil(*text);
    }
  }
  for (auto& sample : report.samples) {
    for (auto* text : {&sample.control, &sample.method, &sample.seed}) spoil(*text);
    for (auto& pick : sample.picks) {
      spoil(pick.item);
      spoil(pick.key);
    }
  }
  return report;
}

reports::Report bare_report() {
  auto full = sample_report();
  reports::Report report;
  report.tenant = full.tenant;
  report.region = full.region;
  report.log = full.log;
  report.framework = "pci_dss";
  report.from = full.from;
  report.until = full.until;
  report.as_of = full.as_of;
  report.clauses = {{"8.3.4", "", {}}};
  return report;
}

}  // namespace countersign::testing
