#include "ledger/base/encoding.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace countersign::base {
namespace {

std::string text(const std::vector<std::uint8_t>& bytes) { return std::string(text_of(bytes)); }

/// RFC 4648 section 10.
TEST(Base64, HasTheAnswersOfRfc4648) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : cases) {
    EXPECT_EQ(to_base64(bytes_of(plain)), encoded);
    EXPECT_EQ(text(from_base64(encoded).value()), plain);
  }
}

TEST(Base64, RefusesEverySpellingButTheCanonicalOne) {
  for (const auto* bad : {"Z",      "Zg",   "Zg=",  "Zg===",    "Zh==",     "Zm9=",       "Zm8",   "=",
                          "==",     "====", "A===", "Zm9v=",    "Zm9v====", "Zm9v ",      " Zm9v", "Zm\n9v",
                          "Zm9v\n", "Zm9-", "Zm9_", "Zg==Zg==", "Zg=A",     "Zm9\xc3\xa9"})
    EXPECT_FALSE(from_base64(bad)) << bad;
  EXPECT_FALSE(from_base64(std::string_view("Zm9\0", 4)));
}

TEST(Base64Url, HasNoPaddingAndItsOwnAlphabet) {
  const std::vector<std::uint8_t> bytes{0xfb, 0xff, 0xfe};
  EXPECT_EQ(to_base64url(bytes), "-__-");
  EXPECT_EQ(to_base64(bytes), "+//+");
  EXPECT_EQ(from_base64url("-__-").value(), bytes);
  EXPECT_EQ(text(from_base64url("Zg").value()), "f");
  for (const auto* bad : {"Z", "Zg==", "Zg=", "Zh", "Zm9", "+//+", "Zm9v\n", "Zm9vA"})
    EXPECT_FALSE(from_base64url(bad)) << bad;
}

TEST(Hex, ReadsBothCasesAndWritesTheLower) {
  const std::vector<std::uint8_t> bytes{0x00, 0x9a, 0xff};
  EXPECT_EQ(to_hex(bytes), "009aff");
  EXPECT_EQ(from_hex("009aff").value(), bytes);
  EXPECT_EQ(from_hex("009AfF").value(), bytes);
  for (const auto* bad : {"0", "0g", "0x00", " 00", "00 ", "0\n"}) EXPECT_FALSE(from_hex(bad)) << bad;
}

TEST(DigestText, HasExactly32Bytes) {
  Digest digest;
  for (std::size_t i = 0; i < 32; ++i) digest.bytes[i] = static_cast<std::uint8_t>(i * 7);
  std::string base64(kDigestBase64Size, ' ');
  std::string base64url(kDigestBase64UrlSize, ' ');
  write_base64(digest, base64.data());
  write_base64url(digest, base64url.data());
  EXPECT_EQ(base64, to_base64(digest.view()));
  EXPECT_EQ(base64url, to_base64url(digest.view()));
  EXPECT_EQ(digest_from_base64(base64).value(), digest);
  EXPECT_EQ(digest_from_base64url(base64url).value(), digest);
  EXPECT_EQ(digest_from_hex(to_hex(digest.view())).value(), digest);
  for (const std::size_t size : {0U, 31U, 33U}) {
    const std::vector<std::uint8_t> bytes(size);
    EXPECT_FALSE(digest_from_base64(to_base64(bytes)));
    EXPECT_FALSE(digest_from_base64url(to_base64url(bytes)));
    EXPECT_FALSE(digest_from_hex(to_hex(bytes)));
  }
}

RC_GTEST_PROP(Encoding, RoundTripsAnyBytes, (const std::vector<std::uint8_t>& bytes)) {
  RC_ASSERT(from_base64(to_base64(bytes)).value() == bytes);
  RC_ASSERT(from_base64url(to_base64url(bytes)).value() == bytes);
  RC_ASSERT(from_hex(to_hex(bytes)).value() == bytes);
}

/// Over five characters of the alphabet and '=': what is accepted at all is written the same way again.
TEST(Base64, HasNoTwoTextsForTheSameBytes) {
  const std::string alphabet = "AQgw/=";
  int accepted = 0;
  for (const char a : alphabet) {
    for (const char b : alphabet) {
      for (const char c : alphabet) {
        for (const char d : alphabet) {
          const std::string encoded{a, b, c, d};
          const auto bytes = from_base64(encoded);
          if (!bytes) continue;
          ++accepted;
          EXPECT_EQ(to_base64(*bytes), encoded);
        }
      }
    }
  }
  EXPECT_EQ(accepted, 745);
}

}  // namespace
}  // namespace countersign::base
