#include "reports/render/oscal_statements.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace countersign::render::oscal {
namespace {

void append_state(json::array& out, const std::string& prefix, const reports::LogState& state) {
  out.push_back(property(prefix + "-log", state.log));
  out.push_back(property(prefix + "-size", state.size));
  auto root = property(prefix + "-root", base::to_base64(state.root.view()));
  root["remarks"] = "The root hash in base64, as the signed checkpoint spells it.";
  out.push_back(std::move(root));
  out.push_back(property(prefix + "-time", base::format_rfc3339(state.time)));
}

std::string completeness(const reports::Report& report) {
  const auto& state = report.as_of;
  auto out = report.end_seq > report.first_seq
                 ? fmt::format(
                       "The tests looked at every record of the log {} from number {} to number {}: {} "
                       "events, {} of "
                       "them of the period.",
                       markup(report.log), report.first_seq, report.end_seq - 1, grouped(report.events),
                       grouped(report.events_in_period))
                 : fmt::format("No record of the log {} was looked at.", markup(report.log));
  out += fmt::format(
      " Records are numbered without gaps. The checkpoint that was signed at {} fixes the log's first {} "
      "records; its root "
      "hash is {}.",
      base::format_rfc3339(state.time), grouped(state.size), base::to_base64(state.root.view()));
  if (report.system_log) {
    out += fmt::format(" What was done to the system is from the log {}, of {} records.",
                       markup(report.system_log->log), grouped(report.system_log->size));
  } else {
    out += " There was no system log: nothing is known here of policies and of what was done to the system.";
  }
  return out +
         " Each figure can be recomputed from the records of the bundle: `countersign verify --recompute "
         "BUNDLE`.";
}

json::object part(const Document& document, std::string_view name, std::string_view title,
                  std::string prose) {
  return {{"uuid", document.uuids.of({"part", name})},
          {"name", name},
          {"ns", kOscalNamespace},
          {"title", title},
          {"prose", std::move(prose)}};
}

}  // namespace

json::array scope_properties(const reports::Report& report) {
  json::array out{
      property("tenant", report.tenant),
      property("region", report.region),
      property("log", report.log),
      property("framework", report.framework),
      property("period-from", base::format_rfc3339(report.from)),
      property("period-until", base::format_rfc3339(report.until)),
      property("first-record", report.first_seq),
      property("end-record", report.end_seq),
      property("events", report.events),
      property("events-in-period", report.events_in_period),
  };
  if (!report.criteria.empty()) {
    out.push_back(property("criteria", fmt::format("{}", fmt::join(report.criteria, ", "))));
  }
  if (report.first_received) {
    out.push_back(property("first-received", base::format_rfc3339(*report.first_received)));
  }
  if (report.last_received) {
    out.push_back(property("last-received", base::format_rfc3339(*report.last_received)));
  }
  append_state(out, "checkpoint", report.as_of);
  if (report.system_log) append_state(out, "system-checkpoint", *report.system_log);
  return out;
}

json::array attestations(const Document& document) {
  const auto& report = document.report;
  json::array parts{
      part(document, "completeness", "Completeness and accuracy", completeness(report)),
      part(document, "limits", "Limits of this evidence",
           "This is management's evidence and the results of its own tests. It is not the report or the "
           "opinion of a service "
           "auditor. What no source sends to the log leaves no record in it, and no test here sees it."),
  };
  if (!report.warnings.empty()) {
    std::string list;
    for (const auto& warning : report.warnings)
      list.append(list.empty() ? "- " : "\n- ").append(markup(warning));
    parts.push_back(part(document, "warnings", "What the period lacks", std::move(list)));
  }
  return {json::object{{"parts", std::move(parts)}}};
}

}  // namespace countersign::render::oscal
