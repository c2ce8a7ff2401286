#pragma once

#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::auth {

/// Where a request comes from.
struct Peer {
  std::string address, user_agent;
};

/// A second factor that was shown.
struct Proof {
  base::Timestamp time;
  std::string factor;     ///< as events name it: totp, passkey
  std::string challenge;  ///< id of the challenge that it answered
  bool used = false;      ///< for a look; a window of 0 needs one that was not
};

/// A challenge that waits for its answer, or an enrolment for its confirmation. A new one takes its place.
struct Pending {
  enum class Kind { totp, passkey, enrol_totp, enrol_passkey };
  Kind kind = Kind::totp;
  std::string id;  ///< of the challenge
  std::string purpose;
  base::Timestamp expires;
  unsigned attempts = 0;
  std::vector<std::uint8_t> nonce;                         ///< passkeys: what is signed
  std::shared_ptr<const crypto::Secret> secret = nullptr;  ///< enrol_totp: the secret to be
};

/// The sign-in at an OpenID Provider that a session began with.
struct OidcSession {
  std::string issuer, subject;
  std::string sid;  ///< how the provider calls its own session; empty: it does not say
};

/// Somebody who has signed in.
struct Session {
  std::string id;       ///< names the session in records; opens nothing
  std::string account;  ///< Account::id
  std::string csrf;     ///< what a request that changes something has to bring along
  Peer peer;            ///< who signed in
  base::Timestamp opened, last_seen;
  std::optional<Proof> proof;  ///< the newest
  bool recovered = false;      ///< by a recovery code: may enrol a factor and nothing else
  std::optional<Pending> pending;
  std::optional<OidcSession> oidc;  ///< empty: she came with a password
};

/// The sessions of the daemon, in memory: nobody stays signed in over a restart. A session is found by the
/// secret of its cookie, of which only the SHA-256 is kept. Any thread.
class Sessions {
 public:
  static constexpr std::int64_t kIdleS = 1'800;          ///< without a request it ends
  static constexpr std::int64_t kLongestS = 12 * 3'600;  ///< and then in any case
  static constexpr std::size_t kOfAccountMax = 16;       ///< a further one ends another (see make_room)
  static constexpr std::size_t kMax = 10'000;

  explicit Sessions(crypto::Entropy entropy) : entropy_(std::move(entropy)) {}

  struct Opened {
    std::string cookie;
    Session session;
  };
  Opened open(const std::string& account, Peer peer, base::Timestamp now,
              std::optional<OidcSession> oidc = std::nullopt);

  /// The session of a cookie, which is seen by this; empty where there is none or it has ended.
  std::optional<Session> find(std::string_view cookie, base::Timestamp now);

  /// Changes the session of that id under a lock; what `change` gives is given back, and empty where there is
  /// no such session.
  template <class Change>
  auto change(const std::string& id, Change change)
      -> std::optional<decltype(change(std::declval<Session&>()))> {
    const std::lock_guard lock(mutex_);
    auto* session = by_id(id);
    if (session == nullptr) return std::nullopt;
    return change(*session);
  }

  /// Gives the session a new cookie and a new CSRF token, and makes the old ones worthless: whenever somebody
  /// may do more than before. Empty where there is no such session.
  std::optional<Opened> renew(const std::string& id);

  void close(const std::string& id);
  /// All of an account but the one of that id, which may be empty.
  void close_others(const std::string& account, const std::string& keep);
  /// All of which `stays` is not true.
  void keep_only(const std::function<bool(const Session& session)>& stays);
  /// Those that a provider calls off, which are given back. With a `sid` the one that began with it, and
  /// those of the subject of which no `sid` is known; without one all of the subject. `subject` may be empty
  /// where there is a `sid`.
  std::vector<Session> close_of_oidc(std::string_view issuer, std::string_view subject, std::string_view sid);
  std::size_t size() const;

 private:
  using Map = std::map<base::Digest, Session>;
  Session* by_id(const std::string& id);
  void make_room(const std::string& account, base::Timestamp now);

  const crypto::Entropy entropy_;
  mutable std::mutex mutex_;
  Map sessions_;                              ///< by the SHA-256 of the cookie's secret
  std::map<std::string, base::Digest> keys_;  ///< of each session's id
};

}  // namespace countersign::auth
