#pragma once

#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <initializer_list>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::api {

/// Which searches were recorded a short while ago, so that pages of one list and a list that is kept level
/// are one look in the system log. In memory alone, and of what was asked nothing but a keyed hash. Any
/// thread.
class Looks {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;
  using Key = base::Digest;
  static constexpr std::chrono::minutes kKept{15};
  /// Of more the oldest are forgotten, and recorded again.
  static constexpr std::size_t kMost = 10'000;

  explicit Looks(const crypto::Entropy& entropy = crypto::system_entropy(),
                 Clock clock = std::chrono::steady_clock::now);

  /// What stands for a look: who looks, at what, and what was asked.
  Key key_of(std::initializer_list<std::string_view> parts) const;

  bool is_recorded(const Key& key);
  /// It was recorded just now.
  void note(const Key& key);

 private:
  using Time = std::chrono::steady_clock::time_point;
  void forget_old();

  const Clock clock_;
  std::vector<std::uint8_t> secret_;
  std::mutex mutex_;
  std::map<Key, Time> recorded_;  ///< guarded by mutex_, as what follows
  std::deque<std::pair<Time, Key>> in_order_;
};

}  // namespace countersign::api
