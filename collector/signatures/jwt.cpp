#include "collector/signatures/compare.h"
#include "collector/signatures/schemes.h"
#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/digest.h"
#include "ledger/crypto/mac.h"

#include <boost/json/object.hpp>

namespace countersign::signatures {
namespace {

namespace json = boost::json;

constexpr std::size_t kTokenBytesMax = 8192;

std::optional<json::object> object_in(std::string_view base64url) {
  const auto bytes = base::from_base64url(base64url);
  if (!bytes) return std::nullopt;
  auto parsed = base::parse_json(base::text_of(*bytes), {.depth_max = 8});
  if (!parsed || !parsed->duplicates.empty() || !parsed->value.is_object()) return std::nullopt;
  return std::move(parsed->value.get_object());
}

std::string_view text_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

std::optional<std::int64_t> seconds_of(const json::object& from, std::string_view name) {
  const auto* value = from.if_contains(json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

/// The claims of the compact JWS (RFC 7515 section 7.1) in `Authorization: Bearer`. HS256 and nothing else:
/// a token must not choose how it is checked (RFC 8725 section 3.1).
tl::expected<json::object, Doubt> claims_of(const SignedRequest& request, Secrets secrets) {
  constexpr std::string_view kScheme = "Bearer ";
  auto token = request.header("Authorization");
  if (token.empty()) return tl::unexpected(Doubt::missing);
  if (!token.starts_with(kScheme) || token.size() > kTokenBytesMax) return tl::unexpected(Doubt::malformed);
  token.remove_prefix(kScheme.size());
  const auto first = token.find('.'), second = token.rfind('.');
  if (first == std::string_view::npos || first == second) return tl::unexpected(Doubt::malformed);
  const auto header = object_in(token.substr(0, first));
  const auto signature = base::from_base64url(token.substr(second + 1));
  if (!header || !signature || text_of(*header, "alg") != "HS256") return tl::unexpected(Doubt::malformed);
  const auto covered = token.substr(0, second);
  const bool good = any_secret(secrets, [&](std::string_view secret) {
    const auto mac = crypto::hmac(crypto::Hash::sha256, base::bytes_of(secret), covered);
    return same_secret_text(base::text_of(mac), base::text_of(*signature));
  });
  if (!good) return tl::unexpected(Doubt::wrong);
  auto claims = object_in(token.substr(first + 1, second - first - 1));
  if (!claims) return tl::unexpected(Doubt::malformed);
  return std::move(*claims);
}

}  // namespace

Verdict verify_vonage(const SignedRequest& request, Secrets secrets) {
  const auto claims = claims_of(request, secrets);
  if (!claims) return tl::unexpected(claims.error());
  const auto issued = seconds_of(*claims, "iat"), expires = seconds_of(*claims, "exp");
  std::string hash(text_of(*claims, "payload_hash"));
  if (!issued || hash.empty()) return tl::unexpected(Doubt::malformed);
  for (char& c : hash) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  if (!same_secret_text(hash, base::to_hex(crypto::sha256(request.body).view())))
    return tl::unexpected(Doubt::wrong);
  if (!is_fresh(*issued, request.now_s) || (expires && *expires < request.now_s))
    return tl::unexpected(Doubt::stale);
  const auto id = text_of(*claims, "jti");
  return proven_once(id.empty() ? hash : id, *issued);
}

}  // namespace countersign::signatures
