#include "exporters/bundle/export_bundle.h"

#include "exporters/bundle/bag.h"
#include "exporters/bundle/readme.h"
#include "exporters/bundle/retired_lines.h"
#include "exporters/bundle/verify_page.h"
#include "exporters/bundle/witnessed_checkpoint.h"
#include "exporters/jsonl/lines.h"
#include "exporters/verify/evidence.h"
#include "exporters/verify/layout.h"
#include "exporters/verify/proofs.h"
#include "ledger/crypto/cms.h"
#include "ledger/crypto/timestamp.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/tree/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace countersign::bundle {
namespace {

using base::Code;
using base::fail;
using record::Profile;
namespace layout = verify::layout;

/// One export; holds what its steps share.
class Export {
 public:
  Export(const BundleRequest& request, const BundleSources& sources, const ProgressFn& progress,
         Staging staging)
      : request_(request),
        ledger_(*sources.ledger),
        vault_(request.profile >= Profile::masked ? sources.vault : nullptr),
        cosignatures_(sources.cosignatures),
        progress_(progress),
        staging_(std::move(staging)),
        now_(request.clock()),
        totals_(request.period) {}

  base::Result<BundleSummary> run() {
    TRY_ASSIGN(filter_, jsonl::Filter::make(request_.filter));
    TRY(find_log());
    TRY(find_checkpoint());
    TRY(find_run());
    TRY(find_scope());
    TRY(write_checkpoints());
    TRY(write_records());
    TRY(write_boundary());
    TRY(write_proofs());
    TRY(write_keys());
    TRY(write_evidence());
    TRY(write_statement_of_residency());
    TRY(write_added_files());
    TRY(stage(request_.vendor, staging_));
    TRY(staging_.put(layout::kVerifyPage, base::verify_page().front().bytes));
    TRY(write_bag_files());
    TRY(sign());
    TRY_ASSIGN(summary_.bytes, pack(staging_, summary_.folder, request_.format, now_, request_.output));
    return summary_;
  }

 private:
  base::Result<void> find_log() {
    auto head = ledger_.log(request_.tenant);
    if (head) {
      head_ = *head;
      return {};
    }
    if (head.error().code != Code::not_found) return fail(head.error());
    // Nothing was ever appended for the tenant: a log of size 0.
    const auto& identity = ledger_.identity();
    head_.name = base::log_name(identity.origin, identity.region, request_.tenant);
    head_.number = -1;
    return {};
  }

  base::Result<void> find_checkpoint() {
    std::uint64_t newest_size = 0;
    if (head_.number >= 0) {
      TRY_ASSIGN(auto newest, ledger_.newest_checkpoint(head_));
      if (newest) {
        newest_size = newest->size;
        TRY_ASSIGN(note_,
                   most_witnessed(ledger_, head_, request_.period.to, std::move(*newest), cosignatures_));
      }
    }
    if (note_.empty() && head_.size > 0)
      return fail(
          Code::failed_precondition,
          fmt::format("no checkpoint covers the records of {} yet: try again in a few seconds, while the "
                      "daemon runs",
                      head_.name.text));
    if (note_.empty() && !request_.sign_empty_log)
      return fail(Code::failed_precondition,
                  fmt::format("the log {} has no record and no checkpoint yet: nothing can be proven of it",
                              head_.name.text));
    if (note_.empty())
      note_ = request_.sign_empty_log(head_.name, 0, tree::empty_root(), now_.micros / 1'000'000);
    // Read last: the key that signed the checkpoint may just have taken over.
    TRY(ledger_.read_identity_again());
    TRY_ASSIGN(keys_, store::key_chain_of(ledger_.identity(), head_.name));
    auto opened = keys_->open(note_);
    if (!opened) return fail("the newest checkpoint does not verify", opened.error());
    if (!opened->time) return fail(Code::data_loss, "the newest checkpoint does not state its time");
    checkpoint_ = *opened;
    summary_.checkpoint_size = checkpoint_.checkpoint.size;
    summary_.beyond_checkpoint = head_.size - std::min(head_.size, newest_size);
    return staging_.put(layout::kCheckpoint, note_);
  }

  std::uint64_t size() const { return checkpoint_.checkpoint.size; }

  base::Result<void> find_run() {
    if (size() == 0) return {};
    using Unsure = store::LedgerReader::Unsure;
    TRY_ASSIGN(begin_, ledger_.first_received(head_, request_.period.from, size(), Unsure::earliest));
    TRY_ASSIGN(end_, ledger_.first_received(head_, request_.period.to, size(), Unsure::latest));
    if (head_.number >= 0) {
      TRY_ASSIGN(sealed_, ledger_.sealed(head_));
    }
    // A record that is gone tells no time, so it is no boundary: the run goes on to one that is there.
    while (begin_ > 0 && retired_part(sealed_, begin_ - 1) != nullptr) --begin_;
    while (end_ < size() && retired_part(sealed_, end_) != nullptr) ++end_;
    return {};
  }

  /// The tokens that are opened, where the scope names records or tokens.
  base::Result<void> find_scope() {
    opening_.masked = request_.profile == Profile::masked;
    opening_.scope = request_.scope;
    const auto& scope = request_.scope;
    if (scope.tokens) opening_.tokens.emplace(scope.tokens->begin(), scope.tokens->end());
    if (scope.records.empty()) return {};
    std::set<std::string, std::less<>> found;
    for (const auto& [first, last] : scope.records.ranges()) {
      if (first < begin_ || last >= end_)
        return fail(Code::invalid_argument,
                    fmt::format("record {} is not in the period, or no checkpoint covers it yet",
                                first < begin_ ? first : std::max(first, end_)));
      TRY(ledger_.read(
          head_, first, last + 1,
          [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
            TRY_ASSIGN(const auto record, record::read_record(bytes));
            TRY_ASSIGN(const auto event, record::read_event(record.event));
            if (!filter_.matches(record, event))
              return fail(Code::invalid_argument,
                          fmt::format("the filter does not choose record {}, of which "
                                      "values are to be shown",
                                      base::index_of(seq)));
            return record::for_each_token(event, [&](const record::TokenAt& at) {
              if (!opening_.tokens || opening_.tokens->contains(at.token)) found.emplace(at.token);
            });
          },
          [](base::Seq seq) -> base::Result<void> {
            return fail(
                Code::invalid_argument,
                fmt::format("record {} was retired: there is nothing of it to show", base::index_of(seq)));
          }));
    }
    opening_.tokens = std::move(found);
    return {};
  }

  /// The checkpoints that tell when each record was committed: from the first that covers the first record to
  /// the first that covers the last.
  base::Result<void> write_checkpoints() {
    TRY_ASSIGN(auto file, staging_.begin(layout::kCheckpoints));
    if (begin_ < end_) {
      TRY_ASSIGN(const auto last, ledger_.checkpoint_covering(head_, end_));
      if (!last) return fail(Code::data_loss, "the ledger lost a checkpoint");
      std::string lines;
      TRY(ledger_.read_checkpoints(head_, begin_ + 1, last->size,
                                   [&](const store::CheckpointRow& row) -> base::Result<void> {
                                     commits_.add(row.size, row.time);
                                     jsonl::append_checkpoint(lines, {row.size, row.time, row.note});
                                     lines.push_back('\n');
                                     if (lines.size() < (1u << 20)) return {};
                                     auto done = file.append(lines);
                                     lines.clear();
                                     return done;
                                   }));
      TRY(file.append(lines));
    }
    return staging_.finish(std::move(file));
  }

  base::Result<void> write_records() {
    TRY_ASSIGN(auto records, staging_.begin(layout::kRecords));
    TRY_ASSIGN(auto events, staging_.begin(layout::kEvents));
    const auto values_name = opening_.masked ? layout::kMasks : layout::kDisclosures;
    TRY_ASSIGN(auto values, staging_.begin(values_name));
    TRY_ASSIGN(const auto counts, write_run(ledger_,
                                            {&head_, request_.tenant, begin_, end_, &filter_, &commits_,
                                             vault_, &opening_, request_.profile == Profile::none, &sealed_},
                                            {&records, &events, &values}, totals_, progress_));
    if (!request_.scope.records.empty()) summary_.also_opened = counts.also_opened;
    const bool shown = values.bytes() > 0;
    TRY(staging_.finish(std::move(records)));
    TRY(staging_.finish(std::move(events)));
    TRY(staging_.finish(std::move(values)));
    if (!shown) staging_.drop(values_name);
    return {};
  }

  bool has_before() const { return begin_ > 0; }
  bool has_after() const { return end_ < size(); }

  base::Result<void> write_boundary() {
    std::string lines;
    const auto write = [&](std::uint64_t seq) -> base::Result<void> {
      TRY_ASSIGN(const auto record, ledger_.record(head_, base::seq_at(seq)));
      if (request_.profile == Profile::none) {
        jsonl::append_withheld(lines, {seq, record::record_hash(record)});
      } else {
        lines += record;
      }
      lines.push_back('\n');
      return {};
    };
    if (has_before()) TRY(write(begin_ - 1));
    if (has_after()) TRY(write(end_));
    if (size() > 0) {
      const auto gone =
          retired_lines(sealed_, has_before() ? begin_ - 1 : begin_, has_after() ? end_ : size() - 1);
      if (!gone.empty()) TRY(staging_.put(layout::kRetired, gone));
    }
    return staging_.put(layout::kBoundary, lines);
  }

  base::Result<void> write_proofs() {
    verify::Proofs proofs{head_.name, size(), checkpoint_.checkpoint.root, {}, {}, {}};
    if (size() > 0) {
      const auto nodes = ledger_.nodes(head_);
      const std::uint64_t first = has_before() ? begin_ - 1 : begin_;
      const std::uint64_t last = has_after() ? end_ : end_ - 1;
      TRY_ASSIGN(auto path_first, tree::inclusion_path(first, size(), nodes));
      TRY_ASSIGN(auto path_last, tree::inclusion_path(last, size(), nodes));
      proofs.first = verify::Inclusion{first, std::move(path_first)};
      proofs.last = verify::Inclusion{last, std::move(path_last)};
      TRY_ASSIGN(auto previous, ledger_.checkpoint_before(head_, size()));
      if (previous) {
        tree::Path path;
        if (previous->size > 0) {
          TRY_ASSIGN(path, tree::consistency_path(previous->size, size(), nodes));
        }
        proofs.previous = verify::Previous{std::move(previous->note), std::move(path)};
      }
    }
    return staging_.put(layout::kProofs, verify::format_proofs(proofs));
  }

  base::Result<void> write_keys() {
    TRY(staging_.put(layout::kSigner, request_.certificate->to_pem()));
    const auto& endorsements = ledger_.identity().rotations;
    for (std::size_t i = 0; i < endorsements.size(); ++i)
      TRY(staging_.put(fmt::format("{}{}", layout::kRotations, i + 1), endorsements[i]));
    return staging_.put(layout::kLogKeys, keys_->vkeys());
  }

  base::Result<void> write_evidence() {
    verify::Evidence evidence;
    evidence.tenant = request_.tenant;
    evidence.region = ledger_.identity().region;
    evidence.log = head_.name;
    evidence.period = request_.period;
    evidence.filter = request_.filter;
    evidence.query_text = request_.query_text.empty() ? filter_.to_text() : request_.query_text;
    evidence.profile = request_.profile;
    evidence.scope = request_.scope;
    evidence.recipient = request_.recipient;
    evidence.timestamped = request_.timestamp != nullptr;
    evidence.run_at = now_;
    evidence.requested_by = request_.requested_by;
    evidence.software = "countersign " COUNTERSIGN_VERSION;
    evidence.counts = totals_.counts();
    evidence.totals = totals_.totals();
    evidence.gaps = totals_.gaps();
    evidence.late_arrivals = totals_.late_arrivals();
    evidence.checkpoint_size = size();
    evidence.checkpoint_root = checkpoint_.checkpoint.root;
    evidence.checkpoint_time = *checkpoint_.time;
    evidence.beyond_checkpoint = summary_.beyond_checkpoint;
    summary_.folder = layout::folder_name(request_.tenant, request_.period);
    summary_.records = totals_.records();
    summary_.withheld = totals_.withheld();
    summary_.disclosures = totals_.disclosures();
    summary_.masks = totals_.masks();
    TRY(staging_.put(layout::kEvidence, verify::format_evidence(evidence)));
    const auto& vendor = request_.vendor;
    const bool values = totals_.disclosures() + totals_.masks() > 0;
    return staging_.put(layout::kReadme, readme_text(evidence, {request_.certificate, evidence.timestamped,
                                                                values, vendor.has(layout::kDocuments),
                                                                vendor.has(layout::kQuestionnaire)}));
  }

  base::Result<void> write_statement_of_residency() {
    const auto& region = ledger_.identity().region;
    const auto& asked = request_.residency;
    return write_residency(ledger_,
                           {request_.tenant,
                            region,
                            head_.name,
                            request_.period,
                            totals_.records(),
                            totals_.disclosures(),
                            now_,
                            asked.destination.value().empty() ? region : asked.destination,
                            asked.event,
                            {}},
                           staging_);
  }

  base::Result<void> write_added_files() {
    if (!request_.add_files) return {};
    TRY_ASSIGN(const auto files, request_.add_files({staging_.path_of(layout::kRecords),
                                                     begin_,
                                                     end_,
                                                     head_.name,
                                                     checkpoint_.checkpoint,
                                                     {*checkpoint_.time * 1'000'000},
                                                     now_}));
    for (const auto& [name, content] : files) TRY(staging_.put(name, content));
    return {};
  }

  base::Result<void> write_bag_files() {
    TRY_ASSIGN(tag_manifest_, write_bag(staging_, {summary_.folder, head_.name, request_.period, now_}));
    summary_.seal = staging_.entries().find(layout::kTagManifest)->second.sha256;
    return {};
  }

  base::Result<void> sign() {
    TRY_ASSIGN(const auto signature,
               crypto::sign_detached(tag_manifest_, *request_.certificate, *request_.key, now_));
    TRY(staging_.put(layout::kSignature, signature));
    if (!request_.timestamp) return {};
    const auto asked = crypto::make_timestamp_request(signature, request_.entropy);
    auto response = request_.timestamp(asked.der);
    if (!response) return fail("cannot have the bundle timestamped", response.error());
    const auto token =
        crypto::verify_timestamp(*response, signature, {asked.nonce, request_.timestamp_authorities});
    if (!token) return fail("the timestamp authority's answer cannot be used", token.error());
    summary_.timestamped = token->time;
    TRY_ASSIGN(const auto minimal, crypto::minimal_timestamp(*response));
    return staging_.put(layout::kTimestamp, minimal);
  }

  const BundleRequest& request_;
  store::LedgerReader& ledger_;
  vault::VaultReader* vault_;
  witness::CosignatureBook* cosignatures_;
  const ProgressFn& progress_;
  Staging staging_;
  const base::Timestamp now_;

  store::LogHead head_;
  std::optional<tree::KeyChain> keys_;
  std::string note_;
  tree::OpenedCheckpoint checkpoint_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  std::vector<store::SegmentRange> sealed_;
  jsonl::Filter filter_;
  jsonl::CommitTimes commits_;
  jsonl::Totals totals_;
  Opening opening_;
  std::string tag_manifest_;
  BundleSummary summary_;
};

}  // namespace

base::Result<BundleSummary> export_bundle(const BundleRequest& request, const BundleSources& sources,
                                          const ProgressFn& progress) {
  if (request.period.to <= request.period.from)
    return fail(Code::invalid_argument, "the period ends before it begins");
  if (!request.key->belongs_to(*request.certificate))
    return fail(Code::invalid_argument, "the signing certificate is not for the signing key");
  if (request.profile >= Profile::masked && sources.vault == nullptr)
    return fail(Code::invalid_argument, "personal values can only be shown with the region's vault");
  if (request.profile < Profile::masked && !request.scope.empty())
    return fail(Code::invalid_argument,
                fmt::format("the profile {} shows no value, so there is nothing to choose from",
                            record::to_string(request.profile)));
  if (request.profile == Profile::none && !request.filter.empty())
    return fail(Code::invalid_argument, "the profile none shows no record, so a filter would choose nothing");
  if (request.add_files && (!request.filter.empty() || request.profile == Profile::none))
    return fail(Code::invalid_argument,
                "a report is made of all records of the period: leave out the filter, and take another "
                "profile than none");
  TRY_ASSIGN(auto staging, Staging::make(request.output));
  return Export(request, sources, progress, std::move(staging)).run();
}

}  // namespace countersign::bundle
