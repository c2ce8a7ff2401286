#include "ledger/crypto/ed25519.h"

#include "ledger/base/encoding.h"
#include "tests/ledger/crypto/vectors.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace countersign::crypto {
namespace {

using testing::hex_at;
using testing::read_vectors;
using testing::text_at;

Ed25519Key key_from(std::string_view seed_hex) {
  return Ed25519Key::from_seed(base::from_hex(seed_hex).value()).value();
}

TEST(Ed25519, AnswersEveryCaseOfWycheproof) {
  const auto vectors = read_vectors("wycheproof/ed25519_test.json");
  int ran = 0;
  for (const auto& group : vectors.at("testGroups").as_array()) {
    const auto key = hex_at(group.at("publicKey"), "pk");
    for (const auto& one : group.at("tests").as_array()) {
      const auto message = hex_at(one, "msg");
      EXPECT_EQ(verify_ed25519(key, base::text_of(message), hex_at(one, "sig")),
                text_at(one, "result") == "valid")
          << one.at("tcId") << " " << one.at("comment");
      ++ran;
    }
  }
  EXPECT_EQ(ran, 151);
  EXPECT_EQ(vectors.at("numberOfTests").to_number<int>(), ran);
}

/// CCTV's edge cases on which implementations may differ. Ours, which is OpenSSL's, compares encodings
/// without the cofactor: it refuses exactly the cases whose R is not canonical or whose low-order parts do
/// not cancel out. RFC 8032 would have it refuse a non-canonical A too; no key of ours is one.
TEST(Ed25519, AnswersEveryEdgeCaseOfCctvAsACofactorlessVerifier) {
  const auto vectors = read_vectors("cctv-ed25519/ed25519vectors.json");
  int ran = 0, accepted = 0;
  for (const auto& one : vectors.as_array()) {
    bool refused = false;
    if (const auto* flags = one.at("flags").if_array()) {
      for (const auto& flag : *flags)
        refused = refused || flag.as_string() == "non_canonical_R" || flag.as_string() == "low_order_residue";
    }
    EXPECT_EQ(verify_ed25519(hex_at(one, "key"), text_at(one, "msg"), hex_at(one, "sig")), !refused)
        << one.at("number");
    ++ran;
    accepted += refused ? 0 : 1;
  }
  EXPECT_EQ(ran, 914);
  EXPECT_EQ(accepted, 208);
}

/// RFC 8032 section 7.1, tests 1 and 2.
TEST(Ed25519, SignsAsInRfc8032) {
  const auto first = key_from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  EXPECT_EQ(base::to_hex(first.public_key()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(base::to_hex(first.sign("")),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0"
            "595bbe24655141438e7a100b");
  const auto second = key_from("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  EXPECT_EQ(base::to_hex(second.public_key()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(base::to_hex(second.sign("\x72")),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eae"
            "b4302aeeb00d291612bb0c00");
}

TEST(Ed25519, RefusesAnyFlippedBitAndAnyOtherLength) {
  const auto key = key_from(std::string(64, '7'));
  const auto signature = key.sign("message");
  ASSERT_TRUE(verify_ed25519(key.public_key(), "message", signature));
  for (std::size_t i = 0; i < signature.size() * 8; ++i) {
    auto bad = signature;
    bad[i / 8] = static_cast<std::uint8_t>(bad[i / 8] ^ (1 << (i % 8)));
    EXPECT_FALSE(verify_ed25519(key.public_key(), "message", bad)) << i;
  }
  EXPECT_FALSE(verify_ed25519(key.public_key(), "massage", signature));
  EXPECT_FALSE(verify_ed25519(key.public_key(), "message", base::Bytes(signature).first(63)));
  EXPECT_FALSE(verify_ed25519(base::Bytes(key.public_key()).first(31), "message", signature));
  EXPECT_FALSE(verify_ed25519({}, "message", {}));
}

TEST(Ed25519, RefusesASeedOfAnotherLength) {
  for (const std::size_t size : {0U, 31U, 33U, 64U})
    EXPECT_FALSE(Ed25519Key::from_seed(std::vector<std::uint8_t>(size)));
}

TEST(Ed25519, MakesAKeyFromTheGivenRandomness) {
  const Entropy fixed = [](std::span<std::uint8_t> out) {
    std::fill(out.begin(), out.end(), std::uint8_t{9});
  };
  const auto key = Ed25519Key::generate(fixed);
  EXPECT_EQ(base::to_hex(key.seed()), base::to_hex(std::vector<std::uint8_t>(32, 9)));
  const auto one = Ed25519Key::generate(system_entropy());
  const auto other = Ed25519Key::generate(system_entropy());
  EXPECT_NE(one.public_key(), other.public_key());
}

}  // namespace
}  // namespace countersign::crypto
