#pragma once

#include "exporters/jsonl/checkpoints.h"
#include "exporters/jsonl/lines.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/tree/key_chain.h"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace countersign::verify {

/// Reads data/checkpoints.jsonl: sizes ascending, times not descending, every note signed by the log and its
/// clock, none by a key after its successor, sizes and times as the notes say. Gives the commit times.
/// data_loss for the first line that is wrong. Signatures are checked on `threads` threads, one or more.
base::Result<jsonl::CommitTimes> read_commit_times(const std::filesystem::path& path,
                                                   const tree::KeyChain& keys, unsigned threads);

/// Walks the same file again, once its lines are known to be right, beside the tree that grows.
class CommitRoots {
 public:
  static base::Result<CommitRoots> open(const std::filesystem::path& path);

  /// The size of the next checkpoint; empty at the end.
  std::optional<std::uint64_t> next_size() const { return size_; }
  const base::Digest& next_root() const { return root_; }
  base::Result<void> advance();

 private:
  explicit CommitRoots(jsonl::BlockReader reader) : reader_(std::move(reader)) {}

  jsonl::BlockReader reader_;
  std::string block_;
  std::size_t at_ = 0;
  std::optional<std::uint64_t> size_;
  base::Digest root_;
};

}  // namespace countersign::verify
