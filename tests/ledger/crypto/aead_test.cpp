#include "ledger/crypto/aead.h"

#include "ledger/base/encoding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace countersign::crypto {
namespace {

Aead aead_of(std::uint8_t fill) { return Aead(Secret(std::vector<std::uint8_t>(Aead::kKeySize, fill))); }

Entropy filled_with(std::uint8_t fill) {
  return [fill](std::span<std::uint8_t> out) { std::fill(out.begin(), out.end(), fill); };
}

TEST(Aead, OpensWhatItSealed) {
  const auto aead = aead_of(1);
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1000U, 65535U}) {
    const std::vector<std::uint8_t> plain(size, 'p');
    const auto sealed = aead.seal(plain, "row 1", system_entropy());
    EXPECT_EQ(sealed.size(), size + Aead::kOverhead);
    const auto opened = aead.open(sealed, "row 1");
    ASSERT_TRUE(opened) << size;
    EXPECT_TRUE(std::ranges::equal(opened->view(), plain));
  }
}

/// The Galois/Counter Mode of Operation (McGrew, Viega), test case 14: key, nonce and text of zeros.
TEST(Aead, IsAes256GcmWithTheNonceInFront) {
  const auto sealed = aead_of(0).seal(std::vector<std::uint8_t>(16), "", filled_with(0));
  EXPECT_EQ(base::to_hex(sealed),
            std::string(24, '0') + "cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(Aead, DetectsEveryFlippedBit) {
  const auto aead = aead_of(1);
  const auto sealed = aead.seal(base::bytes_of("a personal value"), "row 1", system_entropy());
  for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
    auto bad = sealed;
    bad[i / 8] = static_cast<std::uint8_t>(bad[i / 8] ^ (1 << (i % 8)));
    const auto opened = aead.open(bad, "row 1");
    ASSERT_FALSE(opened) << i;
    EXPECT_EQ(opened.error().code, base::Code::data_loss);
  }
  // The same context opens the genuine value afterwards.
  EXPECT_TRUE(aead.open(sealed, "row 1"));
}

TEST(Aead, DetectsEveryTruncationAndAnAddedByte) {
  const auto aead = aead_of(1);
  auto sealed = aead.seal(base::bytes_of("value"), "row 1", system_entropy());
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(aead.open(base::Bytes(sealed).first(size), "row 1"));
  sealed.push_back(0);
  EXPECT_FALSE(aead.open(sealed, "row 1"));
}

TEST(Aead, IsBoundToItsKeyAndItsPlace) {
  const auto aead = aead_of(1);
  const auto sealed = aead.seal(base::bytes_of("value"), "row 1", system_entropy());
  EXPECT_FALSE(aead.open(sealed, "row 2"));
  EXPECT_FALSE(aead.open(sealed, ""));
  EXPECT_FALSE(aead_of(2).open(sealed, "row 1"));
}

TEST(Aead, NeverSealsTwiceAlike) {
  const auto aead = aead_of(1);
  EXPECT_NE(aead.seal(base::bytes_of("value"), "", system_entropy()),
            aead.seal(base::bytes_of("value"), "", system_entropy()));
}

TEST(AeadDeathTest, EndsTheProcessForAKeyOfAnotherLength) {
  EXPECT_DEATH(Aead(Secret(std::vector<std::uint8_t>(16))), "");
}

}  // namespace
}  // namespace countersign::crypto
