#include "exporters/verify/checks.h"
#include "exporters/verify/layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::verify {
namespace {

base::Result<tree::WitnessPolicy::Count> count_witnesses(const Verification& run) {
  TRY_ASSIGN(const auto note, run.bundle.read(layout::kCheckpoint));
  return run.options.witnesses->count(note);
}

/// `alpha at 2026-01-31T09:30:01Z and beta at …`, oldest first.
std::string names_and_times(std::vector<tree::VerifiedSignature> cosigned) {
  std::ranges::sort(cosigned, {}, [](const auto& one) { return one.time.value_or(0); });
  std::string out;
  for (const auto& one : cosigned)
    out += fmt::format("{}{} at {}", out.empty() ? "" : ", ", one.name,
                       base::format_rfc3339({one.time.value_or(0) * 1'000'000}));
  return out;
}

}  // namespace

void check_witnesses(Verification& run) {
  const auto& policy = run.options.witnesses;
  // A quorum of none asks for nothing.
  if (!policy || (policy->witnesses().empty() && policy->quorum_text() == "none")) return;
  if (!run.checkpoint) {
    run.add("witnesses", CheckState::failed,
            "Without a checkpoint of the log no witness can have cosigned it.");
    return;
  }
  const auto count = count_witnesses(run);
  if (!count) {
    run.add("witnesses", CheckState::failed, count.error().message);
    return;
  }
  const auto all = policy->witnesses().size();
  if (!count->enough) {
    run.add("witnesses", CheckState::failed,
            fmt::format(
                "{} of the {} witnesses that you named cosigned the checkpoint{}; that is not enough: {}.",
                count->cosigned.size(), all,
                count->cosigned.empty() ? "" : " (" + names_and_times(count->cosigned) + ")",
                policy->quorum_text()));
    return;
  }
  run.add("witnesses", CheckState::passed,
          fmt::format("{} of the {} witnesses that you named cosigned the checkpoint{}: each has seen every "
                      "earlier one of this log to be its beginning.",
                      count->cosigned.size(), all,
                      count->cosigned.empty() ? "" : " (" + names_and_times(count->cosigned) + ")"));
}

}  // namespace countersign::verify
