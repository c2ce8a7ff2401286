#include "exporters/verify/checks.h"
#include "exporters/verify/layout.h"
#include "exporters/verify/proven_records.h"
#include "exporters/verify/residency.h"
#include "ledger/record/retired_context.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kBytesMax = 256u << 20;

base::Result<void> check_scope(const Verification& run, const ResidencyFacts& facts) {
  const auto& evidence = *run.evidence;
  const auto& counts = evidence.counts;
  const auto count = [&](std::string_view name) -> std::uint64_t {
    const auto* value = counts.if_contains(boost::json::string_view(name.data(), name.size()));
    return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>() : 0;
  };
  if (facts.tenant != evidence.tenant || facts.region != evidence.region || facts.log != evidence.log ||
      facts.period.from != evidence.period.from || facts.period.to != evidence.period.to ||
      facts.run_at != evidence.run_at || facts.records != count("records") ||
      facts.disclosed != count("disclosures"))
    return fail(Code::data_loss, "data/residency.json is not about what evidence.json is about");
  return {};
}

/// What the lines of data/residency.jsonl say, which stand in the system log that the statement names.
base::Result<std::vector<SystemRecord>> read_records(const Verification& run, const ResidencyFacts& facts) {
  TRY_ASSIGN(const auto proven,
             read_proven_records(run, layout::kResidencyRecords, layout::kResidencyProofs));
  const auto &head = *facts.system_log, &signed_head = proven.head;
  if (head.log != signed_head.log)
    return fail(Code::data_loss, "the system log of the statement is not the region's");
  if (head.size != signed_head.size || head.root != signed_head.root || head.time != signed_head.time)
    return fail(Code::data_loss, "the system log's checkpoint is not the one that the statement names");
  std::vector<SystemRecord> out;
  for (const auto& line : proven.records) {
    auto record = read_system_record(line, head.log, facts.tenant);
    if (!record) return fail("a record in data/residency.jsonl", record.error());
    if (!*record || !belongs_to(**record, facts.period))
      return fail(Code::data_loss, "data/residency.jsonl holds a record that does not belong there");
    out.push_back(std::move(**record));
  }
  return out;
}

/// Compares what data/retired.jsonl says with what the system log recorded when it was done.
void check_retired(Verification& run, const std::vector<SystemRecord>& records) {
  const auto& tenant = run.evidence->tenant;
  std::size_t recorded = 0;
  for (const auto& part : run.report.retired) {
    const auto id = record::retired_event_id(tenant, part.begin, part.part);
    const auto found = std::find_if(records.begin(), records.end(), [&](const SystemRecord& one) {
      return one.what == SystemRecord::What::retired && one.id == id;
    });
    if (found == records.end()) continue;
    ++recorded;
    const auto context = record::retired_context(
        {part.begin, part.end, part.part, part.records, part.root, part.rule, part.keep});
    if (found->context == context && found->time == part.retired) continue;
    return run.add("retired_recorded", CheckState::failed,
                   fmt::format("What data/retired.jsonl says of the records {} to {}, part {}, is not what "
                               "the system log recorded when they were retired.",
                               part.begin, part.end - 1, part.part));
  }
  const auto all = run.report.retired.size();
  if (recorded == all) {
    run.add("retired_recorded", CheckState::passed,
            "What was retired, when and under which rule stands in the system log as the bundle says it.");
  } else {
    run.add(
        "retired_recorded", CheckState::not_claimed,
        fmt::format("Of {} parts that were retired, {} are in the system log of the bundle: when and under "
                    "which rule the others went is the operator's statement.",
                    all, recorded));
  }
}

base::Result<Residency> check(Verification& run) {
  TRY_ASSIGN(const auto text, run.bundle.read(layout::kResidency, kBytesMax));
  TRY_ASSIGN(auto facts, parse_residency(text));
  TRY(check_scope(run, facts));
  const bool backed = facts.system_log.has_value();
  for (const auto name : {layout::kResidencyRecords, layout::kResidencyProofs}) {
    if ((run.bundle.find(name) != nullptr) != backed)
      return fail(Code::data_loss, fmt::format("{} is missing, or is there without need", name));
  }
  std::vector<SystemRecord> records;
  if (backed) {
    TRY_ASSIGN(records, read_records(run, facts));
  }
  if (!run.report.retired.empty()) check_retired(run, records);
  auto residency = residency_of(std::move(facts), records);
  if (format_residency(residency) != text)
    return fail(
        Code::data_loss,
        "data/residency.json does not say what follows from the records of the system log: a pin, a move or "
        "an export was left out or altered");
  return residency;
}

std::string sentence_of(const Residency& residency) {
  const auto& facts = residency.facts;
  std::string pins;
  for (const auto& pin : residency.pins) pins += (pins.empty() ? "" : ", then ") + pin.region.value();
  return fmt::format(
      "By the system log of {}, up to {}, the tenant was pinned to {} in the period, moved {} times, and {} "
      "of {} "
      "exports left {}; this export goes to {}. That no further record of it exists is not proven.",
      facts.region.value(), base::format_rfc3339({facts.system_log->time * 1'000'000}),
      pins.empty() ? "no region that is known" : pins, residency.moves.size(), residency.crossed.size(),
      residency.exports, facts.region.value(), facts.destination.value());
}

}  // namespace

void check_residency(Verification& run) {
  const auto absent = [&](std::string_view name) { return run.bundle.find(name) == nullptr; };
  if (absent(layout::kResidency)) {
    const bool none = absent(layout::kResidencyRecords) && absent(layout::kResidencyProofs);
    run.add("residency", none ? CheckState::not_claimed : CheckState::failed,
            none ? "The bundle has no statement of residency."
                 : "data/residency.json is missing: it was taken out.");
    return;
  }
  // Without what it hangs on, which has failed by then, it cannot be checked.
  if (!run.evidence || !run.bundle_keys) return;
  const auto residency = check(run);
  if (!residency) {
    run.add("residency", CheckState::failed, residency.error().message);
  } else if (!residency->facts.system_log) {
    run.add("residency", CheckState::not_claimed,
            "The statement of residency is not backed by a system log: none had a checkpoint yet.");
  } else if (residency->gaps > 0) {
    run.add("residency", CheckState::not_claimed,
            fmt::format(
                "Where the tenant was pinned is not stated throughout: {} recorded moves do not begin where "
                "the one before ended, so the record of a move is missing.",
                residency->gaps));
  } else {
    run.add("residency", CheckState::passed, sentence_of(*residency));
  }
}

}  // namespace countersign::verify
