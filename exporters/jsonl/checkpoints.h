#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::jsonl {

/// A published checkpoint: a line of data/checkpoints.jsonl.
struct CheckpointLine {
  std::uint64_t size = 0;
  std::int64_t time = 0;  ///< POSIX seconds, as the note's timestamped cosignature states them
  std::string note;       ///< the C2SP signed note, verbatim
};

/// Appends `{"size":N,"time":N,"note":"…"}`, without a line feed.
void append_checkpoint(std::string& out, const CheckpointLine& line);

/// Reads exactly what append_checkpoint writes; data_loss for anything else. Does not look into the note.
base::Result<CheckpointLine> read_checkpoint(std::string_view text);

/// Tells when a record was committed: the time of the first checkpoint that covers it. Only sizes and times
/// are kept, 16 bytes for each checkpoint. A value; const calls are thread-safe.
class CommitTimes {
 public:
  /// `size` is above that of the checkpoint added before.
  void add(std::uint64_t size, std::int64_t time) { entries_.push_back({size, time}); }

  /// Walks along records in ascending order of seq.
  class Cursor {
   public:
    /// POSIX seconds, or -1 where no checkpoint covers the record.
    std::int64_t time_of(std::uint64_t seq);

   private:
    friend class CommitTimes;
    explicit Cursor(const CommitTimes& times) : times_(&times) {}
    const CommitTimes* times_;
    std::size_t at_ = 0;
    bool placed_ = false;
  };
  Cursor cursor() const { return Cursor(*this); }

  /// When a record came into the log, POSIX seconds: behind the last checkpoint that does not cover it, and
  /// by the first that does; empty where there is none.
  struct Bounds {
    std::optional<std::int64_t> behind, by;
  };
  Bounds bounds_of(std::uint64_t seq) const;

 private:
  struct Entry {
    std::uint64_t size;
    std::int64_t time;
  };
  std::size_t first_covering(std::uint64_t seq) const;

  std::vector<Entry> entries_;
};

}  // namespace countersign::jsonl
