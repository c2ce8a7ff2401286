#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::ingest {

/// When each operator's token was last good, to the minute: so that a token that nobody needs any more is
/// found. Noted in memory and written now and then, so a request waits for no disk; kept in a file that may
/// be lost without harm to any evidence. Any thread.
class OperatorBook {
 public:
  using Times = std::map<std::string, base::Timestamp, std::less<>>;

  /// Goes on from a file that save() wrote; an empty book where there is none or it is damaged.
  static Times load(const std::filesystem::path& file);
  void set(Times times);

  void used(std::string_view name, base::Timestamp now);
  /// The minute's begin; nothing where the token was never used.
  std::optional<base::Timestamp> last_used(std::string_view name) const;

  /// Writes the book, durably and whole or not at all, where it has changed since it was last written.
  base::Result<void> save(const std::filesystem::path& file);

 private:
  mutable std::mutex mutex_;
  Times times_;           ///< guarded by mutex_
  bool changed_ = false;  ///< guarded by mutex_
};

}  // namespace countersign::ingest
