#include "web/auth/account.h"

#include <algorithm>

namespace countersign::auth {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kNameMax = 128;
constexpr std::string_view kOthers = "._-+@";

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

bool Account::may_act_for(const base::TenantId& tenant) const {
  return all_tenants || std::find(tenants.begin(), tenants.end(), tenant) != tenants.end();
}

bool Account::has_usable_passkey(base::Bytes but) const {
  return std::any_of(passkeys.begin(), passkeys.end(), [&](const Passkey& one) {
    const auto& key = one.credential.id;
    return !one.suspended && !std::equal(key.begin(), key.end(), but.begin(), but.end());
  });
}

base::Result<std::string> parse_account_name(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  const bool good = !out.empty() && out.size() <= kNameMax && is_letter_or_digit(out.front()) &&
                    std::all_of(out.begin(), out.end(), [](char c) {
                      return is_letter_or_digit(c) || kOthers.find(c) != std::string_view::npos;
                    });
  if (!good)
    return fail(
        Code::invalid_argument,
        "a user name is an e-mail address, or letters, digits, '.', '_', '-', '+' and '@', at most 128 "
        "characters, and begins with a letter or digit");
  return out;
}

}  // namespace countersign::auth
