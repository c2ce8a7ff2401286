#include "apps/daemon/streaming/signed_tree.h"

#include "ledger/tree/checkpoint.h"
#include "ledger/tree/tile.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace countersign::apps {
namespace {

constexpr std::uint64_t kTile = tree::kTileWidth;
// A log that is wrong is looked into again now and then only: it stays wrong until somebody has mended it.
constexpr unsigned kLooksBetween = 64;

base::Result<tree::CompactRange> range_of(store::LedgerReader& ledger, const store::LogHead& log,
                                          std::uint64_t size) {
  const auto nodes = ledger.nodes(log);
  std::vector<base::Digest> peaks;
  std::uint64_t begin = 0;
  for (unsigned level = 63; level-- > 0;) {
    if ((size >> level & 1) == 0) continue;
    TRY_ASSIGN(const auto peak, nodes(level, begin >> level));
    peaks.push_back(peak);
    begin += std::uint64_t{1} << level;
  }
  return tree::CompactRange::from_peaks(size, std::move(peaks));
}

}  // namespace

base::Result<void> SignedTree::check(store::LedgerReader& ledger, const store::LogHead& log,
                                     const store::CheckpointRow& checkpoint) {
  auto& known = logs_[log.name.text];
  const auto size = checkpoint.size;
  if (known.checked == size) return {};
  // The same words whatever the size: it is told once, and not at each checkpoint.
  const auto fault = [&] {
    return base::fail(base::Code::data_loss,
                      fmt::format("the newest records of {} are not those that its checkpoints have signed: "
                                  "see what countersign verify says",
                                  log.name.text));
  };
  if (known.wrong == size && ++known.looks % kLooksBetween != 0) return fault();
  const auto full = size / kTile * kTile;
  if (known.full.size() == 0 || known.full.size() > full) {
    TRY_ASSIGN(known.full, range_of(ledger, log, full));
  }
  while (known.full.size() < full) {
    std::vector<base::Digest> tile;
    TRY(ledger.read_hashes(log, known.full.size(), known.full.size() + kTile, tile));
    for (const auto& hash : tile) known.full.append(hash);
  }
  known.edge.clear();
  known.checked = 0;
  TRY(ledger.read_hashes(log, full, size, known.edge));
  auto all = known.full;
  for (const auto& hash : known.edge) all.append(hash);
  const auto body = tree::read_checkpoint_body(checkpoint.note);
  if (body && body->size == size && body->root == all.root()) {
    known.checked = size;
    return {};
  }
  known = {};
  known.wrong = size;
  return fault();
}

base::Result<void> SignedTree::read_hashes(store::LedgerReader& ledger, const store::LogHead& log,
                                           std::uint64_t begin, std::uint64_t end,
                                           std::vector<base::Digest>& out) {
  const auto& known = logs_[log.name.text];
  const auto full = known.full.size();
  if (begin < full) {
    TRY(ledger.read_hashes(log, begin, std::min(end, full), out));
    begin = std::min(end, full);
  }
  for (; begin < end; ++begin) {
    if (begin - full >= known.edge.size())
      return base::fail(base::Code::data_loss,
                        fmt::format("no checkpoint covers record {} of {}", begin, log.name.text));
    out.push_back(known.edge[begin - full]);
  }
  return {};
}

}  // namespace countersign::apps
