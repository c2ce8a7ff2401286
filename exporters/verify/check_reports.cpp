#include "exporters/verify/checks.h"
#include "exporters/verify/layout.h"
#include "exporters/verify/proven_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace countersign::verify {
namespace {

bool stands(const Verification& run, std::string_view name) { return run.bundle.find(name) != nullptr; }

/// Whether anything of a report is there.
bool has_parts(const Verification& run) {
  const auto& files = run.bundle.files();
  return std::any_of(files.begin(), files.end(), [](const auto& file) {
    return file.first.starts_with("data/reports/") || file.first.starts_with(layout::kControls);
  });
}

}  // namespace

void check_reports(Verification& run) {
  if (!stands(run, layout::kReport)) {
    if (has_parts(run))
      run.add("report", CheckState::failed, "data/reports/report.json is missing: it was taken out.");
    else if (run.options.recompute)
      run.add("report", CheckState::failed, "There is no report in the bundle to recompute.");
    return;
  }
  // Without what it hangs on, which has failed by then, it cannot be checked.
  if (!run.evidence || !run.bundle_keys) return;
  std::optional<ProvenRecords> system;
  if (stands(run, layout::kReportRecords) || stands(run, layout::kReportProofs)) {
    auto proven = read_proven_records(run, layout::kReportRecords, layout::kReportProofs);
    run.add("report_records", proven ? base::Result<void>() : base::fail(proven.error()),
            "The records of the system log that the report goes by stand in it.");
    if (!proven) return;
    system = std::move(*proven);
  }
  if (!run.options.recompute)
    return run.add(
        "report", CheckState::not_claimed,
        "There is a report; whether its figures follow from the records was not looked at: ask for it "
        "with --recompute.");
  // Figures of records that are not right would say nothing.
  if (run.report.has(CheckState::failed)) return;
  const auto recomputed = run.options.recompute({run.bundle, *run.evidence, system ? &*system : nullptr});
  run.add("report", recomputed ? CheckState::passed : CheckState::failed,
          recomputed ? *recomputed : recomputed.error().message);
}

}  // namespace countersign::verify
