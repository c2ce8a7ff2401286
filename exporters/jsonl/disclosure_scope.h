#pragma once

#include "ledger/base/result.h"
#include "ledger/record/event_schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::jsonl {

/// Sequence numbers as ranges, `17,42-50`: ascending, none touching the next.
class SeqRanges {
 public:
  static constexpr std::uint64_t kNumbersMax = 10'000;

  /// Reads numbers and ranges in any order, with commas between them; empty text is no range. Errors:
  /// invalid_argument, which names what would be right; resource_exhausted for more than kNumbersMax numbers.
  static base::Result<SeqRanges> parse(std::string_view text);

  bool empty() const { return ranges_.empty(); }
  bool contains(std::uint64_t seq) const;
  /// First and last of each.
  const std::vector<std::pair<std::uint64_t, std::uint64_t>>& ranges() const { return ranges_; }
  /// `17,42-50`; parse() gives the same ranges.
  std::string to_text() const;

 private:
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges_;
};

/// Which of the values a bundle shows, where it does not show all of them: those that satisfy each part that
/// is given. One scope holds for the whole bundle: a token that is opened is opened wherever it stands.
struct DisclosureScope {
  std::vector<record::Kind> kinds;  ///< in the order of record::Kind, each once; empty: every kind
  SeqRanges records;                ///< values that stand in one of them; empty: in any record
  /// These tokens; absent: any.
  std::optional<std::vector<std::string>> tokens = {};

  bool empty() const { return kinds.empty() && records.empty() && !tokens; }
  bool has_kind(record::Kind kind) const;
};

/// `email,phone`, in any order. Errors: invalid_argument, with the kinds that there are.
base::Result<std::vector<record::Kind>> parse_kinds(std::string_view text);
/// In the order of record::Kind, with commas between them.
std::string to_text(const std::vector<record::Kind>& kinds);

}  // namespace countersign::jsonl
