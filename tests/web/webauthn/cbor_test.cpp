#include "web/webauthn/cbor.h"

#include "ledger/base/encoding.h"
#include "tests/web/webauthn/authenticator.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace countersign::webauthn {
namespace {

std::vector<std::uint8_t> bytes(std::string_view hex) { return base::from_hex(hex).value(); }

std::optional<std::int64_t> integer(std::string_view hex) {
  const auto from = bytes(hex);
  return CborReader(from).integer();
}

bool skips(std::string_view hex) {
  const auto from = bytes(hex);
  CborReader reader(from);
  return reader.skip() && reader.at_end();
}

// Values of RFC 8949, appendix A, where it has them.

TEST(Cbor, ReadsIntegers) {
  EXPECT_EQ(integer("00"), 0);
  EXPECT_EQ(integer("17"), 23);
  EXPECT_EQ(integer("1818"), 24);
  EXPECT_EQ(integer("1903e8"), 1'000);
  EXPECT_EQ(integer("1a000f4240"), 1'000'000);
  EXPECT_EQ(integer("1b000000e8d4a51000"), 1'000'000'000'000);
  EXPECT_EQ(integer("1b7fffffffffffffff"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(integer("20"), -1);
  EXPECT_EQ(integer("390100"), -257);
  EXPECT_EQ(integer("3903e7"), -1'000);
  EXPECT_EQ(integer("3b7fffffffffffffff"), std::numeric_limits<std::int64_t>::min());
}

TEST(Cbor, ReadsNoIntegerThatDoesNotFit) {
  EXPECT_FALSE(integer("1b8000000000000000"));
  EXPECT_FALSE(integer("1bffffffffffffffff"));
  EXPECT_FALSE(integer("3b8000000000000000"));
}

TEST(Cbor, ReadsTheShortestSpellingOnly) {
  for (const auto* hex :
       {"1800", "1817", "190000", "1900ff", "1a00000000", "1a0000ffff", "1b0000000000000000",
        "1b00000000ffffffff", "3800", "5800", "7800", "b800", "9800"}) {
    EXPECT_FALSE(integer(hex)) << hex;
    EXPECT_FALSE(skips(hex)) << hex;
  }
  for (const auto* hex : {"1818", "190100", "1a00010000", "1b0000000100000000"}) {
    EXPECT_TRUE(integer(hex)) << hex;
    EXPECT_TRUE(skips(hex)) << hex;
  }
}

TEST(Cbor, ReadsNothingThatIsCutOff) {
  for (const auto* hex : {"",
                          "18",
                          "19",
                          "1900",
                          "1a000000",
                          "1b00000000000000",
                          "41",
                          "4201",
                          "61",
                          "81",
                          "a1",
                          "a100",
                          "f9",
                          "f900",
                          "fa000000",
                          "fb00000000000000",
                          "5affffffff",
                          "5bffffffffffffffff",
                          "9bffffffffffffffff",
                          "bbffffffffffffffff",
                          "9b8000000000000000",
                          "bb8000000000000000"}) {
    EXPECT_FALSE(integer(hex)) << hex;
    EXPECT_FALSE(skips(hex)) << hex;
    const auto from = bytes(hex);
    EXPECT_FALSE(CborReader(from).byte_string()) << hex;
    EXPECT_FALSE(CborReader(from).text()) << hex;
  }
}

TEST(Cbor, ReadsNoReservedOrIndefiniteHeads) {
  for (unsigned major = 0; major < 8; ++major) {
    for (unsigned info = 28; info < 32; ++info) {
      std::vector<std::uint8_t> from{static_cast<std::uint8_t>(major << 5U | info)};
      from.resize(20, 0xff);
      EXPECT_FALSE(CborReader(from).skip()) << major << ' ' << info;
    }
  }
}

TEST(Cbor, ReadsStrings) {
  const auto from = bytes(
      "4401020304"
      "6449455446"
      "40"
      "60");
  CborReader reader(from);
  EXPECT_EQ(base::to_hex(reader.byte_string().value()), "01020304");
  EXPECT_EQ(reader.text(), "IETF");
  EXPECT_EQ(reader.byte_string().value().size(), 0U);
  EXPECT_EQ(reader.text(), "");
  EXPECT_TRUE(reader.at_end());
}

TEST(Cbor, TakesNoKindForAnother) {
  for (const auto* hex : {"00", "20", "40", "60", "80", "a0", "f4"}) {
    const auto from = bytes(hex);
    const std::string_view kind(hex);
    EXPECT_EQ(CborReader(from).integer().has_value(), kind == "00" || kind == "20") << hex;
    EXPECT_EQ(CborReader(from).byte_string().has_value(), kind == "40") << hex;
    EXPECT_EQ(CborReader(from).text().has_value(), kind == "60") << hex;
    EXPECT_EQ(CborReader(from).map().has_value(), kind == "a0") << hex;
    EXPECT_EQ(CborReader(from).next_is_integer(), kind == "00" || kind == "20") << hex;
    EXPECT_EQ(CborReader(from).next_is_false(), kind == "f4") << hex;
    EXPECT_TRUE(skips(hex)) << hex;
  }
}

TEST(Cbor, KnowsFalseTrueNullAndFloatsOfTheSimpleValues) {
  for (const auto* hex : {"f4", "f5", "f6", "f93c00", "fa47c35000", "fb3ff199999999999a"})
    EXPECT_TRUE(skips(hex)) << hex;
  for (const auto* hex : {"f7", "f0", "e0", "f818", "f8ff", "ff"}) EXPECT_FALSE(skips(hex)) << hex;
}

TEST(Cbor, KnowsNoTags) {
  EXPECT_FALSE(skips("c11a514b67b0"));
  EXPECT_FALSE(skips("d818456449455446"));
}

TEST(Cbor, PassesOverFourLevels) {
  EXPECT_TRUE(skips("8301820203820405"));
  EXPECT_TRUE(skips("a26161016162820203"));
  EXPECT_TRUE(skips("8181818100"));
  EXPECT_TRUE(skips("a100a100a100a10000"));
  EXPECT_FALSE(skips("818181818100"));
  EXPECT_FALSE(skips("a100a100a100a100a10000"));
  EXPECT_FALSE(skips(std::string(2'000, '8')));
}

RC_GTEST_PROP(Cbor, NeverReadsBehindItsBytes, (const std::vector<std::uint8_t>& from)) {
  CborReader reader(from);
  while (!reader.at_end() && reader.skip()) RC_ASSERT(reader.position() <= from.size());
  CborReader strings(from);
  if (const auto got = strings.byte_string()) {
    RC_ASSERT(got->data() >= from.data() && got->data() + got->size() <= from.data() + from.size());
  }
}

RC_GTEST_PROP(Cbor, ReadsEachIntegerBack, (std::int64_t value)) {
  RC_ASSERT(CborReader(testing::cbor_integer(value)).integer() == value);
}

}  // namespace
}  // namespace countersign::webauthn
