#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace countersign::apps {

/// How much of something may happen: `burst` at once, and `per_second` on average (a token bucket). One
/// thread at a time.
class Allowance {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Allowance(double per_second, double burst) : per_second_(per_second), burst_(burst), left_(burst) {}

  /// Whether one more may happen at that time; times do not go back.
  bool take(Time now) {
    if (last_ != Time{})
      left_ = std::min(burst_, left_ + per_second_ * std::chrono::duration<double>(now - last_).count());
    last_ = now;
    if (left_ < 1) {
      ++refused_;
      return false;
    }
    left_ -= 1;
    return true;
  }

  /// How often take() has said no since the last call.
  std::uint64_t take_refused() {
    const auto refused = refused_;
    refused_ = 0;
    return refused;
  }

 private:
  const double per_second_, burst_;
  double left_;
  Time last_{};
  std::uint64_t refused_ = 0;
};

}  // namespace countersign::apps
