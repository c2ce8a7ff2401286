#include "web/auth/proofs.h"

#include "web/auth/factors.h"

#include <fmt/format.h>

#include <utility>

namespace countersign::auth {
namespace {

constexpr std::int64_t kMicros = 1'000'000;

auto signed_out() { return refuse(401, "sign in"); }

}  // namespace

bool is_fresh(const std::optional<Proof>& proof, std::int64_t window_s, base::Timestamp now) {
  // A clock that was set back makes nothing fresh.
  if (!proof || now < proof->time) return false;
  if (window_s == 0) return !proof->used && now.micros - proof->time.micros <= kChallengeS * kMicros;
  return now.micros - proof->time.micros <= window_s * kMicros;
}

std::string_view purpose_of(const Session& session) { return session.proof ? "audit_access" : "login"; }

boost::json::object challenge_members(const Account& account, const Session& session, const Pending& pending,
                                      std::string_view factor) {
  auto members = members_of(account, session.peer, session.id);
  members["challenge"] = {{"id", pending.id}, {"purpose", pending.purpose}, {"factor", std::string(factor)}};
  members["action"] = {{"name", pending.purpose == "login" ? "sign in" : "audit access"}};
  return members;
}

boost::json::object factor_members(const Account& account, const Session& session, std::string_view factor,
                                   std::string_view action) {
  auto members = members_of(account, session.peer, session.id);
  members["challenge"] = {{"factor", std::string(factor)}};
  members["action"] = {{"name", std::string(action)}};
  return members;
}

std::vector<std::uint8_t> new_nonce(const crypto::Entropy& entropy) {
  std::vector<std::uint8_t> nonce(32);
  entropy(nonce);
  return nonce;
}

namespace {

/// Records what became of a challenge that nobody has answered well, where nothing says so yet.
base::Result<void> note_unanswered(Access& access, const Account& account, const Session& session,
                                   const Pending& pending) {
  const bool is_challenge = pending.kind == Pending::Kind::totp || pending.kind == Pending::Kind::passkey;
  if (!is_challenge || pending.attempts >= kAttemptsMax) return {};
  const bool expired = access.clock() >= pending.expires;
  auto members =
      challenge_members(account, session, pending, pending.kind == Pending::Kind::totp ? "totp" : "passkey");
  if (!expired) members["outcome"] = {{"reason", "replaced"}};
  return access.record(&account, expired ? "challenge.expired" : "challenge.cancelled", std::move(members));
}

}  // namespace

Outcome<void> keep(Access& access, const Account& account, const Session& session, const Pending& pending) {
  const auto before = access.sessions.change(session.id, [](Session& one) { return one.pending; });
  if (!before) return signed_out();
  if (*before) {
    if (const auto noted = note_unanswered(access, account, session, **before); !noted)
      return failure("the end of a challenge was not recorded", noted.error());
  }
  const auto put = access.sessions.change(session.id, [&](Session& one) {
    one.pending = pending;
    return true;
  });
  if (!put) return signed_out();
  return {};
}

Outcome<Sessions::Opened> change_and_renew(Access& access, const Session& session,
                                           const std::function<void(Session&)>& change) {
  const auto put = access.sessions.change(session.id, [&](Session& one) {
    change(one);
    return true;
  });
  auto renewed = put ? access.sessions.renew(session.id) : std::nullopt;
  if (!renewed) return signed_out();
  return std::move(*renewed);
}

Outcome<void> check_not_locked(const Account& account) {
  if (account.factor_failures < kFactorFailuresMax) return {};
  return refuse(423, "too many second factors failed; an administrator can unlock the account");
}

Outcome<void> check_fresh(const Session& session, base::Timestamp now) {
  if (is_fresh(session.proof, kOwnWindowS, now)) return {};
  return refuse(403, "show a second factor first");
}

Outcome<void> check_may_enrol(const Account& account, const Session& session, base::Timestamp now) {
  if (const auto open = check_not_locked(account); !open) return tl::unexpected(open.error());
  // Whoever has lost what she had comes by a recovery code, and nobody by the password alone.
  const bool none_yet = !account.has_factor() && account.recovery_codes.empty();
  if (none_yet || session.recovered) return {};
  return check_fresh(session, now);
}

Outcome<Pending> send_challenge(Access& access, const Account& account, const Session& session,
                                Pending::Kind kind, std::string_view factor) {
  if (const auto open = check_not_locked(account); !open) return tl::unexpected(open.error());
  if (const auto wait = access.challenges.begin(account.id, access.clock()); wait > 0)
    return refuse(429, fmt::format("too many challenges; wait {} seconds", wait), wait);
  Pending pending;
  pending.kind = kind;
  pending.id = crypto::random_id(access.entropy);
  pending.purpose = purpose_of(session);
  pending.expires = {access.clock().micros + kChallengeS * kMicros};
  if (kind == Pending::Kind::passkey) pending.nonce = new_nonce(access.entropy);
  auto members = challenge_members(account, session, pending, factor);
  members["challenge"].as_object()["expires_at"] = base::format_rfc3339(pending.expires);
  if (const auto noted = access.record(&account, "challenge.sent", std::move(members)); !noted)
    return failure("a challenge was not recorded", noted.error());
  if (const auto kept = keep(access, account, session, pending); !kept) return tl::unexpected(kept.error());
  return pending;
}

Outcome<Pending> take_attempt(Access& access, const Account& account, const Session& session,
                              Pending::Kind kind, std::string_view id) {
  std::optional<Pending> over;
  auto taken = access.sessions.change(session.id, [&](Session& one) -> std::optional<Pending> {
    auto& pending = one.pending;
    if (!pending || pending->kind != kind || pending->id != id) return std::nullopt;
    if (access.clock() >= pending->expires || pending->attempts >= kAttemptsMax) {
      over = std::exchange(pending, std::nullopt);
      return std::nullopt;
    }
    ++pending->attempts;
    if (pending->nonce.empty()) return pending;
    return std::exchange(pending, std::nullopt);
  });
  if (!taken) return signed_out();
  if (over) {
    if (const auto noted = note_unanswered(access, account, session, *over); !noted)
      return failure("the end of a challenge was not recorded", noted.error());
  }
  if (!*taken) return refuse(404, "no such challenge waits for an answer; begin a new one");
  return std::move(**taken);
}

tl::unexpected<Refusal> failed(Access& access, const Account& account, const Session& session,
                               const Pending& pending, std::string_view factor, std::string_view reason) {
  auto members = challenge_members(account, session, pending, factor);
  members["challenge"].as_object()["attempt"] = pending.attempts;
  members["outcome"] = {{"reason", std::string(reason)}};
  const auto counted = access.store.change(account.id, [&](Account& one) {
    ++one.factor_failures;
    return access.record(&one, "challenge.failed", std::move(members));
  });
  if (!counted) return failure("a failed second factor was not counted", counted.error());
  if (const auto open = check_not_locked(*counted); !open) return tl::unexpected(open.error());
  if (!pending.nonce.empty()) return refuse(403, "this passkey did not prove itself; begin a new challenge");
  return refuse(403, fmt::format("that is not right, or was used before; {} more tries at this challenge",
                                 kAttemptsMax - pending.attempts));
}

Outcome<Sessions::Opened> prove(Access& access, const Session& session, Proof proof) {
  return change_and_renew(access, session, [&](Session& one) {
    one.proof = std::move(proof);
    one.pending.reset();
    one.recovered = false;
  });
}

Outcome<Sessions::Opened> enrolled(Access& access, const Account& account, const Session& session,
                                   std::string_view factor) {
  access.sessions.close_others(account.id, session.id);
  if (!session.proof) {
    auto login = members_of(account, session.peer, session.id);
    login["action"] = {{"name", "sign in"}, {"context", "with a factor that was just enrolled"}};
    if (const auto noted = access.record(&account, "login.succeeded", std::move(login)); !noted)
      return failure("a sign-in was not recorded", noted.error());
  }
  return prove(access, session, {access.clock(), std::string(factor), "enrolment"});
}

Outcome<Sessions::Opened> succeeded(Access& access, const Account& account, const Session& session,
                                    const Pending& pending, std::string_view factor) {
  auto members = challenge_members(account, session, pending, factor);
  members["challenge"].as_object()["attempt"] = pending.attempts;
  if (const auto noted = access.record(&account, "challenge.verified", std::move(members)); !noted)
    return failure("a second factor was not recorded", noted.error());
  if (pending.purpose == "login") {
    auto login = members_of(account, session.peer, session.id);
    login["action"] = {{"name", "sign in"}};
    if (const auto noted = access.record(&account, "login.succeeded", std::move(login)); !noted)
      return failure("a sign-in was not recorded", noted.error());
  }
  access.challenges.succeeded(account.id);
  return prove(access, session, {access.clock(), std::string(factor), pending.id});
}

}  // namespace countersign::auth
