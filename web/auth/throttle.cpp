#include "web/auth/throttle.h"

#include "collector/http/address.h"
#include "ledger/crypto/digest.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace countersign::auth {
namespace {

constexpr std::int64_t kMicros = 1'000'000;

}  // namespace

std::int64_t Throttle::begin(std::string_view key, base::Timestamp now) {
  const auto name = crypto::sha256(key);
  const std::lock_guard lock(mutex_);
  auto found = failures_.find(name);
  if (found == failures_.end()) {
    make_room();
    found = failures_.emplace(name, Failures{0, now}).first;
  }
  auto& failures = found->second;
  const auto passed_s = (now.micros - failures.last.micros) / kMicros;
  if (passed_s >= rule_.forgotten_after_s) failures.count = 0;
  const auto wait = wait_s(failures);
  // A clock that was set back lets nobody wait longer than the rule says.
  if (const auto left = std::min(wait, wait - passed_s); left > 0) return left;
  failures.count = std::min(failures.count + 1, 1'000u);
  failures.last = now;
  return 0;
}

void Throttle::succeeded(std::string_view key) {
  const auto name = crypto::sha256(key);
  const std::lock_guard lock(mutex_);
  failures_.erase(name);
}

void Throttle::take_back(std::string_view key) {
  const auto name = crypto::sha256(key);
  const std::lock_guard lock(mutex_);
  const auto found = failures_.find(name);
  if (found != failures_.end() && found->second.count > 0) --found->second.count;
}

std::string network_of(std::string_view address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(std::string(address), error);
  if (error || !parsed.is_v6()) return std::string(address);
  return http::network_of(parsed, 4, 8).to_string() + "/64";
}

std::int64_t Throttle::wait_s(const Failures& failures) const {
  if (failures.count < rule_.free) return 0;
  constexpr unsigned kDoublingsMax = 30;
  const auto doublings = std::min(failures.count - rule_.free, kDoublingsMax);
  return std::min(rule_.first_wait_s << doublings, rule_.wait_max_s);
}

/// Those that failed least go first, so that nobody is forgotten for the sake of many who failed once; of
/// those that failed as often, the ones that did longest ago.
void Throttle::make_room() {
  if (failures_.size() < kKeysMax) return;
  using Weight = std::pair<unsigned, base::Timestamp>;
  std::vector<Weight> weights;
  weights.reserve(failures_.size());
  for (const auto& [name, failures] : failures_) weights.emplace_back(failures.count, failures.last);
  const auto quarter = weights.begin() + static_cast<std::ptrdiff_t>(weights.size() / 4);
  std::nth_element(weights.begin(), quarter, weights.end());
  std::erase_if(failures_,
                [&](const auto& entry) { return Weight(entry.second.count, entry.second.last) <= *quarter; });
}

}  // namespace countersign::auth
