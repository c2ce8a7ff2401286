#include "collector/signatures/scheme.h"

#include "collector/signatures/compare.h"
#include "collector/signatures/schemes.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace countersign::signatures {
namespace {

using record::Proof;

constexpr std::array<Scheme, 12> kSchemes{{
    {"authgear", "Authgear (x-authgear-body-signature)", Proof::hmac, "the webhook signing secret",
     check_text, verify_authgear},
    {"github", "GitHub (X-Hub-Signature-256)", Proof::hmac, "the webhook's secret", check_text,
     verify_github},
    {"phasetwo", "Phase Two for Keycloak (X-Keycloak-Signature)", Proof::hmac, "the webhook's shared secret",
     check_text, verify_phasetwo},
    {"shared_header", "a static Authorization header", Proof::shared_header, "", check_shared_header,
     verify_shared_header},
    {"sinch", "Sinch (signed callback)", Proof::hmac, "the application secret, in base64", check_sinch,
     verify_sinch},
    {"slack", "Slack (X-Slack-Signature)", Proof::hmac, "the app's signing secret", check_text, verify_slack},
    {"standard_webhooks", "Standard Webhooks (webhook-signature)", Proof::hmac, "", check_standard_webhooks,
     verify_standard_webhooks},
    {"telnyx", "Telnyx (Ed25519)", Proof::asymmetric, "the account's public key, in base64", check_telnyx,
     verify_telnyx},
    {"twilio", "Twilio (X-Twilio-Signature)", Proof::hmac, "the account's auth token", check_text,
     verify_twilio},
    {"vonage", "Vonage (signed webhook, JWT)", Proof::jwt, "the account's signature secret", check_text,
     verify_vonage},
    {"workos", "WorkOS (WorkOS-Signature)", Proof::hmac, "the webhook's secret", check_text, verify_workos},
    {"zendesk", "Zendesk (X-Zendesk-Webhook-Signature)", Proof::hmac, "the webhook's signing secret",
     check_text, verify_zendesk},
}};

}  // namespace

std::string_view to_string(Doubt doubt) {
  switch (doubt) {
    case Doubt::missing:
      return "signature_missing";
    case Doubt::malformed:
      return "signature_malformed";
    case Doubt::wrong:
      return "signature_wrong";
    case Doubt::stale:
      return "timestamp_stale";
  }
  return "signature_wrong";
}

const Scheme* find_scheme(std::string_view name) {
  const auto* found = std::find_if(kSchemes.begin(), kSchemes.end(),
                                   [&](const Scheme& scheme) { return scheme.name == name; });
  return found == kSchemes.end() ? nullptr : found;
}

std::span<const Scheme> all_schemes() { return kSchemes; }

std::string make_secret(const Scheme& scheme, const crypto::Entropy& entropy) {
  std::array<std::uint8_t, 32> random{};
  entropy(random);
  return scheme.name == "standard_webhooks" ? "whsec_" + base::to_base64(random)
                                            : "csh_" + base::to_base64url(random);
}

base::Result<void> check_text(std::string_view secret) {
  const bool printable =
      std::all_of(secret.begin(), secret.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (secret.empty() || secret.size() > 512 || !printable)
    return base::fail(base::Code::invalid_argument,
                      "the secret must have 1 to 512 printable ASCII characters without spaces");
  return {};
}

bool same_secret_text(std::string_view a, std::string_view b) {
  return crypto::equal_in_constant_time(base::bytes_of(a), base::bytes_of(b));
}

std::optional<std::int64_t> digits(std::string_view text) {
  constexpr std::size_t kDigitsMax = 15;
  if (text.empty() || text.size() > kDigitsMax) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

bool is_fresh(std::int64_t signed_s, std::int64_t now_s) {
  return signed_s >= now_s - kToleranceSeconds && signed_s <= now_s + kToleranceSeconds;
}

Proven proven_once(std::string_view id, std::int64_t signed_s) {
  return {fmt::format("{}.{}", id, signed_s), signed_s + kToleranceSeconds + 1};
}

}  // namespace countersign::signatures
