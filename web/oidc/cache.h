#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace countersign::oidc {

/// For how long something that was fetched serves, in seconds.
struct CacheTimes {
  std::int64_t fresh_s = 3'600;   ///< without asking again
  std::int64_t stale_s = 86'400;  ///< where asking again fails
  std::int64_t again_s = 30;      ///< between two fetches, whoever wants one
  std::int64_t retry_s = 5;       ///< after a fetch that failed
};

enum class Want {
  usual,  ///< what is kept, while it is fresh
  newer,  ///< what is fetched now, unless the last fetch was less than again_s ago
};

/// One thing that is fetched when needed and then kept. Any thread. One thread fetches at a time; those for
/// whom what is kept is fresh enough do not wait for it.
template <class T>
class Cache {
 public:
  Cache(CacheTimes times, base::Clock clock) : times_(times), clock_(std::move(clock)) {}

  /// Calls `load`, a function that gives Result<T>, where something must be fetched. The failure of a fetch
  /// is given again, without another, until retry_s have passed.
  template <class Load>
  base::Result<std::shared_ptr<const T>> get(Want want, const Load& load) {
    if (auto kept = find(want)) return *std::move(kept);
    const std::lock_guard fetching(fetching_);
    if (auto kept = find(want)) return *std::move(kept);  // somebody else fetched while we waited
    auto loaded = load();
    const std::lock_guard lock(state_);
    tried_ = clock_();
    if (loaded) {
      value_ = std::make_shared<const T>(std::move(*loaded));
      fetched_ = *tried_;
      failure_.reset();
    } else {
      failure_ = std::move(loaded).error();
    }
    return answer(*tried_);
  }

 private:
  using Answer = base::Result<std::shared_ptr<const T>>;

  /// Seconds since then. A clock that was set back makes it a time long ago.
  static std::int64_t age_s(base::Timestamp now, base::Timestamp then) {
    constexpr std::int64_t kLongAgoS = 1'000'000'000;
    return now < then ? kLongAgoS : (now.micros - then.micros) / 1'000'000;
  }

  /// What can be answered without a fetch.
  std::optional<Answer> find(Want want) {
    const std::lock_guard lock(state_);
    const auto now = clock_();
    if (want == Want::usual && value_ && age_s(now, fetched_) < times_.fresh_s) return Answer(value_);
    const auto pause_s = failure_ ? times_.retry_s : times_.again_s;
    if (tried_ && age_s(now, *tried_) < pause_s) return answer(now);
    return std::nullopt;
  }

  Answer answer(base::Timestamp now) const {
    if (value_ && (!failure_ || age_s(now, fetched_) < times_.stale_s)) return value_;
    return base::fail(*failure_);
  }

  const CacheTimes times_;
  const base::Clock clock_;
  std::mutex fetching_;  ///< held by the thread that fetches

  std::mutex state_;  ///< guards what follows
  std::shared_ptr<const T> value_;
  base::Timestamp fetched_;
  std::optional<base::Timestamp> tried_;
  std::optional<base::Error> failure_;  ///< of the last fetch, if it failed
};

}  // namespace countersign::oidc
