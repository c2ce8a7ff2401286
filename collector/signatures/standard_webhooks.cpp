#include "collector/signatures/compare.h"
#include "collector/signatures/schemes.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/crypto/mac.h"

#include <fmt/format.h>

namespace countersign::signatures {
namespace {

constexpr std::string_view kSymmetric = "whsec_";
constexpr std::string_view kPublic = "whpk_";
constexpr std::size_t kPublicKeySize = 32;
constexpr std::size_t kSignaturesMax = 16;

struct Headers {
  std::string_view id, timestamp, signature;
};

Headers headers_of(const SignedRequest& request) {
  for (const std::string_view prefix : {"webhook-", "svix-"}) {
    const auto header = [&](std::string_view name) {
      return request.header(fmt::format("{}{}", prefix, name));
    };
    const Headers found{header("id"), header("timestamp"), header("signature")};
    if (!found.id.empty() || !found.timestamp.empty() || !found.signature.empty()) return found;
  }
  return {};
}

/// Whether a `v1,…` or `v1a,…` is the secret's.
bool is_of(std::string_view one, std::string_view secret, std::string_view message) {
  const bool asymmetric = secret.starts_with(kPublic);
  const std::string_view version = asymmetric ? "v1a," : "v1,";
  if (!one.starts_with(version) || !(asymmetric || secret.starts_with(kSymmetric))) return false;
  const auto key = base::from_base64(secret.substr(asymmetric ? kPublic.size() : kSymmetric.size()));
  const auto signature = base::from_base64(one.substr(version.size()));
  if (!key || !signature) return false;
  if (asymmetric) return crypto::verify_ed25519(*key, message, *signature);
  const auto expected = crypto::hmac(crypto::Hash::sha256, *key, message);
  return same_secret_text(base::text_of(expected), base::text_of(*signature));
}

}  // namespace

base::Result<void> check_standard_webhooks(std::string_view secret) {
  const bool asymmetric = secret.starts_with(kPublic);
  if (!asymmetric && !secret.starts_with(kSymmetric))
    return base::fail(base::Code::invalid_argument,
                      "the secret must begin with whsec_ (a signing secret) or whpk_ (a public key)");
  const auto key = base::from_base64(secret.substr(asymmetric ? kPublic.size() : kSymmetric.size()));
  const bool good =
      key && (asymmetric ? key->size() == kPublicKeySize : key->size() >= 24 && key->size() <= 64);
  if (!good)
    return base::fail(base::Code::invalid_argument,
                      "behind whsec_ must stand 24 to 64 bytes in base64, behind whpk_ 32");
  return {};
}

Verdict verify_standard_webhooks(const SignedRequest& request, Secrets secrets) {
  const auto headers = headers_of(request);
  if (headers.id.empty() || headers.timestamp.empty() || headers.signature.empty())
    return tl::unexpected(Doubt::missing);
  const auto signed_s = digits(headers.timestamp);
  if (!signed_s) return tl::unexpected(Doubt::malformed);
  const std::string message = fmt::format("{}.{}.{}", headers.id, headers.timestamp, request.body);
  bool good = false;
  std::string_view rest = headers.signature;
  for (std::size_t n = 0; n < kSignaturesMax && !rest.empty(); ++n) {
    const auto one = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    good = any_secret(secrets, [&](std::string_view secret) { return is_of(one, secret, message); }) || good;
  }
  if (!good) return tl::unexpected(Doubt::wrong);
  if (!is_fresh(*signed_s, request.now_s)) return tl::unexpected(Doubt::stale);
  return proven_once(headers.id, *signed_s);
}

}  // namespace countersign::signatures
