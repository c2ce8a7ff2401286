#include "web/api/oidc_waiting.h"

#include "ledger/crypto/digest.h"
#include "web/auth/account.h"

#include <utility>

namespace countersign::api {
namespace {

bool is_over(const oidc::Kept& kept, base::Timestamp now) {
  return now.micros - kept.begun.micros >= OidcWaiting::kMostS * 1'000'000;
}

}  // namespace

std::string OidcWaiting::put(std::string provider, oidc::Kept kept, std::string address,
                             std::string_view earlier) {
  auto cookie = crypto::random_token(entropy_);
  const std::lock_guard lock(mutex_);
  if (!earlier.empty()) entries_.erase(crypto::sha256(earlier));
  make_room(address, kept.begun);
  entries_[crypto::sha256(cookie)] = {std::move(provider), std::move(address), std::move(kept)};
  return cookie;
}

std::optional<oidc::Kept> OidcWaiting::take(std::string_view cookie, std::string_view provider,
                                            base::Timestamp now) {
  if (cookie.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto taken = entries_.extract(crypto::sha256(cookie));
  if (taken.empty() || taken.mapped().provider != provider || is_over(taken.mapped().kept, now))
    return std::nullopt;
  return std::move(taken.mapped().kept);
}

std::size_t OidcWaiting::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void OidcWaiting::make_room(const std::string& address, base::Timestamp now) {
  std::erase_if(entries_, [&](const auto& entry) { return is_over(entry.second.kept, now); });
  const auto end_oldest_where = [&](std::size_t max, const auto& counts) {
    auto oldest = entries_.end();
    std::size_t count = 0;
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      if (!counts(at->second)) continue;
      ++count;
      if (oldest == entries_.end() || at->second.kept.begun < oldest->second.kept.begun) oldest = at;
    }
    if (count >= max) entries_.erase(oldest);
  };
  end_oldest_where(kOfAddressMax, [&](const Entry& one) { return one.address == address; });
  end_oldest_where(kMax, [](const Entry&) { return true; });
}

}  // namespace countersign::api
