#include "collector/signatures/compare.h"
#include "collector/signatures/schemes.h"
#include "ledger/base/encoding.h"

namespace countersign::signatures {
namespace {

bool begins_with_scheme(std::string_view value, std::string_view scheme) {
  if (value.size() <= scheme.size() || value[scheme.size()] != ' ') return false;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    if ((value[i] | 0x20) != scheme[i]) return false;
  }
  return true;
}

/// The secret in what stands in `Authorization`: the value itself, a bearer token (RFC 6750 section 2.1), or
/// the password of Basic (RFC 7617).
std::string presented(std::string_view value) {
  if (begins_with_scheme(value, "bearer")) return std::string(value.substr(7));
  if (!begins_with_scheme(value, "basic")) return std::string(value);
  const auto decoded = base::from_base64(value.substr(6));
  if (!decoded) return {};
  const std::string pair(decoded->begin(), decoded->end());
  const auto colon = pair.find(':');
  return colon == std::string::npos ? std::string() : pair.substr(colon + 1);
}

}  // namespace

base::Result<void> check_shared_header(std::string_view secret) {
  constexpr std::size_t kSecretMin = 20;
  TRY(check_text(secret));
  if (secret.size() < kSecretMin)
    return base::fail(base::Code::invalid_argument, "the secret must have 20 characters or more");
  return {};
}

Verdict verify_shared_header(const SignedRequest& request, Secrets secrets) {
  const auto value = request.header("Authorization");
  if (value.empty()) return tl::unexpected(Doubt::missing);
  const auto shown = presented(value);
  const bool good =
      any_secret(secrets, [&](std::string_view secret) { return same_secret_text(secret, shown); });
  if (!good) return tl::unexpected(Doubt::wrong);
  return Proven{};
}

}  // namespace countersign::signatures
