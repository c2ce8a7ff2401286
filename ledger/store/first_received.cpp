#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"

#include <algorithm>

namespace countersign::store {
namespace {

/// Whether records of the range were retired, so that the times of some are not known.
bool has_gaps(const SegmentRange& range) {
  return std::any_of(range.parts.begin(), range.parts.end(),
                     [](const SegmentPart& part) { return part.retired.has_value(); });
}

base::Timestamp last_received_in(const SegmentRange& range) {
  base::Timestamp last;
  for (const auto& part : range.parts) last = std::max(last, part.statement.last_received);
  return last;
}

base::Timestamp first_received_in(const SegmentRange& range) {
  auto first = range.parts.front().statement.first_received;
  for (const auto& part : range.parts) first = std::min(first, part.statement.first_received);
  return first;
}

}  // namespace

/// `received` never decreases within a log, so a binary search finds the boundary between records.
base::Result<std::uint64_t> LedgerReader::search_received(const LogHead& log, base::Timestamp time,
                                                          std::uint64_t low, std::uint64_t high) {
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    TRY_ASSIGN(const auto bytes, record(log, base::seq_at(middle)));
    TRY_ASSIGN(const auto view, record::read_record(bytes));
    if (view.received < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

base::Result<std::uint64_t> LedgerReader::first_received(const LogHead& log, base::Timestamp time,
                                                         std::uint64_t size, Unsure unsure) {
  TRY_ASSIGN(const auto ranges, sealed(log));
  std::uint64_t begin = 0;
  for (const auto& range : ranges) {
    if (range.end > size) break;
    if (!has_gaps(range)) continue;
    if (time <= first_received_in(range)) return search_received(log, time, begin, range.begin);
    begin = range.end;
    if (last_received_in(range) < time) continue;
    // The boundary is within: what is left of the range tells as much as can be told.
    std::uint64_t earliest = range.begin, latest = range.end;
    TRY(read(log, range.begin, range.end, [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
      TRY_ASSIGN(const auto view, record::read_record(bytes));
      const auto at = base::index_of(seq);
      if (view.received < time) earliest = at + 1;
      if (view.received >= time) latest = std::min(latest, at);
      return {};
    }));
    return unsure == Unsure::earliest ? earliest : latest;
  }
  return search_received(log, time, begin, size);
}

base::Result<base::Timestamp> LedgerReader::last_received(const LogHead& log) {
  TRY_ASSIGN(const auto ranges, sealed(log));
  if (!ranges.empty() && ranges.back().end == log.size) return last_received_in(ranges.back());
  TRY_ASSIGN(const auto last, record(log, base::seq_at(log.size - 1)));
  TRY_ASSIGN(const auto view, record::read_record(last));
  return view.received;
}

}  // namespace countersign::store
