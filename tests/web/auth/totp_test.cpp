#include "web/auth/totp.h"

#include <gtest/gtest.h>

#include <string>

namespace countersign::auth {
namespace {

crypto::Secret rfc_secret() { return crypto::Secret(base::bytes_of("12345678901234567890")); }

base::Timestamp at(std::int64_t seconds) { return {seconds * 1'000'000}; }

TEST(Totp, AgreesWithTheVectorsOfRfc4226) {
  // Appendix D.
  const std::string codes[] = {"755224", "287082", "359152", "969429", "338314",
                               "254676", "287922", "162583", "399871", "520489"};
  for (std::int64_t counter = 0; counter < 10; ++counter)
    EXPECT_EQ(totp_code(rfc_secret(), counter), codes[counter]) << counter;
}

TEST(Totp, AgreesWithTheVectorsOfRfc6238) {
  // Appendix B, SHA-1, the last six of eight digits.
  const std::pair<std::int64_t, std::string> vectors[] = {{59, "287082"},         {1111111109, "081804"},
                                                          {1111111111, "050471"}, {1234567890, "005924"},
                                                          {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [time, code] : vectors) {
    EXPECT_EQ(totp_code(rfc_secret(), time / kTotpStepS), code) << time;
    EXPECT_EQ(totp_step(rfc_secret(), code, at(time), 0), time / kTotpStepS) << time;
  }
}

TEST(Totp, CountsForOneStepBeforeAndAfter) {
  const auto secret = rfc_secret();
  const std::int64_t step = 1'000'000, begin = step * kTotpStepS;
  const auto code = totp_code(secret, step);
  EXPECT_FALSE(totp_step(secret, code, at(begin - kTotpStepS - 1), 0));
  EXPECT_EQ(totp_step(secret, code, at(begin - kTotpStepS), 0), step);
  EXPECT_EQ(totp_step(secret, code, at(begin), 0), step);
  EXPECT_EQ(totp_step(secret, code, at(begin + 2 * kTotpStepS - 1), 0), step);
  EXPECT_FALSE(totp_step(secret, code, at(begin + 2 * kTotpStepS), 0));
}

TEST(Totp, AcceptsACodeOnceAndNoneBeforeIt) {
  const auto secret = rfc_secret();
  const std::int64_t step = 1'000'000;
  const auto now = at(step * kTotpStepS);
  EXPECT_EQ(totp_step(secret, totp_code(secret, step), now, step - 1), step);
  EXPECT_FALSE(totp_step(secret, totp_code(secret, step), now, step));
  EXPECT_FALSE(totp_step(secret, totp_code(secret, step - 1), now, step));
  EXPECT_EQ(totp_step(secret, totp_code(secret, step + 1), now, step), step + 1);
}

TEST(Totp, RefusesWhatIsNoCode) {
  const auto secret = rfc_secret();
  const auto now = at(30'000'000);
  const auto code = totp_code(secret, 1'000'000);
  for (const auto& wrong : {std::string(), code.substr(1), code + "0", ' ' + code, code.substr(0, 5) + '\0',
                            std::string("abcdef"), std::string(100'000, '1')})
    EXPECT_FALSE(totp_step(secret, wrong, now, 0)) << wrong.substr(0, 10);
}

TEST(Totp, IsHandedToAnAppAsItReadsIt) {
  EXPECT_EQ(totp_secret_text(rfc_secret()), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  EXPECT_EQ(otpauth_uri(rfc_secret(), "Countersign", "ana@example.com"),
            "otpauth://totp/Countersign:ana%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer="
            "Countersign&algorithm=SHA1&digits=6&period=30");
  EXPECT_EQ(otpauth_uri(rfc_secret(), "Évidence & Co", "a:b?c#d")
                .find("otpauth://totp/%C3%89vidence%20%26%20Co:a%3Ab%3Fc%23d?"),
            0u);
  const auto entropy = crypto::system_entropy();
  const auto one = new_totp_secret(entropy), other = new_totp_secret(entropy);
  EXPECT_EQ(one.size(), kTotpSecretBytes);
  EXPECT_NE(totp_secret_text(one), totp_secret_text(other));
}

}  // namespace
}  // namespace countersign::auth
