#include "reports/render/pdf_sections.h"
#include "reports/render/pdf_table.h"
#include "reports/render/pdf_words.h"

#include <fmt/format.h>

namespace countersign::render::pdf {
namespace {

std::string line(std::string_view text) { return one_line(text, kCellBytesMax); }

std::string record_range(const reports::Report& report) {
  if (report.end_seq <= report.first_seq) return "none";
  return fmt::format("{} to {}, both included: {} records", report.first_seq, report.end_seq - 1,
                     number(report.end_seq - report.first_seq));
}

std::vector<Fact> facts_of(const reports::Report& report, const reports::Run& run) {
  return {
      {"Tenant", line(report.tenant)},
      {"Region", line(report.region)},
      {"Log", line(report.log), kCellMono},
      {"Framework", line(reports::framework_title(report.framework))},
      {"Criteria", report.criteria.empty() ? "all that controls of this report support"
                                           : line(joined(report.criteria, ", "))},
      {"Period", fmt::format("from {} inclusive\nto {} exclusive", time(report.from), time(report.until))},
      {"Records looked at", record_range(report)},
      {"Checkpoint",
       fmt::format("{} records, signed {}", number(report.as_of.size), time(report.as_of.time))},
      {"Root hash", hex(report.as_of.root), kCellMono},
      {"Run", fmt::format("{} by {}", time(run.at), line(run.by))},
      {"Software", line(run.software)},
  };
}

}  // namespace

std::string report_title(const reports::Report& report) {
  return "Management’s evidence and control-test results for " + criteria(report);
}

void write_cover(Flow& flow, const reports::Report& report, const reports::Run& run) {
  const Tag section(flow.canvas(), "Sect");
  flow.space(26);
  flow.title(report_title(report));
  flow.paragraph(fmt::format("{} · {}", line(report.tenant), period(report)), kSubtitle);
  flow.space(12);
  if (!report.warnings.empty()) {
    std::vector<std::string> warnings;
    for (const std::string& warning : report.warnings) warnings.push_back("▪  " + line(warning));
    flow.panel(warnings.size() == 1 ? "Read this first: a limit of this evidence"
                                    : "Read this first: limits of this evidence",
               warnings);
  }
  flow.paragraph(
      "This is management’s evidence; it is not a service auditor’s report, and gives no opinion. Its "
      "figures follow from the records of the log named below, by the queries that it prints.");
  flow.space(6);
  draw(flow, facts_of(report, run));
  flow.heading(3, "How to verify", "");
  flow.paragraph(
      "Run “countersign verify --recompute BUNDLE” on the bundle that holds this report. It checks the "
      "records against the signed checkpoint, computes every figure of this report again from them, "
      "and names each that differs. The file README.txt of the bundle tells how to check it with "
      "sha256sum, diff and openssl alone.");
}

void write_contents(Flow& flow, const std::vector<Entry>& entries) {
  flow.fresh_page();
  const Tag section(flow.canvas(), "Sect");
  flow.heading(1, "Contents", "");
  const Tag contents(flow.canvas(), "TOC");
  for (const Entry& entry : entries) flow.contents_line(entry);
}

}  // namespace countersign::render::pdf
