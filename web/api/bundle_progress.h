#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace countersign::api {

/// How far the bundles are that are being made, by id; in memory alone. Any thread.
class BundleProgress {
 public:
  /// Records that are written, of how many.
  struct Step {
    std::uint64_t done = 0, total = 0;
  };

  void put(const std::string& id, Step step) {
    const std::scoped_lock lock(mutex_);
    steps_[id] = step;
  }
  void forget(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    steps_.erase(id);
  }
  /// Empty for one that waits its turn, and one that is not being made.
  std::optional<Step> find(const std::string& id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = steps_.find(id);
    return found == steps_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Step> steps_;
};

}  // namespace countersign::api
