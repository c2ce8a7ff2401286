#include "web/auth/totp.h"

#include "ledger/crypto/digest.h"

#include <fmt/format.h>

#include <liboath/oath.h>

#include <array>
#include <cstdlib>
#include <new>

namespace countersign::auth {
namespace {

constexpr unsigned kDigits = 6;

/// For calls that fail only for want of memory.
void require(int result) {
  if (result != OATH_OK) throw std::bad_alloc();
}

void set_up() {
  static const int kDone = oath_init();
  require(kDone);
}

/// Percent-encoded but for the unreserved characters (RFC 3986 section 2.3).
std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

crypto::Secret new_totp_secret(const crypto::Entropy& entropy) {
  std::vector<std::uint8_t> bytes(kTotpSecretBytes);
  entropy(bytes);
  return crypto::Secret(std::move(bytes));
}

std::string totp_code(const crypto::Secret& secret, std::int64_t step) {
  set_up();
  std::array<char, kDigits + 1> code{};
  const auto bytes = base::text_of(secret.view());
  require(oath_hotp_generate(bytes.data(), bytes.size(), static_cast<std::uint64_t>(step), kDigits,
                             /*add_checksum=*/false, OATH_HOTP_DYNAMIC_TRUNCATION, code.data()));
  return {code.data(), kDigits};
}

std::optional<std::int64_t> totp_step(const crypto::Secret& secret, std::string_view code,
                                      base::Timestamp now, std::int64_t last_step) {
  const auto present = now.micros / 1'000'000 / kTotpStepS;
  std::optional<std::int64_t> found;
  for (auto step = present - kTotpDrift; step <= present + kTotpDrift; ++step) {
    const bool same =
        crypto::equal_in_constant_time(base::bytes_of(totp_code(secret, step)), base::bytes_of(code));
    if (same && step > last_step && !found) found = step;
  }
  return found;
}

std::string otpauth_uri(const crypto::Secret& secret, std::string_view issuer, std::string_view account) {
  return fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}&algorithm=SHA1&digits={3}&period={4}",
                     encoded(issuer), encoded(account), totp_secret_text(secret), kDigits, kTotpStepS);
}

std::string totp_secret_text(const crypto::Secret& secret) {
  set_up();
  char* out = nullptr;
  std::size_t size = 0;
  const auto bytes = base::text_of(secret.view());
  require(oath_base32_encode(bytes.data(), bytes.size(), &out, &size));
  std::string text(out, size);
  std::free(out);
  while (text.ends_with('=')) text.pop_back();
  return text;
}

}  // namespace countersign::auth
