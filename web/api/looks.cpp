#include "web/api/looks.h"

#include "ledger/crypto/digest.h"

#include <string>

namespace countersign::api {
namespace {

constexpr std::size_t kSecretBytes = 32;

}  // namespace

Looks::Looks(const crypto::Entropy& entropy, Clock clock) : clock_(std::move(clock)), secret_(kSecretBytes) {
  entropy(secret_);
}

Looks::Key Looks::key_of(std::initializer_list<std::string_view> parts) const {
  std::string all;
  // Each with its length, so that no two looks are the same text.
  for (const auto part : parts) all += std::to_string(part.size()) + ":" + std::string(part);
  return crypto::hmac_sha256(secret_, {all});
}

bool Looks::is_recorded(const Key& key) {
  const std::lock_guard guard(mutex_);
  forget_old();
  return recorded_.contains(key);
}

void Looks::note(const Key& key) {
  const std::lock_guard guard(mutex_);
  forget_old();
  const auto now = clock_();
  if (!recorded_.emplace(key, now).second) return;
  in_order_.emplace_back(now, key);
  if (in_order_.size() <= kMost) return;
  recorded_.erase(in_order_.front().second);
  in_order_.pop_front();
}

void Looks::forget_old() {
  const auto now = clock_();
  while (!in_order_.empty() && now - in_order_.front().first >= kKept) {
    recorded_.erase(in_order_.front().second);
    in_order_.pop_front();
  }
}

}  // namespace countersign::api
