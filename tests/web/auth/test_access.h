#pragma once

#include "ledger/crypto/aead.h"
#include "ledger/crypto/password.h"
#include "ledger/vault/kek.h"
#include "tests/support/temp_dir.h"
#include "web/auth/access.h"
#include "web/auth/totp.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace countersign::auth {

/// Accounts in a folder of their own, a clock that stands, and what was recorded.
class AccessTest : public ::testing::Test {
 protected:
  static constexpr auto kPassword = "violet tuba seven";

  base::Timestamp at(std::int64_t seconds) const { return {seconds * 1'000'000}; }

  Account add(const std::string& name, std::string password = kPassword) {
    Account out;
    out.id = crypto::random_id(entropy_);
    out.name = name;
    out.display_name = "Ana Example";
    out.tenants = {base::TenantId("acme")};
    out.created = now_;
    if (!password.empty()) out.password = crypto::hash_password(password, entropy_, {4, 8, 1});
    EXPECT_TRUE(access_.store.add(out));
    return out;
  }

  Account stored(const Account& account) { return **access_.store.by_id(account.id); }

  Session session_of(const Sessions::Opened& opened) { return sessions_.find(opened.cookie, now_).value(); }

  std::size_t count(std::string_view type) const {
    std::size_t found = 0;
    for (const auto& [name, members] : events_) found += name == type;
    return found;
  }

  testing::TempDir folder_;
  base::Timestamp now_{1'000'000'000 * std::int64_t{1'000'000}};
  crypto::Entropy entropy_ = crypto::system_entropy();
  Sessions sessions_{entropy_};
  crypto::Secret key_{std::vector<std::uint8_t>(crypto::Aead::kKeySize, 7)};
  std::vector<std::pair<std::string, boost::json::object>> events_;
  bool records_fail_ = false;
  Throttle names_{kNameThrottle}, addresses_{kAddressThrottle}, challenges_{kChallengeThrottle};
  Access access_{
      *AccountStore::open(folder_ / "accounts.sqlite"),
      sessions_,
      PasswordRules(),
      {[this](base::Bytes plain, const std::string& binding) {
         return base::Result<std::vector<std::uint8_t>>(crypto::Aead(key_).seal(plain, binding, entropy_));
       },
       [this](base::Bytes sealed, const std::string& binding) {
         return vault::Kek(key_).open(sealed, binding);
       }},
      [this] { return now_; },
      entropy_,
      [this](const Account*, std::string_view type, boost::json::object members) -> base::Result<void> {
        if (records_fail_) return base::fail(base::Code::resource_exhausted, "no room");
        events_.emplace_back(type, std::move(members));
        return {};
      },
      webauthn::RelyingParty{"evidence.example.com", "Countersign", {"https://evidence.example.com"}},
      names_,
      addresses_,
      challenges_,
      {4, 8, 1}};
  Peer peer_{"192.0.2.1", "browser/1"};
};

}  // namespace countersign::auth
