#include "collector/ingest/replay_guard.h"

#include "ledger/crypto/digest.h"

#include <fmt/format.h>

namespace countersign::ingest {

ReplayGuard::Ticket::~Ticket() {
  const std::lock_guard lock(guard_.mutex_);
  kept_ ? void(guard_.by_expiry_.emplace(until_s_, std::move(key_))) : void(guard_.known_.erase(key_));
}

std::shared_ptr<ReplayGuard::Ticket> ReplayGuard::enter(std::string_view source, std::string_view replay_id,
                                                        std::int64_t until_s, std::int64_t now_s) {
  const auto digest = crypto::sha256(fmt::format("{}\n{}", source, replay_id));
  std::string key(base::text_of(digest.view()));
  const std::lock_guard lock(mutex_);
  forget(now_s);
  if (!known_.insert(key).second) return nullptr;
  return std::make_shared<Ticket>(*this, std::move(key), until_s);
}

void ReplayGuard::forget(std::int64_t now_s) {
  while (!by_expiry_.empty() && (by_expiry_.begin()->first < now_s || by_expiry_.size() >= requests_max_)) {
    known_.erase(by_expiry_.begin()->second);
    by_expiry_.erase(by_expiry_.begin());
  }
}

}  // namespace countersign::ingest
