#include "exporters/verify/retired_check.h"

#include "exporters/jsonl/lines.h"
#include "exporters/verify/layout.h"
#include "ledger/base/span.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace countersign::verify {

using base::Code;
using base::fail;

bool RetiredCheck::load() {
  const auto* file = run_.bundle.find(layout::kRetired);
  if (file == nullptr) return true;
  const auto read = [&]() -> base::Result<void> {
    TRY_ASSIGN(auto reader, jsonl::BlockReader::open(file->path));
    for (std::string block;;) {
      TRY_ASSIGN(const bool more, reader.next(block));
      if (!more) break;
      std::string_view lines = block, line;
      while (jsonl::take_line(lines, line)) {
        TRY_ASSIGN(auto part, jsonl::read_retired_part(line));
        TRY(check_claim(part));
        parts_.push_back(std::move(part));
      }
    }
    if (parts_.empty()) return fail(Code::data_loss, "data/retired.jsonl is empty");
    return {};
  };
  const auto done = read();
  if (!done) run_.add("retired", CheckState::failed, done.error().message);
  found_.resize(parts_.size());
  return done.has_value();
}

/// Whether it can be, and follows the one before: ranges do not overlap, and nothing goes before it came.
base::Result<void> RetiredCheck::check_claim(const jsonl::RetiredPart& part) const {
  const auto* last = parts_.empty() ? nullptr : &parts_.back();
  const bool follows = last == nullptr || part.begin >= last->end ||
                       (part.begin == last->begin && part.end == last->end && part.part > last->part);
  if (!follows || part.begin >= part.end || part.records == 0 || part.records > part.end - part.begin)
    return fail(Code::data_loss, "data/retired.jsonl is not in order");
  if (part.last_received < part.first_received || part.retired < part.last_received ||
      run_.evidence->run_at < part.retired)
    return fail(Code::data_loss, "data/retired.jsonl states times that contradict one another");
  const auto keep = base::parse_span(part.keep);
  if (!keep)
    return fail(Code::data_loss,
                fmt::format("data/retired.jsonl says that the rule {} keeps '{}', which is no length of time",
                            part.rule, part.keep));
  if (part.retired < base::end_of(part.last_received, *keep))
    return fail(
        Code::data_loss,
        fmt::format("the records {} to {}, part {}, were retired on {}, before the rule {}, which keeps "
                    "{}, allows it",
                    part.begin, part.end - 1, part.part, base::format_rfc3339(part.retired), part.rule,
                    part.keep));
  return {};
}

void RetiredCheck::add(std::size_t part, std::uint64_t seq, const base::Digest& hash) {
  auto& found = found_[part];
  if (found.leaves.size() == 0) found.first = seq;
  found.last = seq;
  found.leaves.append(hash);
}

/// The log's signed checkpoints bound when a record came, whatever is said of it now that it is gone.
base::Result<void> RetiredCheck::check_times(std::size_t part, const jsonl::CommitTimes& commits) const {
  constexpr std::int64_t kClockStep = 300'000'000;  ///< a clock that was set back meanwhile
  constexpr std::int64_t kSecond = 1'000'000;
  const auto& said = parts_[part];
  const auto& found = found_[part];
  // Of a part that is seen in part only, others may have come before and after.
  const bool whole = found.leaves.size() == said.records;
  for (const auto& [seq, received, not_after, not_before] :
       {std::tuple(found.first, said.first_received, true, whole),
        std::tuple(found.last, said.last_received, whole, true)}) {
    const auto bounds = commits.bounds_of(seq);
    if ((not_after && bounds.by && received.micros >= (*bounds.by + 1) * kSecond + kClockStep) ||
        (not_before && bounds.behind && received.micros < *bounds.behind * kSecond - kClockStep))
      return fail(Code::data_loss,
                  fmt::format("the record {} is said to have been received {}, but the checkpoints around it "
                              "were signed at other times",
                              seq, base::format_rfc3339(received)));
  }
  return {};
}

base::Result<std::size_t> RetiredCheck::find(const jsonl::RetiredRecord& record) const {
  const auto behind =
      std::upper_bound(parts_.begin(), parts_.end(), record.seq,
                       [](std::uint64_t seq, const jsonl::RetiredPart& part) { return seq < part.begin; });
  for (auto part = behind; part != parts_.begin();) {
    --part;
    if (part->part == record.part && record.seq < part->end)
      return static_cast<std::size_t>(part - parts_.begin());
    if (part->begin != std::prev(behind)->begin) break;
  }
  return fail(Code::data_loss, "it is retired, but data/retired.jsonl does not say when and why");
}

base::Result<void> RetiredCheck::check(const jsonl::CommitTimes& commits) const {
  const auto& proofs = *run_.proofs;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const auto& part = parts_[i];
    const auto& leaves = found_[i].leaves;
    // A part that reaches beyond the run is seen in part only.
    const bool whole = proofs.first && part.begin >= proofs.first->seq && part.end <= proofs.last->seq + 1;
    const bool fits = whole ? leaves.size() == part.records && leaves.root() == part.root
                            : leaves.size() > 0 && leaves.size() <= part.records;
    if (!fits)
      return fail(
          Code::data_loss,
          fmt::format("what data/retired.jsonl says of the records {} to {}, part {}, does not fit their "
                      "hashes",
                      part.begin, part.end - 1, part.part));
    TRY(check_times(i, commits));
  }
  return {};
}

void RetiredCheck::finish(const jsonl::CommitTimes& commits) {
  if (parts_.empty()) return;
  run_.report.retired = parts_;
  run_.add(
      "retired", check(commits),
      "The hashes of records that were retired are there, as many as were, with the root that was kept; each "
      "was kept as long as its rule says.");
}

}  // namespace countersign::verify
