#include "reports/render/pdf.h"

#include "reports/render/pdf_canvas.h"
#include "reports/render/pdf_complete.h"
#include "reports/render/pdf_flow.h"
#include "reports/render/pdf_fonts.h"
#include "reports/render/pdf_sections.h"
#include "reports/render/pdf_words.h"

#include <fmt/format.h>

namespace countersign::render {
namespace {

using namespace pdf;

Running running_of(const reports::Report& report, const reports::Run& run) {
  const auto line = [](std::string_view text) { return one_line(text, kCellBytesMax); };
  return {line(report.tenant), "Management’s evidence for " + criteria(report), period(report),
          fmt::format("Log root {}…  ·  run {} by {}", hex(report.as_of.root).substr(0, 16), time(run.at),
                      line(run.by))};
}

void write_body(Flow& flow, const reports::Report& report, const reports::Run& run) {
  write_summary(flow, report);
  write_completeness(flow, report);
  write_listings(flow, report);
  write_controls(flow, report);
  write_responses(flow, report);
  write_samples(flow, report);
  write_appendix(flow, report, run);
  write_signatures(flow, report, run);
}

/// What is known when everything has been set once: where sections begin, and how many pages there are.
struct Plan {
  std::vector<Entry> entries;
  int pages = 0;
};

Plan measure(Fonts& fonts, const Running& running, const reports::Report& report, const reports::Run& run) {
  const auto canvas = Canvas::measuring();
  // Without the contents first: their length follows from the headings, and moves everything behind the
  // cover.
  Flow rest(*canvas, fonts, running, 0);
  write_cover(rest, report, run);
  write_body(rest, report, run);
  Plan plan{rest.entries(), rest.page()};
  Flow contents(*canvas, fonts, running, 0);
  write_contents(contents, plan.entries);
  for (Entry& entry : plan.entries) entry.page += contents.page();
  plan.pages += contents.page();
  return plan;
}

}  // namespace

base::Result<std::string> to_pdf(const reports::Report& report, const reports::Run& run) {
  TRY_ASSIGN(Fonts fonts, Fonts::open());
  const Running running = running_of(report, run);
  const Plan plan = measure(fonts, running, report, run);
  const std::string title = report_title(report);
  const auto canvas = Canvas::drawing(
      {fmt::format("{}: {}", title, running.tenant),
       fmt::format("{}; log {}", running.period, one_line(report.log, kCellBytesMax)),
       one_line(run.software, kCellBytesMax), base::format_rfc3339(run.at).substr(0, 19) + "Z"});
  {
    const Tag document(*canvas, "Document");
    Flow flow(*canvas, fonts, running, plan.pages);
    write_cover(flow, report, run);
    write_contents(flow, plan.entries);
    write_body(flow, report, run);
    if (flow.page() != plan.pages) {
      return base::fail(
          base::Code::internal,
          fmt::format("cannot write the PDF: {} pages were planned and {} written", plan.pages, flow.page()));
    }
  }
  TRY_ASSIGN(std::string written, canvas->finish());
  return complete(std::move(written));
}

}  // namespace countersign::render
