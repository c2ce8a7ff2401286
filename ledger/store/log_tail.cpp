#include "ledger/store/log_tail.h"

#include "ledger/record/record.h"
#include "ledger/tree/merkle.h"

#include <optional>
#include <utility>

namespace countersign::store {
namespace {

using base::Digest;

constexpr std::size_t kTileWidth = 256;

/// Hash of the perfect subtree over `count` (a power of two) hashes from `first` on.
Digest perfect(const std::vector<Digest>& hashes, std::size_t first, std::size_t count) {
  if (count == 1) return hashes[first];
  return tree::node_hash(perfect(hashes, first, count / 2), perfect(hashes, first + count / 2, count / 2));
}

}  // namespace

base::Result<LogTail> LogTail::load(LedgerReader& reader, const LogHead& log) {
  LogTail tail;
  tail.size_ = log.size;
  if (log.size == 0) return tail;
  const auto nodes = reader.nodes(log);
  TRY_ASSIGN(tail.prev_, nodes(0, log.size - 1));
  TRY_ASSIGN(tail.received_, reader.last_received(log));
  for (std::uint64_t entries = log.size, level = 0; entries > 0; entries /= kTileWidth, ++level) {
    auto& row = tail.rows_.emplace_back();
    for (std::uint64_t i = entries - entries % kTileWidth; i < entries; ++i) {
      TRY_ASSIGN(const auto hash, nodes(static_cast<unsigned>(level * 8), i));
      row.push_back(hash);
    }
  }
  return tail;
}

void LogTail::append(const Digest& record_hash, base::Timestamp received,
                     const std::function<void(FullTile)>& full) {
  prev_ = record_hash;
  received_ = received;
  ++size_;
  Digest entry = record_hash;
  std::uint64_t entries = size_;
  for (unsigned level = 0;; ++level) {
    if (rows_.size() <= level) rows_.emplace_back();
    auto& row = rows_[level];
    row.push_back(entry);
    if (row.size() < kTileWidth) return;
    entry = perfect(row, 0, kTileWidth);
    full({level, entries / kTileWidth - 1, std::exchange(row, {})});
    entries /= kTileWidth;
  }
}

Digest LogTail::root() const {
  // The tree over n leaves is its maximal perfect subtrees, joined from the right (RFC 6962 section 2.1).
  std::optional<Digest> root;
  for (const auto& row : rows_) {
    std::size_t end = row.size();
    for (std::size_t width = 1; width < kTileWidth; width *= 2) {
      if ((row.size() & width) == 0) continue;
      end -= width;
      const auto peak = perfect(row, end, width);
      root = root ? tree::node_hash(peak, *root) : peak;
    }
  }
  return root ? *root : tree::empty_root();
}

}  // namespace countersign::store
