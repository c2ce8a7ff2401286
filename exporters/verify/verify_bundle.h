#pragma once

#include "exporters/verify/report.h"
#include "exporters/verify/unpack.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/x509.h"
#include "ledger/tree/witness_policy.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::verify {

struct Evidence;
struct ProvenRecords;

/// What a report in a bundle is made of, all of it checked.
struct ReportSources {
  const OpenedBundle& bundle;
  const Evidence& evidence;
  const ProvenRecords* system = nullptr;  ///< null: the bundle has no system log to go by
};
/// Makes the report again; a failure says what differs.
using RecomputeFn = std::function<base::Result<std::string>(const ReportSources&)>;

/// What the reader knows from elsewhere, not from the bundle.
struct VerifyOptions {
  std::vector<base::Digest> certificates = {};  ///< SHA-256 fingerprints of signers that are trusted
  std::vector<std::string> log_vkeys = {};      ///< public keys of the log that are trusted (C2SP vkey)
  std::vector<crypto::Certificate> timestamp_authorities = {};
  /// Signed checkpoints of the log that were kept elsewhere: the bundle must extend or contain each.
  std::vector<std::string> known_checkpoints = {};
  /// Which witnesses must have cosigned the bundle's checkpoint; empty: cosignatures are not looked at. The
  /// logs that it names are trusted as those of log_vkeys are.
  std::optional<tree::WitnessPolicy> witnesses = std::nullopt;
  /// Makes a bundle's report again and gives a sentence for the check `report`, which fails where this does;
  /// null: the figures of a report are not looked at.
  RecomputeFn recompute = nullptr;
  UnpackLimits limits = {};
  unsigned threads = 0;  ///< 0: one for each core
};

/// Called now and then: what is being done (`unpack` counts bytes, `records` counts records), how much is
/// done, and of how much, or 0 where that is not known. From the thread that called.
using ProgressFn = std::function<void(std::string_view step, std::uint64_t done, std::uint64_t total)>;

/// Checks every claim of a bundle: a `.zip`, a `.tar.zst` or an unpacked folder. Needs no configuration, no
/// network and no appliance. Trusts nothing in the bundle but what follows from `options`. Whatever is wrong
/// with the bundle is in the report; an Error is only for what hinders reading it: not_found,
/// permission_denied, resource_exhausted (no room to unpack), and invalid_argument for a vkey or a checkpoint
/// in `options` that does not read. Memory does not grow with the bundle but for 16 bytes for each checkpoint
/// and about 50 for each disclosed value.
base::Result<VerifyReport> verify_bundle(const std::filesystem::path& path, const VerifyOptions& options,
                                         const ProgressFn& progress);

}  // namespace countersign::verify
