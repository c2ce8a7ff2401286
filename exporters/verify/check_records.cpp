#include "exporters/jsonl/lines.h"
#include "exporters/verify/checks.h"
#include "exporters/verify/commit_checkpoints.h"
#include "exporters/verify/known_checkpoints.h"
#include "exporters/verify/layout.h"
#include "exporters/verify/record_scan.h"
#include "exporters/verify/retired_check.h"
#include "exporters/verify/run_tree.h"
#include "exporters/verify/table_compare.h"
#include "exporters/verify/value_check.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;

/// A record that stands just outside of the period; with the profile `none`, its place and hash only.
struct BoundaryRecord {
  std::uint64_t seq = 0;
  std::optional<base::Digest> prev;
  base::Digest hash;
  std::optional<base::Timestamp> received;
};

base::Result<BoundaryRecord> read_boundary_record(std::string_view line, const Evidence& evidence) {
  if (evidence.profile == record::Profile::none) {
    TRY_ASSIGN(const auto withheld, jsonl::read_withheld(line));
    return BoundaryRecord{withheld.seq, {}, withheld.hash, {}};
  }
  TRY_ASSIGN(const auto record, record::read_record(line));
  TRY_ASSIGN(const auto event, record::read_event(record.event));
  if (record.log != evidence.log.text || event.plain(record::kTenant) != evidence.tenant.value())
    return fail(Code::data_loss, "it is of another log");
  return BoundaryRecord{base::index_of(record.seq), record.prev, record::record_hash(line), record.received};
}

/// The checks that go through the records once; holds what they share.
class RecordCheck {
 public:
  explicit RecordCheck(Verification& run)
      : run_(run), values_(run), retired_(run), totals_(run.evidence->period) {}

  void check() {
    known_.emplace(run_);
    if (!retired_.load() || !check_boundary() || !read_commits() || !values_.load() || !make_filter()) return;
    rules_.disclosures = values_.index();
    rules_.retired = &retired_;
    rules_.evidence = &*run_.evidence;
    const auto scanned = scan();
    if (!scanned && !run_.report.first_wrong) {
      run_.add("records", CheckState::failed, scanned.error().message);
      return;
    }
    if (!scanned) {
      run_.add("records", CheckState::failed,
               fmt::format("Record {}: {}.", run_.report.first_wrong->seq, run_.report.first_wrong->why));
      return;
    }
    run_.add("records", CheckState::passed,
             evidence().profile == record::Profile::none
                 ? fmt::format("All {} records stand by number and hash, without a gap.", totals_.records())
                 : fmt::format(
                       "All {} records read, follow one another without a gap by number and hash, and were "
                       "received in the period, in order.",
                       totals_.records()));
    finish();
  }

 private:
  const OpenedBundle& bundle() const { return run_.bundle; }
  const Evidence& evidence() const { return *run_.evidence; }
  const std::filesystem::path& path_of(std::string_view name) const { return bundle().find(name)->path; }

  /// Whether it stands before the period: by the time of receipt, or, where none is shown, by its place in
  /// the proofs. Of a log of one record it does not matter.
  bool stands_before(const BoundaryRecord& record) const {
    if (record.received) return *record.received < evidence().period.from;
    const auto& proofs = *run_.proofs;
    if (!proofs.first || record.seq != proofs.first->seq) return false;
    return proofs.first->seq != proofs.last->seq || (record.seq > 0 && record.seq + 1 == proofs.tree_size);
  }

  /// The records before and behind the period.
  base::Result<void> read_boundary() {
    TRY_ASSIGN(const auto text, bundle().read(layout::kBoundary));
    std::string_view lines = text, line;
    while (jsonl::take_line(lines, line)) {
      TRY_ASSIGN(const auto record, read_boundary_record(line, evidence()));
      auto& place = stands_before(record) ? before_ : after_;
      const bool inside = record.received && evidence().period.contains(*record.received);
      if (inside || place || (&place == &before_ && after_))
        return fail(Code::data_loss, "data/boundary.jsonl holds a record that does not stand at a boundary");
      place = record;
    }
    if (!text.empty() && text.back() != '\n')
      return fail(Code::data_loss, "data/boundary.jsonl does not end in a line feed");
    const auto& proofs = *run_.proofs;
    if (!proofs.first) {
      if (before_ || after_) return fail(Code::data_loss, "an empty log has no boundary records");
      return {};
    }
    if (before_ ? before_->seq != proofs.first->seq : proofs.first->seq != 0)
      return fail(Code::data_loss,
                  "the record just before the period is missing: it would show that none of the "
                  "period was left out at its beginning");
    if (after_ ? after_->seq != proofs.last->seq : proofs.last->seq + 1 != proofs.tree_size)
      return fail(Code::data_loss,
                  "the record just behind the period is missing: it would show that none of the "
                  "period was left out at its end");
    return {};
  }

  bool check_boundary() {
    const auto read = read_boundary();
    if (!read) run_.add("boundary", CheckState::failed, read.error().message);
    if (read)
      run_.add(
          "boundary", CheckState::passed,
          !before_ && !after_ ? "The period takes in the whole log."
          : evidence().profile == record::Profile::none
              ? "The neighbours of the records are there, as hashes. That they lie outside of the period "
                "is the operator's statement: no record is shown."
              : "The records just outside of the period are there and outside of it.");
    run_.report.boundary_withheld = evidence().profile == record::Profile::none && (before_ || after_);
    return read.has_value();
  }

  bool read_commits() {
    auto times = read_commit_times(path_of(layout::kCheckpoints), *run_.bundle_keys, threads());
    if (!times) run_.add("commit_times", CheckState::failed, times.error().message);
    if (times) rules_.commits = std::move(*times);
    return times.has_value();
  }

  unsigned threads() const {
    return run_.options.threads != 0 ? run_.options.threads
                                     : std::max(1u, std::thread::hardware_concurrency());
  }

  bool make_filter() {
    auto filter = jsonl::Filter::make(evidence().filter);
    if (!filter) run_.add("evidence_filter", CheckState::failed, filter.error().message);
    if (filter) rules_.filter = std::move(*filter);
    return filter.has_value();
  }

  base::Result<void> wrong(std::uint64_t seq, std::string why) {
    if (!run_.report.first_wrong) run_.report.first_wrong = WrongRecord{seq, why};
    return fail(Code::data_loss, std::move(why));
  }

  base::Result<void> scan() {
    if (run_.proofs->first) {
      TRY_ASSIGN(auto tree, RunTree::begin(*run_.proofs));
      tree_.emplace(std::move(tree));
      known_->compare(*tree_);
    }
    next_ = before_ ? before_->seq + 1 : 0;
    if (before_) {
      last_hash_ = before_->hash;
      TRY(tree_->add(before_->hash));
      known_->compare(*tree_);
    }
    TRY_ASSIGN(auto roots, CommitRoots::open(path_of(layout::kCheckpoints)));
    roots_.emplace(std::move(roots));
    TRY_ASSIGN(auto table, TableCompare::open(path_of(layout::kEvents)));
    table_.emplace(std::move(table));
    TRY_ASSIGN(auto reader, jsonl::BlockReader::open(path_of(layout::kRecords)));
    const bool small = bundle().find(layout::kRecords)->bytes < (4u << 20);
    RecordScan records(std::move(reader), rules_, small ? 1 : threads());
    for (;;) {
      TRY_ASSIGN(auto block, records.take());
      if (!block) break;
      TRY(add_block(*block));
      if (run_.progress) run_.progress("records", totals_.records(), run_.proofs->tree_size);
    }
    return add_after();
  }

  /// Joins a block to what came before it.
  base::Result<void> add_block(CheckedBlock& block) {
    if (!block.leaves.empty()) {
      if (block.first_seq != next_)
        return wrong(next_, fmt::format("record {} stands in its place", block.first_seq));
      if (block.first_prev && *block.first_prev != last_hash_)
        return wrong(
            next_,
            "its prev is not the hash of the record before it: one of the two was altered, or a record "
            "was removed, added or moved");
      if (block.first_received && last_received_ && *block.first_received < *last_received_)
        return wrong(next_, "it was received before a record in front of it");
    }
    for (const auto& leaf : block.leaves) TRY(add_leaf(leaf));
    for (const auto& one : block.retired) retired_.add(one.part, one.seq, one.hash);
    if (!block.fault.empty()) return wrong(next_, block.fault);
    if (block.last_received) last_received_ = block.last_received;
    TRY(table_->add(block.events, block.totals.shown()));
    totals_.merge(block.totals);
    return {};
  }

  base::Result<void> add_leaf(const base::Digest& leaf) {
    if (!tree_ || tree_->size() > run_.proofs->last->seq)
      return wrong(next_, "it stands behind the last record that the proofs are for");
    TRY(tree_->add(leaf));
    last_hash_ = leaf;
    ++next_;
    if (roots_->next_size() && *roots_->next_size() <= tree_->size()) {
      if (*roots_->next_size() != tree_->size() || roots_->next_root() != tree_->root())
        return wrong(next_ - 1,
                     fmt::format("up to it the records are not those that the checkpoint of size {} was "
                                 "signed over",
                                 *roots_->next_size()));
      TRY(roots_->advance());
    }
    known_->compare(*tree_);
    return {};
  }

  base::Result<void> add_after() {
    if (!after_) return {};
    if (after_->seq != next_) return wrong(next_, "it is missing");
    if (next_ > 0 && after_->prev && *after_->prev != last_hash_)
      return wrong(next_, "its prev is not the hash of the record before it: one of the two was altered");
    TRY(tree_->add(after_->hash));
    known_->compare(*tree_);
    return {};
  }

  void finish() {
    run_.report.records = totals_.records();
    run_.report.withheld = totals_.withheld();
    const auto complete = tree_ ? tree_->finish() : base::Result<void>();
    run_.add(
        "completeness", complete,
        "The records, with those at the boundaries, lead to the root hash that the log signed: none was left "
        "out, added, changed or moved.");
    run_.add("commit_times", check_last_commit(), "The log signed when each record was in it at the latest.");
    retired_.finish(rules_.commits);
    values_.finish(totals_);
    run_.add("events_table", table_->finish(),
             evidence().profile == record::Profile::masked
                 ? "data/events.csv is, byte by byte, what the records and masks give."
                 : "data/events.csv is, byte by byte, what the records and disclosures give.");
    run_.add("figures", check_figures(), "The figures of evidence.json are what counting the records gives.");
    if (!run_.options.known_checkpoints.empty())
      run_.add("known_checkpoints", known_->finish(),
               "The log still holds what it held when the checkpoints that you kept were signed.");
  }

  /// One checkpoint may lie behind the records: the first that covers the last of them.
  base::Result<void> check_last_commit() {
    if (!roots_->next_size()) return {};
    const auto& newest = run_.checkpoint->checkpoint;
    const auto size = *roots_->next_size();
    if (totals_.records() == 0 || size > newest.size ||
        (size == newest.size && roots_->next_root() != newest.root))
      return fail(Code::data_loss,
                  "data/checkpoints.jsonl ends in a checkpoint that does not belong to the records");
    TRY(roots_->advance());
    if (roots_->next_size())
      return fail(Code::data_loss, "data/checkpoints.jsonl holds checkpoints that belong to no record");
    return {};
  }

  base::Result<void> check_figures() const {
    const auto differs = [](std::string_view what) {
      return fail(Code::data_loss,
                  fmt::format("'{}' of evidence.json is not what counting the records gives", what));
    };
    if (evidence().counts != totals_.counts()) return differs("counts");
    if (evidence().totals != totals_.totals()) return differs("totals");
    if (evidence().gaps != totals_.gaps()) return differs("gaps");
    if (evidence().late_arrivals != totals_.late_arrivals()) return differs("late_arrivals");
    return {};
  }

  Verification& run_;
  std::optional<BoundaryRecord> before_;
  std::optional<BoundaryRecord> after_;
  ValueCheck values_;
  RetiredCheck retired_;
  RecordRules rules_;
  std::optional<RunTree> tree_;
  std::optional<CommitRoots> roots_;
  std::optional<TableCompare> table_;
  std::optional<KnownCheckpoints> known_;
  jsonl::Totals totals_;
  std::uint64_t next_ = 0;
  base::Digest last_hash_;
  std::optional<base::Timestamp> last_received_;
};

}  // namespace

void check_records(Verification& run) {
  if (!run.evidence || !run.proofs) return;
  for (const auto name : {layout::kBoundary, layout::kCheckpoints, layout::kRecords, layout::kEvents}) {
    if (run.bundle.find(name) == nullptr) return;
  }
  RecordCheck(run).check();
}

}  // namespace countersign::verify
