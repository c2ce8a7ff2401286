#include "ledger/crypto/rsa.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace countersign::crypto {
namespace {

std::string file_text(std::string_view name) {
  auto text = base::read_file(std::filesystem::path(COUNTERSIGN_TEST_DATA) / "rfc7515-a2" / name, 8192);
  EXPECT_TRUE(text) << name;
  return text ? *text : std::string();
}

TEST(Rs256, SignsAsRfc7515AppendixA2) {
  auto jws = file_text("signature.txt");
  jws.pop_back();
  const auto dot = jws.rfind('.');
  const auto signature = sign_rs256(file_text("private_key.pem"), jws.substr(0, dot));
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_EQ(base::to_base64url(base::bytes_of(*signature)), jws.substr(dot + 1));
}

TEST(Rs256, RefusesWhatIsNoRsaKey) {
  constexpr auto kEc =
      "-----BEGIN PRIVATE KEY-----\n"
      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\n"
      "OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n"
      "1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n"
      "-----END PRIVATE KEY-----\n";
  for (const auto* pem : {"", "key", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", kEc}) {
    const auto signature = sign_rs256(pem, "message");
    ASSERT_FALSE(signature) << pem;
    EXPECT_EQ(signature.error().code, base::Code::invalid_argument);
  }
}

}  // namespace
}  // namespace countersign::crypto
