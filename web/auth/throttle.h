#pragma once

#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace countersign::auth {

/// Slows guessing down (NIST SP 800-63B section 5.2.2): after a few failures of one name or address each
/// further try has to wait, twice as long each time, whether there is such a name or not. Kept in memory, of
/// the newest kKeysMax. Any thread.
class Throttle {
 public:
  static constexpr std::size_t kKeysMax = 65'536;

  struct Rule {
    unsigned free = 5;                       ///< failures without a wait
    std::int64_t first_wait_s = 1;           ///< after one more; then it doubles
    std::int64_t wait_max_s = 900;           ///< and no further
    std::int64_t forgotten_after_s = 3'600;  ///< without another failure
  };

  explicit Throttle(Rule rule) : rule_(rule) {}

  /// Seconds until a try is allowed; 0: now. A try that is allowed counts as a failure at once, until
  /// succeeded() says otherwise, so that many at the same time are not more than many in turn.
  std::int64_t begin(std::string_view key, base::Timestamp now);
  /// The try was good: the failures of that key are forgotten.
  void succeeded(std::string_view key);
  /// The try was good: it does not count. Those before it still do, because others may have made them.
  void take_back(std::string_view key);

 private:
  struct Failures {
    unsigned count = 0;
    base::Timestamp last;
  };
  std::int64_t wait_s(const Failures& failures) const;
  void make_room();

  const Rule rule_;
  std::mutex mutex_;
  std::map<base::Digest, Failures> failures_;  ///< by the SHA-256 of the key
};

/// What an address counts as: an IPv6 address as its network of 64 bits, of which everybody has all.
std::string network_of(std::string_view address);

/// For sign-ins: of one name, and from one address, which many people can share.
inline constexpr Throttle::Rule kNameThrottle{};
inline constexpr Throttle::Rule kAddressThrottle{20, 1, 300, 3'600};
/// For challenges that an account asks for and does not answer.
inline constexpr Throttle::Rule kChallengeThrottle{10, 1, 60, 600};

}  // namespace countersign::auth
