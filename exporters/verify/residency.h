#pragma once

#include "exporters/jsonl/totals.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/tree/proof.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The statement of residency (data/residency.json): where a tenant's records and personal values were kept
/// over the period, and what of it crossed a border, as the region's system log tells. Made by the exporter
/// and made again by the verifier, from the same records. All functions are pure and thread-safe.
namespace countersign::verify {

/// What the record of an export says of where it went, to be put behind its context; and what is read of it.
std::string destination_note(const base::RegionId& destination);
std::optional<base::RegionId> destination_in(std::string_view context);

/// A record of the system log that speaks of the tenant.
struct SystemRecord {
  enum class What { added, moved, exported, retired };
  std::uint64_t seq = 0;
  base::Timestamp received;
  What what = What::added;
  base::RegionId from, to;                    ///< moved
  std::string reason;                         ///< moved
  std::optional<base::RegionId> destination;  ///< exported; absent where the record does not say
  std::string id = {}, context = {};          ///< retired: see record::retired_context
  base::Timestamp time = {};                  ///< retired
};

/// Reads a record's bytes. Absent where it is not `tenant.added`, `tenant.moved`, `export.performed` or
/// `records.retired` of this tenant. data_loss where it does not read, is of another log, or is a move that
/// does not say from where to where.
base::Result<std::optional<SystemRecord>> read_system_record(std::string_view bytes,
                                                             const base::LogName& system_log,
                                                             const base::TenantId& tenant);

/// The state of the system log that the records were proven against.
struct SystemLogHead {
  base::LogName log;
  std::uint64_t size = 0;
  base::Digest root;
  std::int64_t time = 0;  ///< POSIX seconds, signed
};

/// What the statement is about, and what it takes from outside of the system log.
struct ResidencyFacts {
  base::TenantId tenant;
  base::RegionId region;  ///< whose log and vault the bundle is of
  base::LogName log;
  jsonl::Period period;
  std::uint64_t records = 0;    ///< of the period in the log
  std::uint64_t disclosed = 0;  ///< personal values in the bundle, all from the region's vault
  base::Timestamp run_at;
  base::RegionId destination;               ///< of this export
  std::string event;                        ///< id under which this export is recorded; empty: it is not
  std::optional<SystemLogHead> system_log;  ///< absent: no checkpoint covers one yet
};

/// A time in which the tenant was pinned to a region; an end that is absent is open, or not known here.
struct Pin {
  base::RegionId region;
  std::optional<base::Timestamp> from, until;
};

/// The statement, computed.
struct Residency {
  ResidencyFacts facts;
  std::vector<Pin> pins;              ///< that touch the period, in order
  std::vector<SystemRecord> moves;    ///< of the period
  std::vector<SystemRecord> crossed;  ///< exports of the period to elsewhere
  std::uint64_t exports = 0;          ///< of the period
  std::uint64_t without_destination = 0;
  /// Places where a move does not begin where the one before ended: so many records of moves are missing at
  /// least.
  std::uint64_t gaps = 0;

  bool crosses_border() const { return facts.destination != facts.region; }
};

/// Computes the statement from all records of the tenant in the system log, in their order.
Residency residency_of(ResidencyFacts facts, const std::vector<SystemRecord>& records);

/// Whether a record belongs into the bundle: pins and retirements of all times, exports of the period.
inline bool belongs_to(const SystemRecord& record, const jsonl::Period& period) {
  return record.what != SystemRecord::What::exported || period.contains(record.received);
}

/// The text of data/residency.json: members in a fixed order, two spaces of indentation.
std::string format_residency(const Residency& residency);

/// Reads the facts out of a statement. data_loss where it is not spelled as format_residency spells what
/// residency_of makes of these facts and some records; whether they are the right records is for the caller
/// to compare, as a whole.
base::Result<ResidencyFacts> parse_residency(std::string_view text);

/// data/residency.proofs.json: for each line of data/residency.jsonl, where it stands in the system log.
struct ResidencyProofs {
  std::string checkpoint;  ///< a signed note of the system log
  struct Place {
    std::uint64_t seq = 0;
    tree::Path path;
  };
  std::vector<Place> places;
};

std::string format_residency_proofs(const ResidencyProofs& proofs);
/// Reads exactly what format_residency_proofs writes; data_loss for anything else.
base::Result<ResidencyProofs> parse_residency_proofs(std::string_view text);

}  // namespace countersign::verify
