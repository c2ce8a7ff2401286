#include "web/webauthn/options.h"

#include "ledger/base/encoding.h"
#include "web/webauthn/public_key.h"

#include <boost/json/array.hpp>

namespace countersign::webauthn {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

base::Result<void> check_common(const RelyingParty& rp, base::Bytes challenge) {
  if (rp.id.empty()) return fail(Code::invalid_argument, "the relying party has no id");
  if (challenge.size() < kChallengeBytesMin || challenge.size() > kChallengeBytesMax)
    return fail(Code::invalid_argument, "a challenge has 16 to 64 bytes");
  return {};
}

/// PublicKeyCredentialDescriptorJSON, WebAuthn section 5.1.
base::Result<json::array> descriptors(std::span<const Credential> credentials) {
  json::array out;
  for (const auto& one : credentials) {
    if (one.id.empty() || one.id.size() > kCredentialIdBytesMax)
      return fail(Code::invalid_argument, "a credential id has 1 to 1023 bytes");
    json::object descriptor{{"type", "public-key"}, {"id", base::to_base64url(one.id)}};
    if (!one.transports.empty())
      descriptor["transports"] = json::array(one.transports.begin(), one.transports.end());
    out.push_back(std::move(descriptor));
  }
  return out;
}

json::array algorithms() {
  json::array out;
  for (const auto algorithm : kAlgorithms)
    out.push_back(json::object{{"type", "public-key"}, {"alg", static_cast<std::int64_t>(algorithm)}});
  return out;
}

}  // namespace

base::Result<json::object> registration_options(const RelyingParty& rp, const User& user,
                                                base::Bytes challenge, std::span<const Credential> registered,
                                                std::uint32_t timeout_ms) {
  TRY(check_common(rp, challenge));
  if (user.handle.empty() || user.handle.size() > kUserHandleBytesMax)
    return fail(Code::invalid_argument, "a user handle has 1 to 64 bytes");
  TRY_ASSIGN(auto exclude, descriptors(registered));
  return json::object{
      {"rp", {{"id", rp.id}, {"name", rp.name}}},
      {"user",
       {{"id", base::to_base64url(user.handle)}, {"name", user.name}, {"displayName", user.display_name}}},
      {"challenge", base::to_base64url(challenge)},
      {"pubKeyCredParams", algorithms()},
      {"timeout", timeout_ms},
      {"excludeCredentials", std::move(exclude)},
      {"authenticatorSelection", {{"residentKey", "preferred"}, {"userVerification", "required"}}},
      {"attestation", "none"}};
}

base::Result<json::object> authentication_options(const RelyingParty& rp, base::Bytes challenge,
                                                  std::span<const Credential> allowed,
                                                  std::uint32_t timeout_ms) {
  TRY(check_common(rp, challenge));
  TRY_ASSIGN(auto allow, descriptors(allowed));
  return json::object{{"challenge", base::to_base64url(challenge)},
                      {"timeout", timeout_ms},
                      {"rpId", rp.id},
                      {"allowCredentials", std::move(allow)},
                      {"userVerification", "required"}};
}

}  // namespace countersign::webauthn
