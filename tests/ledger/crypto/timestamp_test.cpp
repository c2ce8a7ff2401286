#include "ledger/crypto/timestamp.h"

#include "ledger/base/encoding.h"
#include "tests/ledger/crypto/vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::crypto {
namespace {

using ::testing::HasSubstr;
using testing::read_data;

const std::string kFixtures = "rfc3161-client/test/fixtures/";

TimestampCheck trusting(const std::string& chain) {
  const auto text = read_data(kFixtures + chain);
  // IdenTrust's root is in DER whatever its file is called.
  if (auto one = Certificate::from_der(text)) return {.authorities = {std::move(*one)}};
  return {.authorities = read_certificates(text).value()};
}

base::Result<TimestampToken> verify(const std::string& response, const std::string& chain,
                                    std::string_view data = "hello") {
  return verify_timestamp(read_data(kFixtures + response), data, trusting(chain));
}

TEST(Timestamp, AcceptsTheGoodResponsesOfTrailOfBits) {
  struct Case {
    const char *response, *chain, *authority, *time;
  };
  constexpr const char* kSigstage = "CN=sigstore-tsa,O=sigstore.dev";
  for (const auto& one :
       {Case{"sigstage/response-sha256.tsr", "sigstage/ts_chain.pem", kSigstage, "2025-05-09T11:58:55"},
        Case{"sigstage/response-sha384.tsr", "sigstage/ts_chain.pem", kSigstage, "2025-05-09T11:58:55"},
        Case{"sigstage/response-sha512.tsr", "sigstage/ts_chain.pem", kSigstage, "2025-05-09T11:58:56"},
        Case{"sigstage/response-no-embedded-cert.tsr", "sigstage/ts_chain.pem", kSigstage,
             "2025-06-18T08:13:02"},
        Case{"test_tsa/response.tsr", "test_tsa/ts_chain.pem", "CN=Test TSA Timestamping,O=local",
             "2024-10-08T15:40:32"},
        Case{"identrust/issue-104.tsr", "identrust/ts_chain.pem",
             "CN=TrustID Timestamp Authority,O=IdenTrust,C=US", "2025-03-11T08:52:08"}}) {
    const auto token = verify(one.response, one.chain);
    ASSERT_TRUE(token) << one.response << ": " << token.error().message;
    EXPECT_EQ(token->authority, one.authority) << one.response;
    EXPECT_EQ(base::format_rfc3339(token->time), std::string(one.time) + ".000000Z") << one.response;
  }
}

/// Its certificates are over by now, but were valid at genTime: that is what a timestamp is for.
TEST(Timestamp, StaysGoodWhenItsCertificatesHaveExpired) {
  const auto token = verify("sigstore.mock/response-expired.tsr", "sigstore.mock/ts_chain.pem",
                            read_data(kFixtures + "sigstore.mock/payload"));
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(token->authority, "O=sigstore.mock,CN=tsa signing");
  EXPECT_EQ(base::format_rfc3339(token->time), "2023-02-01T00:00:00.000000Z");
}

TEST(Timestamp, RefusesAWrongSignature) {
  const auto token = verify("sigstage/response-invalid-signature.tsr", "sigstage/ts_chain.pem");
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code, base::Code::data_loss);
  EXPECT_THAT(token.error().message, HasSubstr("signature is wrong"));
}

/// Made by an authority of the same names with other keys.
TEST(Timestamp, RefusesAnAuthorityThatOnlyBearsTheName) {
  const auto token = verify("test_tsa/other_response.tsr", "test_tsa/ts_chain.pem");
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code, base::Code::permission_denied);
}

/// Two foreign certificates stand in front of the signer's.
TEST(Timestamp, NamesTheSignerAndNotAnInjectedCertificate) {
  for (const auto& file : {kFixtures + "test_tsa/response-injected-certs.tsr",
                           std::string("rfc3161-sigstore/response-injected-certs.tsr")}) {
    for (const auto& check : {trusting("test_tsa/ts_chain.pem"), TimestampCheck{}}) {
      const auto token = verify_timestamp(read_data(file), "hello", check);
      ASSERT_TRUE(token) << token.error().message;
      EXPECT_EQ(token->authority, "CN=Test TSA Timestamping,O=local");
      EXPECT_EQ(token->signer,
                read_certificates(read_data(kFixtures + "test_tsa/ts_chain.pem")).value().front());
    }
  }
}

TEST(Timestamp, IsNotOverOtherData) {
  const auto token = verify("sigstage/response-sha256.tsr", "sigstage/ts_chain.pem", "hallo");
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code, base::Code::data_loss);
}

TEST(Timestamp, IsNotVouchedForByAnotherAuthority) {
  EXPECT_FALSE(verify("sigstage/response-sha256.tsr", "test_tsa/ts_chain.pem"));
  EXPECT_FALSE(verify("test_tsa/response.tsr", "sigstage/ts_chain.pem"));
}

TEST(Timestamp, NeedsTheSignersCertificateFromSomewhere) {
  const auto token =
      verify_timestamp(read_data(kFixtures + "sigstage/response-no-embedded-cert.tsr"), "hello", {});
  ASSERT_FALSE(token);
  EXPECT_THAT(token.error().message, HasSubstr("is not there"));
}

TEST(Timestamp, ComparesTheNonceWhereItIsKnown) {
  auto check = trusting("sigstage/ts_chain.pem");
  const auto response = read_data(kFixtures + "sigstage/response-sha256.tsr");
  const auto nonce = base::from_hex("051708B19A1D2E209C2236FFC3238BF24DCECC40").value();
  check.nonce = base::text_of(nonce);
  EXPECT_TRUE(verify_timestamp(response, "hello", check));
  check.nonce.back() = '\x41';
  EXPECT_FALSE(verify_timestamp(response, "hello", check));
}

TEST(Timestamp, RefusesWhatIsNoResponse) {
  const auto response = read_data(kFixtures + "sigstage/response-sha256.tsr");
  EXPECT_FALSE(verify_timestamp("", "hello", {}));
  EXPECT_FALSE(verify_timestamp(response + "x", "hello", {}));
  EXPECT_FALSE(verify_timestamp(read_data(kFixtures + "sigstage/request.der"), "hello", {}));
  for (std::size_t size = 0; size < response.size(); size += 7)
    EXPECT_FALSE(verify_timestamp(response.substr(0, size), "hello", {})) << size;
}

TEST(Timestamp, StaysGoodInItsMinimalForm) {
  for (const std::string file :
       {"sigstage/response-sha256.tsr", "test_tsa/response-injected-certs.tsr", "identrust/issue-104.tsr"}) {
    const auto minimal = minimal_timestamp(read_data(kFixtures + file));
    ASSERT_TRUE(minimal) << file << ": " << minimal.error().message;
    const auto token = verify_timestamp(*minimal, "hello", {});
    EXPECT_TRUE(token) << file << ": " << token.error().message;
    EXPECT_EQ(minimal_timestamp(*minimal).value(), *minimal) << file;
  }
}

TEST(Timestamp, LosesItsMeaningWithAnyFlippedByteOfTheMinimalForm) {
  const auto check = trusting("sigstage/ts_chain.pem");
  const auto good = minimal_timestamp(read_data(kFixtures + "sigstage/response-sha256.tsr")).value();
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 8)));
    const auto minimal = minimal_timestamp(bad);
    EXPECT_FALSE(minimal && *minimal == bad && verify_timestamp(bad, "hello", check)) << i;
  }
}

TEST(TimestampRequest, AsksForSha256WithANonceAndTheCertificate) {
  const Entropy fixed = [](std::span<std::uint8_t> out) {
    for (auto& byte : out) byte = 0x11;
  };
  const auto request = make_timestamp_request("hello", fixed);
  EXPECT_EQ(base::to_hex(base::bytes_of(request.nonce)), "5111111111111111");
  EXPECT_EQ(
      base::to_hex(base::bytes_of(request.der)),
      "30430201013031300d0609608648016503040201050004202cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e7304"
      "3362938b9824020851111111111111110101ff");
}

}  // namespace
}  // namespace countersign::crypto
