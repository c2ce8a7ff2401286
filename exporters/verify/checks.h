#pragma once

#include "exporters/verify/evidence.h"
#include "exporters/verify/proofs.h"
#include "exporters/verify/report.h"
#include "exporters/verify/unpack.h"
#include "exporters/verify/verify_bundle.h"
#include "ledger/tree/key_chain.h"

#include <optional>
#include <string>
#include <vector>

namespace countersign::verify {

/// What the checks of one verification share: each adds its lines to the report, and leaves here what the
/// next ones need. One thread.
struct Verification {
  const OpenedBundle& bundle;
  const VerifyOptions& options;
  const ProgressFn& progress;
  VerifyReport& report;

  std::optional<Evidence> evidence;
  std::optional<Proofs> proofs;
  std::vector<tree::NoteVerifier> trusted_keys;  ///< of options, read
  std::optional<tree::KeyChain> bundle_keys;     ///< of keys/log.vkey and keys/rotations
  std::vector<std::string> endorsements;         ///< of keys/rotations
  std::optional<tree::OpenedCheckpoint> checkpoint;

  void add(std::string name, CheckState state, std::string sentence) {
    report.checks.push_back({std::move(name), state, std::move(sentence)});
  }
  void add(std::string name, const base::Result<void>& result, std::string good) {
    if (!result) good = result.error().message;
    add(std::move(name), result ? CheckState::passed : CheckState::failed, std::move(good));
  }
};

/// The keys of a log with the endorsements of those that took over, in their order.
struct KeysOfLog {
  tree::KeyChain keys;
  std::vector<std::string> endorsements;
};
/// `keys_name` holds the keys of the log and of its clock, one a line, and files below `rotations_name` how
/// each that is not the first took over. data_loss.
base::Result<KeysOfLog> read_key_chain(const OpenedBundle& bundle, const base::LogName& log,
                                       std::string_view keys_name, std::string_view rotations_name);

/// `file_list`, `file_hashes`, `payload_size`: the bag is what its manifests say (RFC 8493).
void check_bag(Verification& run);

/// `evidence`: what the bundle claims of itself. The checks below do what they can where it does not read.
void check_evidence(Verification& run);

/// `signature`, `signer`, `timestamp`: who signed the list of files, and when at the latest.
void check_identity(Verification& run);

/// `log_keys`, `checkpoint`, `proofs`, `consistency`: the log's own signed statements.
void check_log(Verification& run);

/// `witnesses`: who else has cosigned the checkpoint; only where the reader named some.
void check_witnesses(Verification& run);

/// `records`, `completeness`, `commit_times`, `disclosures`, `events_table`, `figures`, `known_checkpoints`:
/// everything that takes the records themselves.
void check_records(Verification& run);

/// `residency`: where everything was kept, made again from records of the system log; `retired_recorded`:
/// that those also tell of what was retired, as data/retired.jsonl says.
void check_residency(Verification& run);

/// `report_records`, `report`: that the records of the system log that a report goes by stand in it. What the
/// report says of them is for VerifyOptions::recompute.
void check_reports(Verification& run);

/// `vendor_records`, `documents`, `questionnaire`, `answers`, `cited_controls`: that what the bundle holds of
/// the vendor is what was recorded of it. Nothing where it holds none.
void check_vendor(Verification& run);

}  // namespace countersign::verify
