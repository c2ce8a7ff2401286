#include "collector/signatures/compare.h"
#include "collector/signatures/schemes.h"
#include "ledger/base/encoding.h"
#include "ledger/base/time.h"
#include "ledger/crypto/mac.h"

#include <fmt/format.h>

/// HMAC-SHA256 of the body in a header, as many providers have it. Those that sign a time as well protect
/// against replays; for the others a replayed request holds events whose ids the ledger knows already.
namespace countersign::signatures {
namespace {

enum class Spelling { hex, base64 };

bool made_by(Secrets secrets, std::string_view message, std::string_view signature, Spelling spelling) {
  return any_secret(secrets, [&](std::string_view secret) {
    const auto mac = crypto::hmac(crypto::Hash::sha256, base::bytes_of(secret), message);
    return same_secret_text(spelling == Spelling::hex ? base::to_hex(mac) : base::to_base64(mac), signature);
  });
}

/// The signature in `header` behind `prefix`, over the body alone.
Verdict verify_body(const SignedRequest& request, Secrets secrets, std::string_view header,
                    std::string_view prefix) {
  auto signature = request.header(header);
  if (signature.empty()) return tl::unexpected(Doubt::missing);
  if (!signature.starts_with(prefix)) return tl::unexpected(Doubt::malformed);
  signature.remove_prefix(prefix.size());
  if (!made_by(secrets, request.body, signature, Spelling::hex)) return tl::unexpected(Doubt::wrong);
  return Proven{};
}

Verdict verify_timed(const SignedRequest& request, Secrets secrets, std::string_view signature,
                     std::int64_t signed_s, const std::string& message, Spelling spelling) {
  if (!made_by(secrets, message, signature, spelling)) return tl::unexpected(Doubt::wrong);
  if (!is_fresh(signed_s, request.now_s)) return tl::unexpected(Doubt::stale);
  return proven_once(signature, signed_s);
}

}  // namespace

Verdict verify_phasetwo(const SignedRequest& request, Secrets secrets) {
  return verify_body(request, secrets, "X-Keycloak-Signature", "");
}

Verdict verify_authgear(const SignedRequest& request, Secrets secrets) {
  return verify_body(request, secrets, "x-authgear-body-signature", "");
}

Verdict verify_github(const SignedRequest& request, Secrets secrets) {
  return verify_body(request, secrets, "X-Hub-Signature-256", "sha256=");
}

Verdict verify_slack(const SignedRequest& request, Secrets secrets) {
  auto signature = request.header("X-Slack-Signature");
  const auto time = request.header("X-Slack-Request-Timestamp");
  if (signature.empty() || time.empty()) return tl::unexpected(Doubt::missing);
  const auto signed_s = digits(time);
  if (!signed_s || !signature.starts_with("v0=")) return tl::unexpected(Doubt::malformed);
  signature.remove_prefix(3);
  return verify_timed(request, secrets, signature, *signed_s, fmt::format("v0:{}:{}", time, request.body),
                      Spelling::hex);
}

Verdict verify_zendesk(const SignedRequest& request, Secrets secrets) {
  const auto signature = request.header("X-Zendesk-Webhook-Signature");
  const auto time = request.header("X-Zendesk-Webhook-Signature-Timestamp");
  if (signature.empty() || time.empty()) return tl::unexpected(Doubt::missing);
  const auto signed_at = base::parse_rfc3339(time);
  if (!signed_at) return tl::unexpected(Doubt::malformed);
  return verify_timed(request, secrets, signature, signed_at->micros / 1'000'000,
                      fmt::format("{}{}", time, request.body), Spelling::base64);
}

Verdict verify_workos(const SignedRequest& request, Secrets secrets) {
  const auto value = request.header("WorkOS-Signature");
  if (value.empty()) return tl::unexpected(Doubt::missing);
  const auto comma = value.find(',');
  const auto begin = value.find_first_not_of(' ', comma == std::string_view::npos ? value.size() : comma + 1);
  if (!value.starts_with("t=") || begin == std::string_view::npos || !value.substr(begin).starts_with("v1="))
    return tl::unexpected(Doubt::malformed);
  const auto time = value.substr(2, comma - 2);
  const auto signed_ms = digits(time);
  if (!signed_ms) return tl::unexpected(Doubt::malformed);
  return verify_timed(request, secrets, value.substr(begin + 3), *signed_ms / 1000,
                      fmt::format("{}.{}", time, request.body), Spelling::hex);
}

}  // namespace countersign::signatures
