#pragma once

#include "ledger/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::tree {

/// The entry bundles of C2SP tlog-tiles: up to 256 entries, each behind its length as two bytes, big-endian.
/// Pure functions.

inline constexpr std::size_t kEntryBytesMax = 65'535;
/// Of a bundle of 256 entries.
inline constexpr std::size_t kBundleBytesMax = 256 * (2 + kEntryBytesMax);

/// Adds an entry at the end of a bundle. resource_exhausted, and nothing added, above kEntryBytesMax.
base::Result<void> append_entry(std::string& bundle, std::string_view entry);

/// The first `count` entries of a bundle, as views into it. data_loss where it holds fewer, or where it holds
/// more or other bytes behind them and `whole` asks for none.
enum class Bundle { whole, beginning };
base::Result<std::vector<std::string_view>> read_entries(std::string_view bundle, std::size_t count,
                                                         Bundle what = Bundle::whole);

}  // namespace countersign::tree
