#include "collector/signatures/compare.h"
#include "collector/signatures/schemes.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/ed25519.h"

#include <fmt/format.h>

namespace countersign::signatures {

base::Result<void> check_telnyx(std::string_view secret) {
  const auto key = base::from_base64(secret);
  if (!key || key->size() != crypto::Ed25519PublicKey().size())
    return base::fail(base::Code::invalid_argument, "the public key must be 32 bytes in base64");
  return {};
}

Verdict verify_telnyx(const SignedRequest& request, Secrets secrets) {
  const auto text = request.header("telnyx-signature-ed25519"), time = request.header("telnyx-timestamp");
  if (text.empty() || time.empty()) return tl::unexpected(Doubt::missing);
  const auto signature = base::from_base64(text);
  const auto signed_s = digits(time);
  if (!signature || !signed_s) return tl::unexpected(Doubt::malformed);
  const auto message = fmt::format("{}|{}", time, request.body);
  const bool good = any_secret(secrets, [&](std::string_view key) {
    const auto bytes = base::from_base64(key);
    return bytes && crypto::verify_ed25519(*bytes, message, *signature);
  });
  if (!good) return tl::unexpected(Doubt::wrong);
  if (!is_fresh(*signed_s, request.now_s)) return tl::unexpected(Doubt::stale);
  return proven_once(text, *signed_s);
}

}  // namespace countersign::signatures
