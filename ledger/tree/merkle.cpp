#include "ledger/tree/merkle.h"

#include "ledger/crypto/digest.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace countersign::tree {

using base::Digest;

Digest leaf_hash(base::Bytes record) {
  thread_local crypto::Sha256 hasher;
  return hasher.update(std::uint8_t{0x00}).update(record).finish();
}

Digest node_hash(const Digest& left, const Digest& right) {
  thread_local crypto::Sha256 hasher;
  // One update of one buffer: each call into OpenSSL costs a good part of hashing these two blocks.
  std::array<std::uint8_t, 65> buffer{0x01};
  std::memcpy(buffer.data() + 1, left.bytes.data(), 32);
  std::memcpy(buffer.data() + 33, right.bytes.data(), 32);
  return hasher.update(base::Bytes(buffer)).finish();
}

Digest empty_root() { return crypto::sha256(std::string_view()); }

base::Result<CompactRange> CompactRange::from_peaks(std::uint64_t size, std::vector<Digest> peaks) {
  if (size > kTreeSizeMax)
    return base::fail(base::Code::invalid_argument, "a tree has fewer than 2^63 leaves");
  const auto wanted = static_cast<std::size_t>(std::popcount(size));
  if (peaks.size() != wanted)
    return base::fail(base::Code::invalid_argument,
                      fmt::format("a tree of {} leaves has {} perfect subtrees, but {} hashes were given",
                                  size, wanted, peaks.size()));
  CompactRange range;
  range.size_ = size;
  range.peaks_ = std::move(peaks);
  return range;
}

void CompactRange::append(const Digest& leaf) { append_perfect(0, leaf); }

void CompactRange::append_perfect(unsigned level, const Digest& hash) {
  Digest merged = hash;
  for (std::uint64_t rest = size_ >> level; (rest & 1) != 0; rest >>= 1) {
    merged = node_hash(peaks_.back(), merged);
    peaks_.pop_back();
  }
  peaks_.push_back(merged);
  size_ += std::uint64_t{1} << level;
}

Digest CompactRange::root() const {
  if (peaks_.empty()) return empty_root();
  Digest root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i > 0; --i) root = node_hash(peaks_[i - 1], root);
  return root;
}

}  // namespace countersign::tree
