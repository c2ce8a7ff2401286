#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "tests/web/webauthn/expect.h"
#include "tests/web/webauthn/w3c_vectors.h"
#include "web/webauthn/authenticator_data.h"
#include "web/webauthn/client_data.h"
#include "web/webauthn/public_key.h"
#include "web/webauthn/signature.h"
#include "web/webauthn/verify.h"

#include <boost/json/serialize.hpp>

// The vectors of the standard. Most of them were made without user verification, which is demanded here:
// those must fail for that, or for the frame they were made in, and for nothing else.

namespace countersign::webauthn {
namespace {

namespace json = boost::json;

using base::Code;
using testing::accepted;
using testing::AuthenticationVector;
using testing::ByteVector;
using testing::kHandle;
using testing::refused;
using testing::RegistrationVector;

const RelyingParty kParty{"example.org", "Example", {"https://example.org"}};

ByteVector bytes(std::string_view hex) { return base::from_hex(hex).value(); }
std::string base64url(std::string_view hex) { return base::to_base64url(bytes(hex)); }

json::object envelope(base::Bytes id, json::object response) {
  const auto name = base::to_base64url(id);
  return {{"id", name}, {"rawId", name}, {"type", "public-key"}, {"response", std::move(response)}};
}

base::Result<Credential> verify(const RegistrationVector& of) {
  const auto answer = envelope(bytes(of.credential_id),
                               {{"clientDataJSON", base::to_base64url(base::bytes_of(of.client_data))},
                                {"attestationObject", base64url(of.attestation_object)}});
  return verify_registration(kParty, bytes(of.challenge), json::serialize(answer));
}

base::Result<Used> verify(const AuthenticationVector& of, const Credential& credential) {
  const auto answer =
      envelope(credential.id, {{"clientDataJSON", base::to_base64url(base::bytes_of(of.client_data))},
                               {"authenticatorData", base64url(of.authenticator_data)},
                               {"signature", base64url(of.signature)}});
  return verify_authentication({kParty, bytes(of.challenge), credential, kHandle}, json::serialize(answer));
}

/// Of a registration that cannot be verified as a whole: the key that was made.
Credential credential_of(const RegistrationVector& of) {
  const auto object = bytes(of.attestation_object);
  // The authenticator data is the object's last member, and these are all of one size.
  const auto data = read_authenticator_data(base::Bytes(object).last(164)).value();
  Credential out;
  out.id = bytes(of.credential_id);
  out.public_key.assign(data.attested->cose_key.begin(), data.attested->cose_key.end());
  out.backup_eligible = data.backup_eligible;
  return out;
}

Credential credential_with(std::string_view public_key, bool backup_eligible) {
  Credential out;
  out.id = {1};  // is not signed
  out.public_key = bytes(public_key);
  out.backup_eligible = backup_eligible;
  return out;
}

TEST(W3cVectors, SelfAttestationIsVerified) {
  const auto got = verify(testing::kSelfRegistration);
  ASSERT_TRUE(accepted(got));
  EXPECT_EQ(got->id, bytes(testing::kSelfRegistration.credential_id));
  EXPECT_EQ(base::to_hex(got->aaguid), "df850e09db6afbdfab51697791506cfc");
  EXPECT_TRUE(got->backup_eligible);
  EXPECT_TRUE(got->backed_up);
  EXPECT_EQ(got->sign_count, 0U);
}

TEST(W3cVectors, AuthenticationIsVerified) {
  const auto got = verify(testing::kLongIdAuthentication, credential_with(testing::kLongIdKey, true));
  ASSERT_TRUE(accepted(got));
  EXPECT_EQ(*got, Used{});
  EXPECT_TRUE(refused(verify(testing::kLongIdAuthentication, credential_with(testing::kLongIdKey, false)),
                      Code::unauthenticated, "says otherwise"));
}

TEST(W3cVectors, SignaturesAreGood) {
  const auto check = [](const AuthenticationVector& of, const ByteVector& cose_key) {
    const auto key = parse_public_key(cose_key).value();
    auto raw = bytes(of.authenticator_data);
    const auto data = read_authenticator_data(raw).value();
    const auto client_data = base::bytes_of(of.client_data);
    auto signature = bytes(of.signature);
    EXPECT_TRUE(accepted(verify_assertion("example.org", key, data, client_data, signature)));
    signature[signature.size() / 2] ^= 1U;
    EXPECT_TRUE(refused(verify_assertion("example.org", key, data, client_data, signature),
                        Code::unauthenticated, "signature"));
  };
  check(testing::kNoneAuthentication, credential_of(testing::kNoneRegistration).public_key);
  check(testing::kSelfAuthentication, credential_of(testing::kSelfRegistration).public_key);
  check(testing::kCrossOriginAuthentication, credential_of(testing::kCrossOriginRegistration).public_key);
  check(testing::kTopOriginAuthentication, credential_of(testing::kTopOriginRegistration).public_key);
  check(testing::kLongIdAuthentication, bytes(testing::kLongIdKey));
  check(testing::kEd25519Authentication, bytes(testing::kEd25519Key));
}

TEST(W3cVectors, WithoutUserVerificationAreRefusedForThat) {
  EXPECT_TRUE(refused(verify(testing::kNoneRegistration), Code::unauthenticated, "verify the person"));
  EXPECT_TRUE(refused(verify(testing::kNoneAuthentication, credential_of(testing::kNoneRegistration)),
                      Code::unauthenticated, "verify the person"));
  EXPECT_TRUE(refused(verify(testing::kSelfAuthentication, credential_of(testing::kSelfRegistration)),
                      Code::unauthenticated, "verify the person"));
  EXPECT_TRUE(refused(verify(testing::kEd25519Authentication, credential_with(testing::kEd25519Key, false)),
                      Code::unauthenticated, "verify the person"));
}

TEST(W3cVectors, MadeWithinAnotherPageAreRefusedForThat) {
  for (const auto* of : {&testing::kCrossOriginRegistration, &testing::kTopOriginRegistration})
    EXPECT_TRUE(refused(verify(*of), Code::unauthenticated, "within another page"));
  EXPECT_TRUE(
      refused(verify(testing::kCrossOriginAuthentication, credential_of(testing::kCrossOriginRegistration)),
              Code::unauthenticated, "within another page"));
  EXPECT_TRUE(
      refused(verify(testing::kTopOriginAuthentication, credential_of(testing::kTopOriginRegistration)),
              Code::unauthenticated, "within another page"));
}

TEST(W3cVectors, AuthenticatorDataReadsAsTheStandardSays) {
  const auto object = bytes(testing::kNoneRegistration.attestation_object);
  const auto data = read_authenticator_data(base::Bytes(object).last(164));
  ASSERT_TRUE(accepted(data));
  EXPECT_EQ(base::to_hex(data->rp_id_hash), base::to_hex(crypto::sha256("example.org").view()));
  EXPECT_TRUE(data->user_present);
  EXPECT_FALSE(data->user_verified);
  EXPECT_TRUE(data->backup_eligible);
  EXPECT_TRUE(data->backed_up);
  ASSERT_TRUE(data->attested);
  EXPECT_EQ(base::to_hex(data->attested->credential_id), testing::kNoneRegistration.credential_id);
  EXPECT_EQ(base::to_hex(data->attested->aaguid), "8446ccb9ab1db374750b2367ff6f3a1f");
  EXPECT_EQ(data->attested->key.algorithm, Algorithm::es256);
  EXPECT_TRUE(data->extensions.empty());
}

TEST(W3cVectors, ClientDataIsTakenAsItStands) {
  for (const auto* of : {&testing::kNoneRegistration, &testing::kSelfRegistration}) {
    EXPECT_TRUE(accepted(
        check_client_data(base::bytes_of(of->client_data), Ceremony::create, kParty, bytes(of->challenge))));
  }
  for (const auto* of : {&testing::kNoneAuthentication, &testing::kSelfAuthentication,
                         &testing::kLongIdAuthentication, &testing::kEd25519Authentication}) {
    EXPECT_TRUE(accepted(
        check_client_data(base::bytes_of(of->client_data), Ceremony::get, kParty, bytes(of->challenge))));
  }
}

}  // namespace
}  // namespace countersign::webauthn
