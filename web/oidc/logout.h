#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "web/oidc/options.h"
#include "web/oidc/provider.h"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace countersign::oidc {

/// Whose sessions end. With a `sid` the one session that was begun with it (and, where there is a subject
/// too, of that subject); without, every session of the subject with this issuer (Back-Channel Logout 1.0
/// section 2.7).
struct LogoutNotice {
  std::string issuer;
  std::string subject;  ///< empty: only the session is named
  std::string sid;      ///< empty: every session of the subject
};

/// Takes the logout tokens that a provider posts (OpenID Connect Back-Channel Logout 1.0). May block while
/// the provider's keys are fetched, so it belongs on a worker thread. Any thread.
class BackChannelLogout {
 public:
  /// Tokens that were issued longer ago are refused, so that it is known for how long each `jti` must be
  /// remembered. A restart forgets them: what could then be replayed is a logout that has happened already.
  static constexpr std::int64_t kAgeMaxS = 600;
  /// For how long a token without `exp` is good. The standard demands one only since 2023, and providers in
  /// use leave it out (Keycloak before 22.0.8, authentik before 2025.8.2, Hydra).
  static constexpr std::int64_t kAgeWithoutExpiryS = 120;
  static constexpr std::size_t kRememberedMax = 20'000;

  /// `options` have passed check(); they and `provider`, which is of the same issuer, outlive this.
  BackChannelLogout(const Options& options, Provider& provider, base::Clock clock,
                    std::size_t remembered_max = kRememberedMax);

  /// Reads the body of the request (application/x-www-form-urlencoded, one `logout_token`) and checks the
  /// token as section 2.6 says. On success the caller ends the sessions and answers 200, on failure 400, both
  /// with Cache-Control: no-store (section 2.8). invalid_argument: no such body. unauthenticated: a token
  /// that is not to be believed; the message names what is wrong. already_exists: it was taken before.
  /// unavailable: the provider's keys cannot be fetched. resource_exhausted: more tokens in ten minutes than
  /// are remembered.
  base::Result<LogoutNotice> receive(std::string_view body);

 private:
  base::Result<void> remember(std::string_view jti, std::int64_t now_s);

  const Options& options_;
  Provider& provider_;
  const base::Clock clock_;
  const std::size_t remembered_max_;

  std::mutex mutex_;  ///< guards what follows
  std::unordered_map<std::string, std::int64_t>
      seen_;  ///< `jti` to the second from which it may be forgotten
};

}  // namespace countersign::oidc
