#include "ledger/crypto/server_certificate.h"

#include "ledger/base/encoding.h"

#include <gtest/gtest.h>

namespace countersign::crypto {
namespace {

constexpr base::Timestamp kBegin{1'767'225'600'000'000};  // 2026-01-01
constexpr base::Timestamp kEnd{1'798'761'600'000'000};    // 2027-01-01

Certificate made(const SigningKey& key) {
  return *make_self_signed(key, {.common_name = "listener.example.com",
                                 .not_before = kBegin,
                                 .not_after = kEnd,
                                 .use = CertificateUse::tls_server,
                                 .dns_names = {"evidence.example.com", "*.branch.example.com"},
                                 .ip_addresses = {"192.0.2.7", "2001:db8::7"}});
}

TEST(ServerCertificate, IsForItsAlternativeNamesAndNoOthers) {
  const auto key = *SigningKey::generate();
  const auto certificate = made(key);
  for (const auto* host : {"evidence.example.com", "EVIDENCE.example.com", "a.branch.example.com",
                           "192.0.2.7", "2001:db8::7", "2001:db8:0::7"})
    EXPECT_TRUE(is_for_host(certificate, host)) << host;
  for (const auto* host : {"example.com", "listener.example.com", "a.b.branch.example.com", "192.0.2.8",
                           "2001:db8::8", "evidence.example.com.evil.example", ""})
    EXPECT_FALSE(is_for_host(certificate, host)) << host;
  EXPECT_TRUE(is_self_issued(certificate));
}

TEST(ServerCertificate, TellsItsKeyFromOthers) {
  const auto key = *SigningKey::generate();
  const auto other = *SigningKey::generate();
  const auto certificate = made(key);
  const auto pem = [](const SigningKey& one) { return std::string(base::text_of(one.to_pem().view())); };
  EXPECT_EQ(is_key_of(pem(key), certificate), true);
  EXPECT_EQ(is_key_of(pem(other), certificate), false);
  EXPECT_FALSE(is_key_of("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", certificate));
  EXPECT_FALSE(is_key_of("", certificate));
}

}  // namespace
}  // namespace countersign::crypto
