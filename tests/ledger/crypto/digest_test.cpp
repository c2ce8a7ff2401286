#include "ledger/crypto/digest.h"

#include "ledger/base/encoding.h"
#include "tests/ledger/crypto/vectors.h"

#include <gtest/gtest.h>

namespace countersign::crypto {
namespace {

using testing::hex_at;
using testing::read_vectors;
using testing::text_at;

std::string hex(const base::Digest& digest) { return base::to_hex(digest.view()); }

/// FIPS 180-4 examples (NIST, "Cryptographic Standards and Guidelines: Example Values", SHA-256).
TEST(Sha256, HasTheAnswersOfNist) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(
      hex(sha256(
          "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopq"
          "rsmnopqrstnopqrstu")),
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(hex(sha256(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsTheSameFedWholeOrInPieces) {
  std::string message;
  for (int i = 0; i < 200; ++i) message.push_back(static_cast<char>(i));
  Sha256 hasher;
  for (std::size_t cut = 0; cut <= message.size(); ++cut) {
    const std::string_view view = message;
    EXPECT_EQ(hasher.update(view.substr(0, cut)).update(view.substr(cut)).finish(), sha256(view));
  }
  for (const char c : message) hasher.update(static_cast<std::uint8_t>(c));
  EXPECT_EQ(hasher.finish(), sha256(message));
}

TEST(Sha256, IsNewAgainAfterFinish) {
  Sha256 hasher;
  hasher.update("first").finish();
  EXPECT_EQ(hasher.finish(), sha256(""));
  Sha256 moved = std::move(hasher);
  EXPECT_EQ(moved.update("abc").finish(), sha256("abc"));
}

/// The set has full and truncated tags; a truncated tag is the beginning of ours.
TEST(HmacSha256, AnswersEveryCaseOfWycheproof) {
  const auto vectors = read_vectors("wycheproof/hmac_sha256_test.json");
  int ran = 0;
  for (const auto& group : vectors.at("testGroups").as_array()) {
    const auto tag_size = group.at("tagSize").to_number<std::size_t>() / 8;
    for (const auto& one : group.at("tests").as_array()) {
      const auto message = hex_at(one, "msg");
      const auto text = base::text_of(message);
      const auto half = text.size() / 2;
      const auto mac = hmac_sha256(hex_at(one, "key"), {text.substr(0, half), text.substr(half)});
      const auto tag = hex_at(one, "tag");
      ASSERT_EQ(tag.size(), tag_size);
      EXPECT_EQ(equal_in_constant_time(mac.view().first(tag_size), tag), text_at(one, "result") == "valid")
          << one.at("tcId");
      ++ran;
    }
  }
  EXPECT_EQ(ran, 174);
  EXPECT_EQ(vectors.at("numberOfTests").to_number<int>(), ran);
}

TEST(ConstantTimeComparison, ComparesEveryByteAndTheLength) {
  const auto a = sha256("a");
  EXPECT_TRUE(equal_in_constant_time(a.view(), a.view()));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
  EXPECT_FALSE(equal_in_constant_time(a.view(), a.view().first(31)));
  for (std::size_t i = 0; i < 32; ++i) {
    auto b = a;
    b.bytes[i] ^= 1;
    EXPECT_FALSE(equal_in_constant_time(a.view(), b.view()));
  }
}

}  // namespace
}  // namespace countersign::crypto
