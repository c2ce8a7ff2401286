#pragma once

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/base/time.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/crypto/mac.h"
#include "ledger/crypto/rsa.h"
#include "web/oidc/fetch.h"
#include "web/oidc/options.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::oidc {

namespace json = boost::json;

inline constexpr std::string_view kIssuer = "https://id.example.com/tenant";
inline constexpr std::string_view kClientId = "countersign";
inline constexpr std::int64_t kNowS = 1'790'000'000;

inline std::string base64url(std::string_view text) { return base::to_base64url(base::bytes_of(text)); }

inline json::string text(std::string_view from) {
  return json::string(json::string_view(from.data(), from.size()));
}

/// The key of RFC 7515 appendix A.2.
inline const std::string& rsa_pem() {
  static const auto kPem = base::read_file(COUNTERSIGN_TEST_DATA "/rfc7515-a2/private_key.pem", 8192);
  if (!kPem) std::abort();
  return *kPem;
}
inline constexpr std::string_view kRsaModulus =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-"
    "SFd2lZ"
    "S-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
    "UTo7WTBEMa2"
    "R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_"
    "h9iaGNj8q2ethFkMLs91kzk2PAcD"
    "TW9gb54h4FRWyuXpoQ";

inline json::object rsa_jwk(std::string_view kid) {
  json::object jwk = {{"kty", "RSA"}, {"e", "AQAB"}, {"n", text(kRsaModulus)}};
  if (!kid.empty()) jwk["kid"] = text(kid);
  return jwk;
}

/// An Ed25519 key that is known by its number.
inline crypto::Ed25519Key ed_key(std::uint8_t number) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(number);
  return std::move(*crypto::Ed25519Key::from_seed(seed));
}

inline json::object ed_jwk(std::uint8_t number, std::string_view kid) {
  json::object jwk = {{"kty", "OKP"}, {"crv", "Ed25519"}};
  jwk["x"] = text(base::to_base64url(ed_key(number).public_key()));
  if (!kid.empty()) jwk["kid"] = text(kid);
  return jwk;
}

inline std::string unsigned_token(const json::object& header, const json::object& claims) {
  return base64url(json::serialize(header)) + "." + base64url(json::serialize(claims));
}

inline std::string sign_ed(const json::object& header, const json::object& claims, std::uint8_t number = 1) {
  const auto covered = unsigned_token(header, claims);
  return covered + "." + base::to_base64url(ed_key(number).sign(covered));
}

inline std::string sign_rsa(const json::object& header, const json::object& claims) {
  const auto covered = unsigned_token(header, claims);
  return covered + "." + base64url(*crypto::sign_rs256(rsa_pem(), covered));
}

/// A token whose HMAC was made with `secret`: what an attacker makes who has only what is public.
inline std::string sign_hs256(const json::object& header, const json::object& claims,
                              std::string_view secret) {
  const auto covered = unsigned_token(header, claims);
  return covered + "." +
         base::to_base64url(crypto::hmac(crypto::Hash::sha256, base::bytes_of(secret), covered));
}

inline json::object header_of(std::string_view algorithm, std::string_view kid) {
  json::object header = {{"alg", text(algorithm)}};
  if (!kid.empty()) header["kid"] = text(kid);
  return header;
}

/// A provider without a network, and a clock. Its signing key is ed_key(1), `kid` "one".
struct FakeProvider {
  FakeProvider() {
    metadata = {{"issuer", text(kIssuer)},
                {"authorization_endpoint", "https://id.example.com/authorize"},
                {"token_endpoint", "https://id.example.com/token"},
                {"jwks_uri", "https://id.example.com/keys"},
                {"userinfo_endpoint", "https://id.example.com/userinfo"},
                {"response_types_supported", {"code", "id_token"}},
                {"code_challenge_methods_supported", {"plain", "S256"}},
                {"id_token_signing_alg_values_supported", {"RS256", "EdDSA", "ES256", "HS256", "none"}},
                {"token_endpoint_auth_methods_supported", {"client_secret_post", "client_secret_basic"}}};
    keys = {ed_jwk(1, "one"), rsa_jwk("rsa")};
    token_answer = {{"token_type", "Bearer"}, {"access_token", "at-1"}};
  }

  /// Claims of a good ID token.
  static json::object claims(std::string_view nonce) {
    return {{"iss", text(kIssuer)},   {"aud", text(kClientId)}, {"sub", "u-1"},
            {"nonce", text(nonce)},   {"iat", kNowS - 2},       {"exp", kNowS + 300},
            {"auth_time", kNowS - 30}};
  }

  Fetch fetch() {
    return [this](const FetchRequest& request) -> base::Result<http::ClientResponse> {
      requests.push_back(request);
      ++count[request.url];
      if (down) return base::fail(base::Code::unavailable, "no network");
      const auto set = answers.find(request.url);
      if (set != answers.end()) return http::ClientResponse{set->second.first, {}, set->second.second};
      if (request.url == std::string(kIssuer) + "/.well-known/openid-configuration")
        return http::ClientResponse{200, {}, json::serialize(metadata)};
      if (request.url == kKeysUrl)
        return http::ClientResponse{200, {}, json::serialize(json::object{{"keys", keys}})};
      if (request.url == kTokenUrl) return http::ClientResponse{200, {}, json::serialize(token_answer)};
      if (request.url == kUserInfoUrl) return http::ClientResponse{200, {}, json::serialize(user_info)};
      return http::ClientResponse{404, {}, ""};
    };
  }

  base::Clock clock() {
    return [this] { return base::Timestamp{now_s * 1'000'000}; };
  }

  static constexpr auto* kKeysUrl = "https://id.example.com/keys";
  static constexpr auto* kTokenUrl = "https://id.example.com/token";
  static constexpr auto* kUserInfoUrl = "https://id.example.com/userinfo";

  json::object metadata, token_answer;
  json::object user_info = {{"sub", "u-1"}};
  json::array keys;
  std::map<std::string, std::pair<int, std::string>> answers;  ///< status and body, instead of the usual ones
  bool down = false;
  std::int64_t now_s = kNowS;
  std::vector<FetchRequest> requests;
  std::map<std::string, int> count;
};

inline Options options() {
  Options out;
  out.issuer = kIssuer;
  out.client_id = kClientId;
  out.client_secret = crypto::Secret(base::bytes_of("s3cret/+~ \xc3\xa4"));
  out.redirect_uri = "https://audit.example.com/v1/sign-in/answer";
  out.roles_claim = {"groups"};
  out.roles = {{"audit-team", "auditor"}, {"sec", "analyst"}, {"sec", "privacy"}, {"Security Team", "admin"}};
  return out;
}

}  // namespace countersign::oidc
