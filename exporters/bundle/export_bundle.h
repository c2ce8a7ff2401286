#pragma once

#include "exporters/bundle/pack.h"
#include "exporters/bundle/record_run.h"
#include "exporters/bundle/residency.h"
#include "exporters/bundle/vendor_files.h"
#include "exporters/jsonl/disclosure_scope.h"
#include "exporters/jsonl/filter.h"
#include "exporters/jsonl/totals.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/x509.h"
#include "ledger/record/profile.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/vault/vault_reader.h"
#include "ledger/witness/cosignature_book.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::bundle {

/// Sends an RFC 3161 request to the timestamp authority and gives its answer, both in DER.
using TimestampCall = std::function<base::Result<std::string>(std::string_view request_der)>;

/// Signs the checkpoint of a log without records, where none was published: a note as store::Writer makes it.
using EmptyLogSigner = std::function<std::string(const base::LogName&, std::uint64_t size,
                                                 const base::Digest& root, std::int64_t time)>;

/// What is known once a bundle's records are staged.
struct StagedRecords {
  std::filesystem::path file;        ///< data/records.jsonl
  std::uint64_t begin = 0, end = 0;  ///< the numbers of the records in it: [begin, end)
  base::LogName log;
  tree::Checkpoint checkpoint;
  base::Timestamp checkpoint_time, run_at;
};
/// Makes files from them that go into the bundle too: content by path, below `data/`.
using AddFiles =
    std::function<base::Result<std::map<std::string, std::string>>(const StagedRecords& records)>;

struct BundleRequest {
  base::TenantId tenant;
  jsonl::Period period;
  std::vector<jsonl::FilterTerm> filter = {};
  /// The question as it was asked, kept in evidence.json with its hash; empty: the filter, spelled out.
  std::string query_text = {};
  record::Profile profile = record::Profile::pseudonymous;
  /// With the profiles masked and full: what alone is shown. Records that it names must be shown ones.
  jsonl::DisclosureScope scope = {};
  std::string recipient = {};  ///< whom the bundle is for; stands in evidence.json as it is given
  ArchiveFormat format = ArchiveFormat::zip;
  std::filesystem::path output;
  const crypto::Certificate* certificate = nullptr;
  const crypto::SigningKey* key = nullptr;
  std::string requested_by;
  base::Clock clock;
  crypto::Entropy entropy;
  TimestampCall timestamp = nullptr;  ///< null: no timestamp
  /// What the timestamp's chain is checked against before the bundle is given out; empty: not checked.
  std::vector<crypto::Certificate> timestamp_authorities = {};
  EmptyLogSigner sign_empty_log = nullptr;
  ResidencyRequest residency = {};
  AddFiles add_files = nullptr;  ///< needs all records: no filter, and not the profile none
  VendorFiles vendor = {};       ///< documents and a questionnaire: see VendorRecords
};

struct BundleSources {
  store::LedgerReader* ledger = nullptr;
  vault::VaultReader* vault = nullptr;               ///< needed only for the profiles masked and full
  witness::CosignatureBook* cosignatures = nullptr;  ///< null: no witness has cosigned anything
};

struct BundleSummary {
  std::string folder;  ///< the one folder in the archive
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;  ///< in the period, withheld ones included
  std::uint64_t withheld = 0;
  std::uint64_t disclosures = 0;
  std::uint64_t masks = 0;
  /// Records that the scope does not name and that hold a value which it opens; 0 where it names none.
  std::uint64_t also_opened = 0;
  std::uint64_t checkpoint_size = 0;
  std::uint64_t beyond_checkpoint = 0;  ///< records of the log that no checkpoint covered yet: left out
  base::Digest seal;                    ///< SHA-256 of tagmanifest-sha256.txt, which is what was signed
  std::optional<base::Timestamp> timestamped;
};

/// Writes a bundle (exporters/README.md) of what the newest checkpoint covers. Where witnesses have cosigned
/// one that proves the period as well, because it covers a record from behind it, that one is taken, with
/// their cosignatures. Reads beside a running writer. Memory does not grow with the bundle; a temporary
/// folder beside the output holds its files until they are packed and is removed whatever happens; the output
/// appears whole or not at all. One thread at a time calls, others work inside.
///
/// Errors: invalid_argument for a period that ends before it begins, a filter or scope that cannot be used or
/// does not go with the profile or with `add_files`, or a certificate that is not for the key;
/// failed_precondition where no checkpoint covers the log's records yet or the log is empty and nobody can
/// sign for it; data_loss where the ledger does not read, its checkpoint does not verify or a file of
/// `vendor` is another than it should be; what the
/// timestamp call gives; resource_exhausted where the disk is full.
base::Result<BundleSummary> export_bundle(const BundleRequest& request, const BundleSources& sources,
                                          const ProgressFn& progress);

}  // namespace countersign::bundle
