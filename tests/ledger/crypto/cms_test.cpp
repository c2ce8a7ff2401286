#include "ledger/crypto/cms.h"

#include <gtest/gtest.h>

namespace countersign::crypto {
namespace {

constexpr base::Timestamp kBegin{1'767'225'600'000'000};  // 2026-01-01
constexpr base::Timestamp kEnd{1'798'761'600'000'000};    // 2027-01-01
constexpr base::Timestamp kNow{1'770'000'000'000'000};
constexpr std::string_view kContent = "4e1243bd  data/records.jsonl\n";

struct Signer {
  SigningKey key = std::move(SigningKey::generate()).value();
  Certificate certificate =
      make_self_signed(key, {.common_name = "Acme evidence", .not_before = kBegin, .not_after = kEnd})
          .value();

  std::string sign(std::string_view content) const {
    return sign_detached(content, certificate, key, kNow).value();
  }
};

TEST(DetachedSignature, NamesTheSignerAndTheTime) {
  const Signer signer;
  const auto opened = verify_detached(signer.sign(kContent), kContent);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->signer, signer.certificate);
  EXPECT_EQ(opened->time, kNow);
  EXPECT_TRUE(opened->minimal);
}

TEST(DetachedSignature, IsNotOverOtherBytes) {
  const auto signature = Signer().sign(kContent);
  EXPECT_FALSE(verify_detached(signature, std::string(kContent) + "\n"));
  EXPECT_FALSE(verify_detached(signature, kContent.substr(1)));
  EXPECT_FALSE(verify_detached(signature, ""));
  EXPECT_FALSE(verify_detached("", kContent));
}

TEST(DetachedSignature, RefusesAKeyThatIsNotTheCertificates) {
  const Signer one, other;
  EXPECT_FALSE(sign_detached(kContent, one.certificate, other.key, kNow));
}

/// A flip either breaks the signature, or makes another certificate of the signer's, or the bytes are no
/// longer those that sign_detached writes.
TEST(DetachedSignature, LosesItsMeaningWithAnyFlippedByte) {
  const Signer signer;
  const auto signature = signer.sign(kContent);
  for (std::size_t i = 0; i < signature.size(); ++i) {
    for (const int bit : {0, 1, 4, 7}) {
      auto bad = signature;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      const auto opened = verify_detached(bad, kContent);
      EXPECT_FALSE(opened && opened->minimal && opened->signer == signer.certificate) << i << " bit " << bit;
    }
  }
}

TEST(DetachedSignature, IsCheckedAgainstAnAuthorityAtATime) {
  const Signer signer, stranger;
  EXPECT_TRUE(verify_chain(signer.certificate, {stranger.certificate, signer.certificate}, kNow));
  EXPECT_FALSE(verify_chain(signer.certificate, {stranger.certificate}, kNow));
  EXPECT_FALSE(verify_chain(signer.certificate, {}, kNow));
  EXPECT_FALSE(
      verify_chain(signer.certificate, {signer.certificate}, base::Timestamp{kEnd.micros + 1'000'000}));
}

}  // namespace
}  // namespace countersign::crypto
