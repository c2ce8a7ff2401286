#include "collector/signatures/compare.h"
#include "collector/signatures/schemes.h"
#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/crypto/mac.h"

#include <fmt/format.h>

namespace countersign::signatures {

base::Result<void> check_sinch(std::string_view secret) {
  const auto key = base::from_base64(secret);
  if (!key || key->size() < 8)
    return base::fail(base::Code::invalid_argument,
                      "the application secret must be base64 of 8 bytes or more");
  return {};
}

Verdict verify_sinch(const SignedRequest& request, Secrets secrets) {
  const auto value = request.header("Authorization"), time = request.header("x-timestamp");
  const auto space = value.find(' '), colon = value.rfind(':');
  if (value.empty() || time.empty()) return tl::unexpected(Doubt::missing);
  if (space != 11 || colon == std::string_view::npos || colon < space ||
      (value.substr(1, 10) != "pplication" || (value.front() | 0x20) != 'a'))
    return tl::unexpected(Doubt::malformed);
  const auto signature = base::from_base64(value.substr(colon + 1));
  const auto signed_at = base::parse_rfc3339(time);
  if (!signature || !signed_at) return tl::unexpected(Doubt::malformed);
  const auto message = fmt::format("{}\n{}\n{}\nx-timestamp:{}\n{}", request.method,
                                   base::to_base64(crypto::hash(crypto::Hash::md5, request.body)),
                                   request.header("Content-Type"), time, request.path);
  const bool good = any_secret(secrets, [&](std::string_view secret) {
    const auto key = base::from_base64(secret);
    return key && same_secret_text(base::text_of(crypto::hmac(crypto::Hash::sha256, *key, message)),
                                   base::text_of(*signature));
  });
  if (!good) return tl::unexpected(Doubt::wrong);
  const auto signed_s = signed_at->micros / 1'000'000;
  if (!is_fresh(signed_s, request.now_s)) return tl::unexpected(Doubt::stale);
  return proven_once(value.substr(colon + 1), signed_s);
}

}  // namespace countersign::signatures
