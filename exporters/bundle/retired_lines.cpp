#include "exporters/bundle/retired_lines.h"

#include "exporters/jsonl/retired.h"

#include <algorithm>

namespace countersign::bundle {

std::string retired_lines(const std::vector<store::SegmentRange>& sealed, std::uint64_t first,
                          std::uint64_t last) {
  std::string lines;
  for (const auto& range : sealed) {
    if (range.end <= first || range.begin > last) continue;
    const auto low = std::max(first, range.begin) - range.begin;
    const auto high = std::min(last + 1, range.end) - range.begin;
    for (const auto& [statement, members, retired] : range.parts) {
      const bool meets = store::members_before(members, high) > store::members_before(members, low);
      if (!retired || !meets) continue;
      jsonl::append_retired_part(
          lines, {statement.begin, statement.end, statement.part, statement.types, statement.records,
                  statement.root, statement.first_received, statement.last_received, retired->retired,
                  retired->rule, retired->keep});
      lines.push_back('\n');
    }
  }
  return lines;
}

const store::SegmentPart* retired_part(const std::vector<store::SegmentRange>& sealed, std::uint64_t seq) {
  const auto behind =
      std::upper_bound(sealed.begin(), sealed.end(), seq,
                       [](std::uint64_t n, const store::SegmentRange& range) { return n < range.begin; });
  if (behind == sealed.begin()) return nullptr;
  const auto& range = *std::prev(behind);
  const auto* part = seq < range.end ? range.part_of(seq) : nullptr;
  return part != nullptr && part->retired ? part : nullptr;
}

}  // namespace countersign::bundle
