#include "web/webauthn/options.h"

#include "tests/web/webauthn/authenticator.h"
#include "tests/web/webauthn/expect.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace countersign::webauthn {
namespace {

using base::Code;
using testing::accepted;
using testing::ByteVector;
using testing::example_party;
using testing::kChallenge;
using testing::kHandle;
using testing::refused;

User example_user() { return {kHandle, "ana@example.com", "Ana \"A\" Example"}; }

std::vector<Credential> two_credentials() {
  std::vector<Credential> out(2);
  out[0].id = {1, 2, 3};
  out[0].transports = {"hybrid", "internal"};
  out[1].id = {0xff, 0xfe};
  return out;
}

// The two texts are what browsers are given: WebAuthn section 5.1.

TEST(Options, OfARegistrationHaveOneText) {
  const auto got =
      registration_options(example_party(), example_user(), kChallenge, two_credentials(), 300'000);
  ASSERT_TRUE(accepted(got));
  EXPECT_EQ(boost::json::serialize(*got),
            R"({"rp":{"id":"evidence.example.com","name":"Countersign"},)"
            R"("user":{"id":"p6enp6enp6enp6enp6enpw","name":"ana@example.com",)"
            R"("displayName":"Ana \"A\" Example"},)"
            R"("challenge":"xMTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMQ",)"
            R"("pubKeyCredParams":[{"type":"public-key","alg":-7},{"type":"public-key","alg":-8},)"
            R"({"type":"public-key","alg":-257}],)"
            R"("timeout":300000,)"
            R"("excludeCredentials":[{"type":"public-key","id":"AQID","transports":["hybrid","internal"]},)"
            R"({"type":"public-key","id":"__4"}],)"
            R"("authenticatorSelection":{"residentKey":"preferred","userVerification":"required"},)"
            R"("attestation":"none"})");
}

TEST(Options, OfAnAuthenticationHaveOneText) {
  const auto got = authentication_options(example_party(), kChallenge, two_credentials(), 120'000);
  ASSERT_TRUE(accepted(got));
  EXPECT_EQ(boost::json::serialize(*got),
            R"({"challenge":"xMTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMQ",)"
            R"("timeout":120000,)"
            R"("rpId":"evidence.example.com",)"
            R"("allowCredentials":[{"type":"public-key","id":"AQID","transports":["hybrid","internal"]},)"
            R"({"type":"public-key","id":"__4"}],)"
            R"("userVerification":"required"})");
}

TEST(Options, NameNoCredentialsWhereThereAreNone) {
  const auto make = registration_options(example_party(), example_user(), kChallenge, {}, 1);
  ASSERT_TRUE(accepted(make));
  EXPECT_EQ(boost::json::serialize(make->at("excludeCredentials")), "[]");
  const auto get = authentication_options(example_party(), kChallenge, {}, 1);
  ASSERT_TRUE(accepted(get));
  EXPECT_EQ(boost::json::serialize(get->at("allowCredentials")), "[]");
}

TEST(Options, WantAChallengeThatCannotBeGuessed) {
  for (const std::size_t size : {0U, 15U, 65U}) {
    const ByteVector challenge(size, 1);
    EXPECT_TRUE(refused(registration_options(example_party(), example_user(), challenge, {}, 1),
                        Code::invalid_argument, "challenge"));
    EXPECT_TRUE(refused(authentication_options(example_party(), challenge, {}, 1), Code::invalid_argument,
                        "challenge"));
  }
  for (const std::size_t size : {16U, 64U})
    EXPECT_TRUE(accepted(authentication_options(example_party(), ByteVector(size, 1), {}, 1)));
}

TEST(Options, WantAHandleOf1To64Bytes) {
  auto user = example_user();
  for (const std::size_t size : {0U, 65U}) {
    user.handle = ByteVector(size, 1);
    EXPECT_TRUE(refused(registration_options(example_party(), user, kChallenge, {}, 1),
                        Code::invalid_argument, "handle"));
  }
  user.handle = ByteVector(64, 1);
  EXPECT_TRUE(accepted(registration_options(example_party(), user, kChallenge, {}, 1)));
}

TEST(Options, WantCredentialIdsAndARelyingParty) {
  std::vector<Credential> credentials(1);
  EXPECT_TRUE(refused(authentication_options(example_party(), kChallenge, credentials, 1),
                      Code::invalid_argument, "credential id"));
  credentials[0].id = ByteVector(1024, 1);
  EXPECT_TRUE(refused(registration_options(example_party(), example_user(), kChallenge, credentials, 1),
                      Code::invalid_argument, "credential id"));
  EXPECT_TRUE(
      refused(authentication_options({}, kChallenge, {}, 1), Code::invalid_argument, "relying party"));
}

}  // namespace
}  // namespace countersign::webauthn
