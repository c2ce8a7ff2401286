#pragma once

#include "ledger/store/segment.h"

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::bundle {

/// The lines of data/retired.jsonl: each part that was retired and has one of the records `first` to `last`,
/// both included. Empty where none is.
std::string retired_lines(const std::vector<store::SegmentRange>& sealed, std::uint64_t first,
                          std::uint64_t last);

/// The part of a retired record; null where the record was not retired.
const store::SegmentPart* retired_part(const std::vector<store::SegmentRange>& sealed, std::uint64_t seq);

}  // namespace countersign::bundle
