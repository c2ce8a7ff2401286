#include "web/auth/recovery_codes.h"

#include "ledger/crypto/digest.h"
#include "web/auth/factors.h"
#include "web/auth/proofs.h"

#include <algorithm>
#include <array>

namespace countersign::auth {
namespace {

constexpr std::size_t kCharacters = 16, kGroup = 4;

}  // namespace

std::vector<std::string> new_recovery_codes(const crypto::Entropy& entropy) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::vector<std::string> out(kRecoveryCodes);
  for (auto& code : out) {
    std::array<std::uint8_t, kCharacters> random{};
    entropy(random);
    for (std::size_t i = 0; i < kCharacters; ++i) {
      if (i > 0 && i % kGroup == 0) code.push_back('-');
      code.push_back(kAlphabet[random[i] % kAlphabet.size()]);
    }
  }
  return out;
}

base::Digest recovery_digest(std::string_view account_id, std::string_view code) {
  std::string plain;
  for (const char c : code) {
    if (c == '-' || c == ' ') continue;
    plain.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
  }
  constexpr std::string_view kZero("\0", 1);
  return crypto::Sha256()
      .update("countersign/recovery-code/v1")
      .update(kZero)
      .update(account_id)
      .update(kZero)
      .update(plain)
      .finish();
}

std::vector<base::Digest> digests_of(std::string_view account_id, const std::vector<std::string>& codes) {
  std::vector<base::Digest> out;
  for (const auto& code : codes) out.push_back(recovery_digest(account_id, code));
  return out;
}

Outcome<std::vector<std::string>> renew_recovery_codes(Access& access, const Session& session) {
  const auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  if (const auto fresh = check_fresh(session, access.clock()); !fresh) return tl::unexpected(fresh.error());
  auto codes = new_recovery_codes(access.entropy);
  auto members = members_of(*account, session.peer, session.id);
  members["action"] = {{"name", "renew recovery codes"}};
  const auto changed = access.store.change(account->id, [&](Account& one) {
    one.recovery_codes = digests_of(one.id, codes);
    return access.record(&one, "factor.enrolled", std::move(members));
  });
  if (!changed) return failure("recovery codes were not made", changed.error());
  access.sessions.close_others(account->id, session.id);
  return codes;
}

Outcome<Sessions::Opened> recover(Access& access, const Session& session, std::string_view code) {
  const auto account = account_of(access, session);
  if (!account) return tl::unexpected(account.error());
  if (const auto open = check_not_locked(*account); !open) return tl::unexpected(open.error());
  const auto digest = recovery_digest(account->id, code);
  const auto has_it = [&](const Account& one) {
    bool found = false;
    for (const auto& known : one.recovery_codes)
      found = crypto::equal_in_constant_time(known.view(), digest.view()) || found;
    return found;
  };
  bool good = false;
  const auto changed = access.store.change(account->id, [&](Account& one) -> base::Result<void> {
    good = has_it(one);
    auto members = members_of(one, session.peer, session.id);
    members["action"] = {{"name", "use recovery code"}};
    if (!good) {
      ++one.factor_failures;
      members["outcome"] = {{"reason", "wrong_recovery_code"}};
      return access.record(&one, "login.failed", std::move(members));
    }
    std::erase(one.recovery_codes, digest);
    one.factor_failures = 0;
    return access.record(&one, "factor.reset", std::move(members));
  });
  if (!changed) return failure("a recovery code was not taken", changed.error());
  if (!good) {
    if (const auto open = check_not_locked(*changed); !open) return tl::unexpected(open.error());
    return refuse(403, "that is no recovery code of this account, or it was used");
  }
  access.sessions.close_others(account->id, session.id);
  return change_and_renew(access, session, [](Session& one) {
    one.recovered = true;
    one.proof.reset();
    one.pending.reset();
  });
}

}  // namespace countersign::auth
