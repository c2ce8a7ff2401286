#include "ledger/crypto/aead.h"
#include "web/auth/factors.h"
#include "web/auth/proofs.h"
#include "web/auth/recovery_codes.h"
#include "web/auth/totp.h"

namespace countersign::auth {
namespace {

constexpr std::string_view kFactor = "totp";

/// Takes the code's step off, for everybody who comes with it later.
base::Result<bool> use_step(Access& access, const std::string& account, const crypto::Secret& secret,
                            std::string_view code) {
  bool good = false;
  TRY(access.store.change(account, [&](Account& one) -> base::Result<void> {
    const auto step = one.totp ? totp_step(secret, code, access.clock(), one.totp->last_step) : std::nullopt;
    good = step.has_value();
    if (!good) return {};
    one.totp->last_step = *step;
    one.factor_failures = 0;
    return {};
  }));
  return good;
}

}  // namespace

std::string totp_binding(std::string_view account_id) {
  return "countersign/account-totp/v1 " + std::string(account_id);
}

Outcome<Challenge> challenge_totp(Access& access, const Session& session) {
  const auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  if (!account->totp) return refuse(409, "no authenticator app is enrolled");
  const auto sent = send_challenge(access, *account, session, Pending::Kind::totp, kFactor);
  if (!sent) return tl::unexpected(sent.error());
  return Challenge{sent->id, std::string(kFactor), sent->expires, {}};
}

Outcome<Sessions::Opened> answer_totp(Access& access, const Session& session, std::string_view challenge,
                                      std::string_view code) {
  const auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  if (const auto open = check_not_locked(*account); !open) return tl::unexpected(open.error());
  const auto pending = take_attempt(access, *account, session, Pending::Kind::totp, challenge);
  if (!pending) return tl::unexpected(pending.error());
  if (!account->totp) return refuse(409, "no authenticator app is enrolled");
  const auto secret = access.sealing.open(account->totp->sealed, totp_binding(account->id));
  if (!secret) return failure("a second factor was not checked", secret.error());
  const auto good = use_step(access, account->id, *secret, code);
  if (!good) return failure("a second factor was not checked", good.error());
  if (!*good) return failed(access, *account, session, *pending, kFactor, "wrong_code");
  return succeeded(access, *account, session, *pending, kFactor);
}

Outcome<TotpEnrolment> begin_totp(Access& access, const Session& session) {
  const auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  if (const auto may = check_may_enrol(*account, session, access.clock()); !may)
    return tl::unexpected(may.error());
  const auto secret = std::make_shared<const crypto::Secret>(new_totp_secret(access.entropy));
  Pending pending;
  pending.kind = Pending::Kind::enrol_totp;
  pending.purpose = purpose_of(session);
  pending.expires = {access.clock().micros + 2 * kChallengeS * 1'000'000};
  pending.secret = secret;
  if (const auto kept = keep(access, *account, session, pending); !kept) return tl::unexpected(kept.error());
  return TotpEnrolment{otpauth_uri(*secret, access.issuer, account->name), totp_secret_text(*secret)};
}

Outcome<Enrolled> confirm_totp(Access& access, const Session& session, std::string_view code) {
  const auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  if (const auto may = check_may_enrol(*account, session, access.clock()); !may)
    return tl::unexpected(may.error());
  const auto pending = take_attempt(access, *account, session, Pending::Kind::enrol_totp, {});
  if (!pending) return tl::unexpected(pending.error());
  const auto now = access.clock();
  const auto step = totp_step(*pending->secret, code, now, 0);
  auto members = factor_members(*account, session, kFactor, "enrol factor");
  if (!step) {
    members["outcome"] = {{"reason", "wrong_code"}};
    if (const auto noted = access.record(&*account, "challenge.failed", std::move(members)); !noted)
      return failure("a failed enrolment was not recorded", noted.error());
    return refuse(403, "that is not the code that the app shows now; is its clock right?");
  }
  if (session.recovered) members["outcome"] = {{"reason", "recovery_code"}};
  auto codes = new_recovery_codes(access.entropy);
  const auto changed = access.store.change(account->id, [&](Account& one) -> base::Result<void> {
    // Within the change, so that a rotation of the key sees it or comes after.
    TRY_ASSIGN(auto sealed, access.sealing.seal(pending->secret->view(), totp_binding(one.id)));
    one.totp = {std::move(sealed), *step, now};
    one.recovery_codes = digests_of(one.id, codes);
    one.factor_failures = 0;
    return access.record(&one, "factor.enrolled", std::move(members));
  });
  if (!changed) return failure("an authenticator app was not enrolled", changed.error());
  auto opened = enrolled(access, *changed, session, kFactor);
  if (!opened) return tl::unexpected(opened.error());
  return Enrolled{std::move(*opened), std::move(codes)};
}

Outcome<void> remove_totp(Access& access, const Session& session) {
  const auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  if (const auto fresh = check_fresh(session, access.clock()); !fresh) return tl::unexpected(fresh.error());
  if (!account->totp) return refuse(404, "no authenticator app is enrolled");
  if (!account->has_usable_passkey())
    return refuse(409, "this is the only second factor that serves; enrol another one first");
  auto members = factor_members(*account, session, kFactor, "remove factor");
  const auto changed = access.store.change(account->id, [&](Account& one) -> base::Result<void> {
    if (!one.has_usable_passkey())
      return base::fail(base::Code::aborted, "the last passkey was taken off meanwhile");
    one.totp.reset();
    return access.record(&one, "factor.removed", std::move(members));
  });
  if (!changed) return failure("an authenticator app was not taken off", changed.error());
  access.sessions.close_others(account->id, session.id);
  return {};
}

base::Result<void> reseal_totp(AccountStore& store, const vault::Kek& kek, const crypto::Entropy& entropy) {
  return store.change_all([&](Account& one) -> base::Result<void> {
    if (!one.totp || kek.newest_opens(one.totp->sealed, totp_binding(one.id))) return {};
    TRY_ASSIGN(const auto secret, kek.open(one.totp->sealed, totp_binding(one.id)));
    one.totp->sealed = crypto::Aead(kek.newest()).seal(secret.view(), totp_binding(one.id), entropy);
    return {};
  });
}

}  // namespace countersign::auth
