#pragma once

#include "ledger/base/result.h"
#include "ledger/store/region_lock.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

namespace countersign::apps {

/// Waits a minute at most for what the daemon makes of an order: `take` gives its report, or nothing as long
/// as there is none. unavailable where no daemon holds the lock of a region, and, with the words of `still`,
/// where the minute is over.
template <class Take>
auto wait_for_report(const std::filesystem::path& region_lock, const Take& take, std::string still)
    -> base::Result<typename decltype(take())::value_type::value_type> {
  constexpr std::chrono::seconds kPatience{60};
  constexpr std::chrono::milliseconds kPause{50};
  if (store::RegionLock::take(region_lock))
    return base::fail(
        base::Code::unavailable,
        "countersignd is not running. The order stays: it is carried out when countersignd starts");
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until) {
    TRY_ASSIGN(auto report, take());
    if (report) return std::move(*report);
    std::this_thread::sleep_for(kPause);
  }
  return base::fail(base::Code::unavailable, std::move(still));
}

}  // namespace countersign::apps
