#include "web/auth/account.h"

#include "ledger/base/encoding.h"

#include <algorithm>
#include <array>

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

std::string random_id(const crypto::Entropy& entropy) {
  std::array<std::uint8_t, 16> bytes{};
  entropy(bytes);
  return base::to_hex(bytes);
}

std::string random_token(const crypto::Entropy& entropy) {
  std::array<std::uint8_t, 32> bytes{};
  entropy(bytes);
  return base::to_base64url(bytes);
}

}  // namespace countersign::auth
