#include "ledger/crypto/x509.h"

#include "ledger/base/encoding.h"
#include "tests/ledger/crypto/vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::crypto {
namespace {

using ::testing::HasSubstr;
using testing::hex_at;
using testing::read_vectors;
using testing::text_at;

constexpr base::Timestamp kBegin{1'767'225'600'000'000};  // 2026-01-01
constexpr base::Timestamp kEnd{1'798'761'600'000'000};    // 2027-01-01

SigningKey new_key() { return std::move(SigningKey::generate()).value(); }

/// Runs a Wycheproof file through verify_sha256_signature; gives how many cases ran.
int run_wycheproof(const std::string& file, std::string_view key_member) {
  const auto vectors = read_vectors("wycheproof/" + file);
  int ran = 0;
  for (const auto& group : vectors.at("testGroups").as_array()) {
    const auto key = hex_at(group, key_member);
    for (const auto& one : group.at("tests").as_array()) {
      const auto message = hex_at(one, "msg"), signature = hex_at(one, "sig");
      // "acceptable" is a signature without the NULL that RFC 8017 demands: ours is strict.
      EXPECT_EQ(verify_sha256_signature(base::text_of(key), base::text_of(message), base::text_of(signature)),
                text_at(one, "result") == "valid")
          << file << " " << one.at("tcId") << " " << one.at("comment");
      ++ran;
    }
  }
  return ran;
}

TEST(Sha256Signature, AnswersEveryEcdsaP256CaseOfWycheproof) {
  EXPECT_EQ(run_wycheproof("ecdsa_secp256r1_sha256_test.json", "publicKeyDer"), 484);
}

TEST(Sha256Signature, AnswersEveryRsaCaseOfWycheproof) {
  EXPECT_EQ(run_wycheproof("rsa_signature_2048_sha256_test.json", "publicKeyDer"), 259);
  EXPECT_EQ(run_wycheproof("rsa_signature_3072_sha256_test.json", "publicKeyDer"), 259);
}

TEST(Certificate, HasTheSubjectAndValidityItWasMadeWith) {
  const auto key = new_key();
  const auto certificate =
      make_self_signed(key, {.common_name = "Acme evidence ü", .not_before = kBegin, .not_after = kEnd})
          .value();
  EXPECT_EQ(certificate.subject(), "CN=Acme evidence ü");
  EXPECT_EQ(certificate.not_before(), kBegin);
  EXPECT_EQ(certificate.not_after(), kEnd);
  EXPECT_TRUE(key.belongs_to(certificate));
  EXPECT_FALSE(new_key().belongs_to(certificate));
}

TEST(Certificate, SurvivesPem) {
  const auto certificate =
      make_self_signed(new_key(), {.common_name = "a", .not_before = kBegin, .not_after = kEnd}).value();
  const auto again = Certificate::from_pem(certificate.to_pem()).value();
  EXPECT_EQ(again, certificate);
  EXPECT_EQ(again.fingerprint(), certificate.fingerprint());
  EXPECT_EQ(read_certificates(certificate.to_pem() + certificate.to_pem()).value().size(), 2U);
}

TEST(Certificate, RefusesWhatIsNotExactlyOneInDer) {
  const auto certificate =
      make_self_signed(new_key(), {.common_name = "a", .not_before = kBegin, .not_after = kEnd}).value();
  EXPECT_FALSE(Certificate::from_der(certificate.der() + "x"));
  EXPECT_FALSE(Certificate::from_der(certificate.der().substr(0, certificate.der().size() - 1)));
  EXPECT_FALSE(Certificate::from_der(""));
  EXPECT_FALSE(Certificate::from_pem("no certificate"));
}

TEST(Certificate, RefusesNamesAndValiditiesThatMakeNoSense) {
  const auto key = new_key();
  EXPECT_FALSE(make_self_signed(key, {.common_name = "", .not_before = kBegin, .not_after = kEnd}));
  EXPECT_FALSE(make_self_signed(key, {.common_name = "a", .not_before = kEnd, .not_after = kBegin}));
  CertificateRequest request{.common_name = "a", .not_before = kBegin, .not_after = kEnd};
  request.dns_names = {"localhost,IP:10.0.0.1"};
  EXPECT_FALSE(make_self_signed(key, request));
  request.dns_names = {};
  request.ip_addresses = {"300.1.1.1"};
  EXPECT_FALSE(make_self_signed(key, request));
  request.ip_addresses = {"127.0.0.1", "::1"};
  request.dns_names = {"localhost"};
  request.use = CertificateUse::tls_server;
  EXPECT_TRUE(make_self_signed(key, request));
}

TEST(SigningKey, SurvivesPem) {
  const auto key = new_key();
  const auto certificate =
      make_self_signed(key, {.common_name = "a", .not_before = kBegin, .not_after = kEnd}).value();
  const auto pem = key.to_pem();
  const auto again = SigningKey::from_pem(base::text_of(pem.view()));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->belongs_to(certificate));
}

TEST(SigningKey, RefusesOtherKeysAndSaysNothingOfThem) {
  const auto refused =
      SigningKey::from_pem("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, ::testing::Not(HasSubstr("c2VjcmV0")));
}

}  // namespace
}  // namespace countersign::crypto
