#include "ledger/base/encoding.h"
#include "web/auth/factors.h"
#include "web/auth/proofs.h"
#include "web/auth/recovery_codes.h"
#include "web/webauthn/options.h"
#include "web/webauthn/verify.h"

#include <algorithm>

namespace countersign::auth {
namespace {

constexpr std::string_view kFactor = "passkey";
constexpr std::uint32_t kTimeoutMs = kChallengeS * 1'000;
constexpr std::size_t kNameMax = 64;
constexpr std::string_view kNoMoreFit = "no more passkeys fit; take one off first";

/// Which authenticators show to everybody: the account's random id.
std::vector<std::uint8_t> handle_of(const Account& account) { return base::from_hex(account.id).value(); }

std::vector<webauthn::Credential> usable(const Account& account) {
  std::vector<webauthn::Credential> out;
  for (const auto& one : account.passkeys) {
    if (!one.suspended) out.push_back(one.credential);
  }
  return out;
}

Outcome<const webauthn::RelyingParty*> relying_party(const Access& access) {
  if (access.relying_party) return &*access.relying_party;
  return refuse(409,
                "passkeys need the appliance's address: setting access.address, a name and no IP address");
}

Passkey* find(Account& account, base::Bytes id) {
  const auto found = std::find_if(account.passkeys.begin(), account.passkeys.end(), [&](const Passkey& one) {
    return std::equal(one.credential.id.begin(), one.credential.id.end(), id.begin(), id.end());
  });
  return found == account.passkeys.end() ? nullptr : &*found;
}

/// Takes what a success changed of the passkey: before the person is let in, and only if nobody was meanwhile
/// who has the same counter.
base::Result<bool> keep_use(Access& access, const Account& account, base::Bytes id,
                            std::uint32_t sign_count_before, const webauthn::Used& used) {
  bool good = false;
  TRY(access.store.change(account.id, [&](Account& one) -> base::Result<void> {
    auto* passkey = find(one, id);
    good = passkey != nullptr && !passkey->suspended && passkey->credential.sign_count == sign_count_before;
    if (!good) return {};
    passkey->credential.sign_count = used.sign_count;
    passkey->credential.backed_up = used.backed_up;
    passkey->last_used = access.clock();
    one.factor_failures = 0;
    return {};
  }));
  return good;
}

/// Takes the passkey out of use. Whoever has the copy may have signed in with it before the alarm, so nothing
/// stays proven: the account's other sessions end, and this one has to show another factor.
base::Result<void> suspend(Access& access, const Account& account, const Session& session, base::Bytes id) {
  TRY(access.store.change(account.id, [&](Account& one) -> base::Result<void> {
    if (auto* passkey = find(one, id)) passkey->suspended = true;
    return {};
  }));
  access.sessions.close_others(account.id, session.id);
  access.sessions.change(session.id, [](Session& one) {
    one.proof.reset();
    return true;
  });
  return {};
}

/// Whether something is left to sign in with when that passkey is gone; a suspended one is nothing.
bool stays_usable(const Account& account, base::Bytes without) {
  return account.totp || account.has_usable_passkey(without);
}

std::string_view why_not(const base::Result<webauthn::Claim>& claim, const Passkey* passkey) {
  if (!claim) return "not_readable";
  return passkey == nullptr ? "unknown_passkey" : "suspended_passkey";
}

}  // namespace

Outcome<Challenge> challenge_passkey(Access& access, const Session& session) {
  const auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  const auto rp = relying_party(access);
  if (!rp) return tl::unexpected(rp.error());
  const auto allowed = usable(*account);
  if (account->passkeys.empty()) return refuse(409, "no passkey is enrolled");
  if (allowed.empty())
    return refuse(409, "no passkey is usable: there may be a copy; show another factor and enrol anew");
  const auto sent = send_challenge(access, *account, session, Pending::Kind::passkey, kFactor);
  if (!sent) return tl::unexpected(sent.error());
  auto options = webauthn::authentication_options(**rp, sent->nonce, allowed, kTimeoutMs);
  if (!options) return failure("a passkey was not asked for", options.error());
  return Challenge{sent->id, std::string(kFactor), sent->expires, std::move(*options)};
}

Outcome<Sessions::Opened> answer_passkey(Access& access, const Session& session, std::string_view challenge,
                                         std::string_view credential) {
  auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  const auto rp = relying_party(access);
  if (!rp) return tl::unexpected(rp.error());
  if (const auto open = check_not_locked(*account); !open) return tl::unexpected(open.error());
  const auto pending = take_attempt(access, *account, session, Pending::Kind::passkey, challenge);
  if (!pending) return tl::unexpected(pending.error());
  const auto claim = webauthn::read_claim(credential);
  const auto* passkey = claim ? find(*account, claim->credential_id) : nullptr;
  if (passkey == nullptr || passkey->suspended)
    return failed(access, *account, session, *pending, kFactor, why_not(claim, passkey));
  const auto handle = handle_of(*account);
  const auto used = webauthn::verify_authentication(
      {**rp, pending->nonce, passkey->credential, handle, webauthn::Owner::known_before}, credential);
  if (!used && used.error().code == base::Code::failed_precondition) {
    if (const auto done = suspend(access, *account, session, claim->credential_id); !done)
      return failure("a passkey was not suspended", done.error());
    return failed(access, *account, session, *pending, kFactor, "cloned_authenticator");
  }
  if (!used && used.error().code == base::Code::data_loss)
    return failure("a passkey was not checked", used.error());
  if (!used) return failed(access, *account, session, *pending, kFactor, "wrong_passkey");
  const auto kept = keep_use(access, *account, claim->credential_id, passkey->credential.sign_count, *used);
  if (!kept) return failure("the use of a passkey was not kept", kept.error());
  if (!*kept) return failed(access, *account, session, *pending, kFactor, "used_meanwhile");
  return succeeded(access, *account, session, *pending, kFactor);
}

Outcome<boost::json::object> begin_passkey(Access& access, const Session& session) {
  const auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  const auto rp = relying_party(access);
  if (!rp) return tl::unexpected(rp.error());
  if (const auto may = check_may_enrol(*account, session, access.clock()); !may)
    return tl::unexpected(may.error());
  if (account->passkeys.size() >= kPasskeysMax) return refuse(409, std::string(kNoMoreFit));
  std::vector<webauthn::Credential> registered;
  for (const auto& one : account->passkeys) registered.push_back(one.credential);
  Pending pending;
  pending.kind = Pending::Kind::enrol_passkey;
  pending.purpose = purpose_of(session);
  pending.expires = {access.clock().micros + kChallengeS * 1'000'000};
  pending.nonce = new_nonce(access.entropy);
  auto options =
      webauthn::registration_options(**rp, {handle_of(*account), account->name, account->display_name},
                                     pending.nonce, registered, kTimeoutMs);
  if (!options) return failure("a passkey was not asked for", options.error());
  if (const auto kept = keep(access, *account, session, pending); !kept) return tl::unexpected(kept.error());
  return std::move(*options);
}

Outcome<Enrolled> confirm_passkey(Access& access, const Session& session, std::string_view name,
                                  std::string_view credential) {
  const auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  const auto rp = relying_party(access);
  if (!rp) return tl::unexpected(rp.error());
  if (const auto may = check_may_enrol(*account, session, access.clock()); !may)
    return tl::unexpected(may.error());
  if (name.empty() || name.size() > kNameMax) return refuse(422, "name the passkey, in at most 64 bytes");
  const auto pending = take_attempt(access, *account, session, Pending::Kind::enrol_passkey, {});
  if (!pending) return tl::unexpected(pending.error());
  auto fresh = webauthn::verify_registration(**rp, pending->nonce, credential);
  if (!fresh) return refuse(403, "this is no answer to what was asked, or proves nothing; begin anew");
  const auto everybody = access.store.all();
  if (!everybody) return failure("a passkey was not enrolled", everybody.error());
  for (auto one : *everybody) {
    if (find(one, fresh->id) != nullptr) return refuse(409, "this passkey is enrolled already");
  }
  std::vector<std::string> codes;
  auto members = factor_members(*account, session, kFactor, "enrol factor");
  bool fits = true;
  const auto changed = access.store.change(account->id, [&](Account& one) -> base::Result<void> {
    fits = one.passkeys.size() < kPasskeysMax;
    if (!fits) return base::fail(base::Code::resource_exhausted, "too many passkeys");
    if (one.recovery_codes.empty()) {
      codes = new_recovery_codes(access.entropy);
      one.recovery_codes = digests_of(one.id, codes);
    }
    one.passkeys.push_back({std::move(*fresh), std::string(name), access.clock(), {}, false});
    one.factor_failures = 0;
    return access.record(&one, "factor.enrolled", std::move(members));
  });
  if (!fits) return refuse(409, std::string(kNoMoreFit));
  if (!changed) return failure("a passkey was not enrolled", changed.error());
  auto opened = enrolled(access, *changed, session, kFactor);
  if (!opened) return tl::unexpected(opened.error());
  return Enrolled{std::move(*opened), std::move(codes)};
}

Outcome<void> remove_passkey(Access& access, const Session& session, std::string_view id) {
  auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  if (const auto fresh = check_fresh(session, access.clock()); !fresh) return tl::unexpected(fresh.error());
  const auto bytes = base::from_base64url(id);
  if (!bytes || find(*account, *bytes) == nullptr) return refuse(404, "no such passkey is enrolled");
  if (!stays_usable(*account, *bytes))
    return refuse(409, "this is the only second factor; enrol another one first");
  auto members = factor_members(*account, session, kFactor, "remove factor");
  const auto changed = access.store.change(account->id, [&](Account& one) -> base::Result<void> {
    if (!stays_usable(one, *bytes))
      return base::fail(base::Code::aborted, "the other factor was taken off meanwhile");
    std::erase_if(one.passkeys, [&](const Passkey& passkey) { return passkey.credential.id == *bytes; });
    return access.record(&one, "factor.removed", std::move(members));
  });
  if (!changed) return failure("a passkey was not taken off", changed.error());
  return {};
}

}  // namespace countersign::auth
