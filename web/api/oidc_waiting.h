#pragma once

#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "web/oidc/sign_in.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::api {

/// Sign-ins whose browsers are at a provider, in memory, each bound to its browser by a cookie of which only
/// the SHA-256 is kept. Any thread.
class OidcWaiting {
 public:
  static constexpr std::int64_t kMostS = 600;        ///< then one is forgotten
  static constexpr std::size_t kOfAddressMax = 500;  ///< a further one takes the place of the oldest
  static constexpr std::size_t kMax = 10'000;

  explicit OidcWaiting(crypto::Entropy entropy) : entropy_(std::move(entropy)) {}

  /// Keeps what is kept of a sign-in with that provider, in the place of the one under `earlier`, which the
  /// browser began before; gives the cookie's secret.
  std::string put(std::string provider, oidc::Kept kept, std::string address, std::string_view earlier);

  /// What was kept under a cookie, which serves nothing any more, good or bad. Empty where there is nothing,
  /// it is of another provider, or kMostS have passed.
  std::optional<oidc::Kept> take(std::string_view cookie, std::string_view provider, base::Timestamp now);

  std::size_t size() const;

 private:
  struct Entry {
    std::string provider, address;
    oidc::Kept kept;
  };
  void make_room(const std::string& address, base::Timestamp now);

  const crypto::Entropy entropy_;
  mutable std::mutex mutex_;
  std::map<base::Digest, Entry> entries_;  ///< by the SHA-256 of the cookie's secret
};

}  // namespace countersign::api
