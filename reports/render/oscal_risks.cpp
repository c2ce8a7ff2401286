#include "reports/render/oscal_risks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace countersign::render::oscal {
namespace {

/// Something that was done about one exception.
struct Step {
  base::Timestamp at;
  std::string uuid, title;
  std::optional<std::string> response;  ///< of the remediation that it is about
};

std::string_view status_of(const Progress& progress, std::uint64_t exceptions) {
  if (progress.resolved == exceptions) return "closed";
  return progress.acknowledged == exceptions ? "investigating" : "open";
}

class Remedies {
 public:
  Remedies(const Document& document, const reports::ControlResult& result)
      : document_(document), control_(result.control.id) {
    for (std::size_t at = 0; at < result.exceptions.size(); ++at) {
      if (const auto& exception = result.exceptions[at]; exception.response) {
        add(std::to_string(at), markup(cell_text(exception.item)), *exception.response);
      }
    }
    std::stable_sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
  }

  json::array take_remediations() { return std::move(remediations_); }

  json::array log() const {
    json::array out;
    for (const auto& step : steps_) {
      json::object entry{
          {"uuid", step.uuid}, {"title", step.title}, {"start", base::format_rfc3339(step.at)}};
      if (step.response) {
        entry["related-responses"] = json::array{json::object{{"response-uuid", *step.response}}};
      }
      out.push_back(std::move(entry));
    }
    return out;
  }

 private:
  void add(const std::string& at, const std::string& item, const reports::Response& response) {
    std::optional<std::string> uuid;
    if (!response.text.empty() || !response.reason.empty()) {
      uuid = document_.uuids.of({"response", control_, at});
      std::string description = response.text.empty() ? "" : "Management: " + markup(response.text);
      if (!response.reason.empty()) {
        description.append(description.empty() ? "" : "\n\n")
            .append("Resolution: " + markup(response.reason));
      }
      remediations_.push_back(
          json::object{{"uuid", *uuid},
                       {"lifecycle", response.state == "resolved" ? "completed" : "planned"},
                       {"title", "Management's response to exception " + item},
                       {"description", description},
                       {"props", json::array{property("state", response.state)}}});
    }
    const auto step = [&](std::string_view what, const std::optional<base::Timestamp>& time, bool answered) {
      if (!time) return;
      steps_.push_back({*time, document_.uuids.of({"step", control_, at, what}),
                        fmt::format("Exception {} {}", item, what), answered ? uuid : std::nullopt});
    };
    step("opened", response.opened, false);
    step("acknowledged", response.acknowledged, true);
    step("resolved", response.resolved, true);
  }

  const Document& document_;
  std::string control_;
  json::array remediations_;
  std::vector<Step> steps_;
};

std::string statement_of(const reports::Definition& control) {
  return (control.kind == reports::Kind::detection
              ? "The detection found these cases; what they were is for people to say. It is there for this: "
              : "In these cases the objective was not met: ") +
         markup(control.objective);
}

json::object risk(const Document& document, const reports::ControlResult& result) {
  const auto& control = result.control;
  const auto progress = progress_of(result);
  const bool detection = control.kind == reports::Kind::detection;
  json::object out{
      {"uuid", document.risk(control.id)},
      {"title", fmt::format("{} {}: {}", detection ? "Cases found by" : "Exceptions of", markup(control.id),
                            markup(control.title))},
      {"description", fmt::format("{} {} acknowledged, {} resolved.", markup(result.wording()),
                                  grouped(progress.acknowledged), grouped(progress.resolved))},
      {"statement", statement_of(control)},
      {"props",
       json::array{property("control", control.id), property("kind", reports::to_string(control.kind)),
                   property("severity", reports::to_string(control.severity)),
                   property("exceptions", result.exceptions_total),
                   property("acknowledged", progress.acknowledged), property("resolved", progress.resolved)}},
      {"status", status_of(progress, result.exceptions_total)},
      {"origins", origins(document)},
  };
  Remedies remedies(document, result);
  put(out, "remediations", remedies.take_remediations());
  if (auto log = remedies.log(); !log.empty()) out["risk-log"] = json::object{{"entries", std::move(log)}};
  out["related-observations"] =
      json::array{json::object{{"observation-uuid", document.observation(control.id)}}};
  return out;
}

}  // namespace

Progress progress_of(const reports::ControlResult& result) {
  Progress out;
  for (const auto& exception : result.exceptions) {
    if (!exception.response) continue;
    const bool resolved = exception.response->state == "resolved";
    out.resolved += resolved ? 1 : 0;
    out.acknowledged += resolved || exception.response->state == "acknowledged" ? 1 : 0;
  }
  return out;
}

json::array risks(const Document& document) {
  json::array out;
  for (const auto& result : document.report.controls) {
    if (result.outcome == reports::Outcome::exceptions) out.push_back(risk(document, result));
  }
  return out;
}

}  // namespace countersign::render::oscal
