#include "ledger/sqlite/page_gaps.h"

#include <algorithm>

namespace countersign::sqlite {
namespace {

constexpr std::uint8_t kInteriorIndex = 2, kInteriorTable = 5, kLeafIndex = 10, kLeafTable = 13;

std::size_t number_at(std::span<const std::uint8_t> page, std::size_t offset) {
  return static_cast<std::size_t>(page[offset]) << 8 | page[offset + 1];
}

bool zero(std::span<std::uint8_t> bytes) {
  if (std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; })) return false;
  std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
  return true;
}

}  // namespace

bool zero_page_gaps(std::span<std::uint8_t> page, std::size_t header, std::size_t usable) {
  constexpr std::size_t kHeaderMost = 12, kFreeBlockHeader = 4;
  if (usable > page.size() || header + kHeaderMost > usable) return false;
  const auto type = page[header];
  const bool interior = type == kInteriorIndex || type == kInteriorTable;
  if (!interior && type != kLeafIndex && type != kLeafTable) return false;
  const std::size_t pointers = header + (interior ? 12 : 8);
  const std::size_t gap = pointers + 2 * number_at(page, header + 3);
  auto cells = number_at(page, header + 5);
  if (cells == 0) cells = 65'536;
  if (gap > cells || cells > usable) return false;
  bool changed = zero(page.subspan(gap, cells - gap));
  // The chain of free blocks goes upwards, or the page makes no sense.
  for (auto block = number_at(page, header + 1); block != 0;) {
    if (block < cells || block + kFreeBlockHeader > usable) break;
    const auto next = number_at(page, block), size = number_at(page, block + 2);
    if (size < kFreeBlockHeader || block + size > usable || (next != 0 && next < block + size)) break;
    changed = zero(page.subspan(block + kFreeBlockHeader, size - kFreeBlockHeader)) || changed;
    block = next;
  }
  return changed;
}

}  // namespace countersign::sqlite
