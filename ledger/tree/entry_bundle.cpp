#include "ledger/tree/entry_bundle.h"

#include <fmt/format.h>

namespace countersign::tree {

base::Result<void> append_entry(std::string& bundle, std::string_view entry) {
  if (entry.size() > kEntryBytesMax)
    return base::fail(
        base::Code::resource_exhausted,
        fmt::format("an entry of {} bytes does not fit a bundle; {} do", entry.size(), kEntryBytesMax));
  bundle += static_cast<char>(entry.size() >> 8);
  bundle += static_cast<char>(entry.size() & 0xFF);
  bundle += entry;
  return {};
}

base::Result<std::vector<std::string_view>> read_entries(std::string_view bundle, std::size_t count,
                                                         Bundle what) {
  const auto damaged = [&](std::string_view why) {
    return base::fail(base::Code::data_loss, fmt::format("a bundle of {} entries {}", count, why));
  };
  std::vector<std::string_view> out;
  out.reserve(count);
  while (out.size() < count) {
    if (bundle.size() < 2) return damaged("is cut off");
    const auto high = static_cast<unsigned char>(bundle[0]);
    const auto low = static_cast<unsigned char>(bundle[1]);
    const std::size_t bytes = std::size_t{high} * 256 + low;
    bundle.remove_prefix(2);
    if (bundle.size() < bytes) return damaged("is cut off");
    out.push_back(bundle.substr(0, bytes));
    bundle.remove_prefix(bytes);
  }
  if (what == Bundle::whole && !bundle.empty()) return damaged("has more behind them");
  return out;
}

}  // namespace countersign::tree
