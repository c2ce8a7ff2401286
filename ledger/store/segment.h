#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::store {

/// What stays known of sealed records, also when they are gone. A range of a log is sealed as one part or as
/// several, one for each time of keeping that its types of event have, so that each can go when it is due.
struct SegmentStatement {
  base::LogName log;
  std::uint64_t begin = 0;  ///< of the range
  std::uint64_t end = 0;    ///< behind it
  unsigned part = 0;        ///< from 0
  unsigned parts = 1;
  std::vector<std::string> types;  ///< of the part's events, in order
  std::uint64_t records = 0;       ///< of the part
  std::uint64_t bytes = 0;         ///< of the records, without line feeds
  base::Timestamp first_received;
  base::Timestamp last_received;
  base::Digest root;          ///< RFC 6962 root over the record hashes of the part, in order
  std::uint64_t key_sum = 0;  ///< over the part's idempotency rows; see key_part()
  std::string file;           ///< in the region's folder `segments`
  base::Digest file_sha256;
  base::Timestamp sealed;

  bool operator==(const SegmentStatement&) const = default;
};

/// What a part says of itself once its records are gone.
struct RetirementStatement {
  base::LogName log;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  unsigned part = 0;
  std::uint64_t records = 0;
  base::Digest root;
  base::Timestamp retired;
  std::string rule;  ///< under which: `pci_dss`, or `custom`
  std::string keep;  ///< how long the rule keeps: `12 months`

  bool operator==(const RetirementStatement&) const = default;
};

/// One line of JSON each. The readers accept exactly what is written; data_loss for anything else.
std::string format_segment(const SegmentStatement& statement);
base::Result<SegmentStatement> parse_segment(std::string_view text);
std::string format_retirement(const RetirementStatement& statement);
base::Result<RetirementStatement> parse_retirement(std::string_view text);

/// Which records of a range are of a part: bit n of byte n/8 stands for record `begin + n`. Empty: all.
using Members = std::vector<std::uint8_t>;

/// Whether record `begin + at` is one.
inline bool is_member(const Members& members, std::uint64_t at) {
  return members.empty() || (at / 8 < members.size() && ((members[at / 8] >> (at % 8)) & 1) != 0);
}
/// How many of the first `at` records are members.
std::uint64_t members_before(const Members& members, std::uint64_t at);

/// A part of a sealed range as the ledger keeps it.
struct SegmentPart {
  SegmentStatement statement;
  Members members;
  std::optional<RetirementStatement> retired;
};

/// A sealed range.
struct SegmentRange {
  std::int64_t log = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::vector<SegmentPart> parts;
  /// Record hashes of what stands behind the range's last multiple of 256: of a tile that was not full yet.
  std::vector<base::Digest> tail_hashes;

  std::uint64_t tail_begin() const { return std::max(begin, end / 256 * 256); }
  /// The part that record `seq` belongs to; null where none claims it.
  const SegmentPart* part_of(std::uint64_t seq) const;
};

/// Checks what a range says against the record hashes of its log from `begin` on: that each record is of one
/// part, each part has the records that it counts and the root that it states, and that what was retired is
/// what was sealed. data_loss, naming the part, otherwise.
base::Result<void> check_range(const SegmentRange& range, std::span<const base::Digest> hashes);

}  // namespace countersign::store
