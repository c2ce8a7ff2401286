#pragma once

#include "collector/endpoints/asker.h"
#include "collector/http/router.h"
#include "ledger/base/result.h"
#include "web/api/desk.h"
#include "web/auth/access.h"
#include "web/auth/directory.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

/// What people and programs ask over HTTP who look at evidence or look after the appliance: a route or two a
/// file.
namespace countersign::api {

inline constexpr std::string_view kSecondFactorProblem = "urn:countersign:problem:second-factor-needed";

/// Those who sign in: their accounts, their sessions, and two desks that serve them, so that nobody who has
/// signed in waits for the passwords of others.
class People {
 public:
  struct Options {
    std::filesystem::path accounts;
    std::filesystem::path breached_passwords;  ///< see auth::PasswordRules
    auth::Sealing sealing;
    base::Clock clock;
    crypto::Entropy entropy;
    std::optional<webauthn::RelyingParty> relying_party;
    auth::Record record;  ///< called from both desks' threads, as the next
    auth::RecordAll record_all = {};
  };

  /// Errors as auth::AccountStore::open.
  static base::Result<std::unique_ptr<People>> start(Options options);
  ~People() { stop(); }
  People(const People&) = delete;
  People& operator=(const People&) = delete;

  /// The session of a request: 401 without one; 403 where the request changes something and has no CSRF
  /// token, or comes from another site. Any thread.
  tl::expected<auth::Session, base::Problem> session_of(const http::RequestHead& head);

  /// As session_of(), for routes that tokens open, too: nobody where there is no cookie; 403
  /// (kSecondFactorProblem) where no second factor was shown. `service` outlives what is given.
  endpoints::AskBySession by_session(ingest::IngestService& service);

  /// The proof of a session, if it is fresh for the window (see auth::is_fresh) and of a factor that serves;
  /// with a window of 0 it is used up by this. Any thread.
  std::optional<auth::Proof> take_proof(const std::string& session, std::int64_t window_s,
                                        const std::function<bool(std::string_view factor)>& serves);

  /// Work of a desk: with an account store that is its own.
  using Work = std::function<http::Response(auth::Access&)>;
  void check_password(Work work, http::Respond respond);
  void serve(Work work, http::Respond respond);

  /// As auth::begin_try: asked before a password waits for the desk. Any thread.
  std::int64_t begin_try(std::string_view name, const auth::Peer& peer);

  std::shared_ptr<const auth::Account> account_of(const auth::Session& session) const;
  base::Timestamp now() const { return options_.clock(); }
  std::string random_id() const { return crypto::random_id(options_.entropy); }

  void stop();

 private:
  People(Options options, auth::AccountStore first, auth::AccountStore second);
  auth::Access access_of(auth::AccountStore store);
  void follow(auth::Access& access, std::optional<std::int64_t>& version);

  const Options options_;
  auth::Sessions sessions_;
  auth::Directory directory_;
  auth::Throttle names_{auth::kNameThrottle}, addresses_{auth::kAddressThrottle},
      challenges_{auth::kChallengeThrottle};
  auth::Access password_access_, access_;
  std::optional<std::int64_t> password_version_, version_;  ///< of what the directory was read from
  std::unique_ptr<Desk> password_desk_, desk_;
};

/// The address and the browser of a request.
auth::Peer peer_of(const http::RequestHead& head);

/// The answer to what was refused.
http::Response answer(const auth::Refusal& refusal);

/// POST, GET and DELETE /v1/session, POST /v1/invitations: signing in and out. `people` outlives the router.
void add_session(http::Router& router, People& people);

/// /v1/session/…: challenges and recovery; /v1/account/…: one's own password and factors.
void add_factors(http::Router& router, People& people);

}  // namespace countersign::api
