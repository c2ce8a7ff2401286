#include "collector/protocols/syslog_framing.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace countersign::protocols {
namespace {

constexpr FramingLimits kLimits{.frame_bytes_max = 20};

class DetectedFraming : public StreamFraming {
 public:
  explicit DetectedFraming(const FramingLimits& limits) : StreamFraming(limits, Framings::either) {}
};

/// What a framing makes of these pieces: frames with '|' behind each, then "! " and an error.
template <class Framing>
std::string framed(const std::vector<std::string>& pieces, const FramingLimits& limits = kLimits) {
  Framing framing(limits);
  std::string out;
  for (const auto& piece : pieces) {
    framing.feed(piece);
    while (true) {
      const auto frame = framing.next();
      if (!frame) return out + "! " + frame.error().message;
      if (!*frame) break;
      out += std::string(**frame) + "|";
    }
  }
  return out;
}

std::vector<std::string> single_bytes(const std::string& text) {
  std::vector<std::string> out;
  for (const char c : text) out.emplace_back(1, c);
  return out;
}

TEST(OctetCounting, GivesFramesAsTheyBecomeWhole) {
  EXPECT_EQ(framed<OctetCounting>({"3 abc1 x"}), "abc|x|");
  EXPECT_EQ(framed<OctetCounting>({"3", " ", "ab", "c2", " 1", "\n"}), "abc|1\n|");
  EXPECT_EQ(framed<OctetCounting>({"20 12345678901234567890"}), "12345678901234567890|");
  EXPECT_EQ(framed<OctetCounting>({"", "3 a"}), "");
  EXPECT_EQ(framed<OctetCounting>({std::string("3 \0\0\0", 5)}), std::string("\0\0\0|", 4));
}

TEST(OctetCounting, SaysWhatIsWrongWithALength) {
  EXPECT_EQ(framed<OctetCounting>({"0 "}), "! the length of a frame begins with 0");
  EXPECT_EQ(framed<OctetCounting>({"03 abc"}), "! the length of a frame begins with 0");
  EXPECT_EQ(framed<OctetCounting>({"3 abcd"}),
            "abc|! a frame does not begin with its length; the length before it is wrong");
  EXPECT_EQ(framed<OctetCounting>({"4 abc<3>"}), "abc<|! there is no space behind the length of a frame");
  EXPECT_EQ(framed<OctetCounting>({"<34>1 -"}),
            "! a frame does not begin with its length; the length before it is wrong");
  EXPECT_EQ(framed<OctetCounting>({"3 abc\n3 abc"}),
            "abc|! a frame does not begin with its length; the length before it is wrong");
  EXPECT_EQ(framed<OctetCounting>({"3x"}), "! there is no space behind the length of a frame");
  EXPECT_EQ(framed<OctetCounting>({"21"}), "! a frame is longer than 20 bytes");
  EXPECT_EQ(framed<OctetCounting>({"99999999999999999999999999999999"}), "! a frame is longer than 20 bytes");
}

TEST(OctetCounting, KnowsThatItEndedWithinAFrame) {
  OctetCounting framing(kLimits);
  EXPECT_TRUE(framing.finish());
  framing.feed("3 ab");
  EXPECT_FALSE(*framing.next());
  EXPECT_EQ(framing.finish().error().message,
            "the connection ended within a frame, of which 4 bytes had come");
  framing.feed("c");
  EXPECT_EQ(**framing.next(), "abc");
  EXPECT_TRUE(framing.finish());
  EXPECT_EQ(framing.pending(), 0u);
}

TEST(LineFraming, EndsFramesAtLineFeeds) {
  EXPECT_EQ(framed<LineFraming>({"<1>a\n<2>b\r\n\n\r\n<3>c"}), "<1>a|<2>b|");
  EXPECT_EQ(framed<LineFraming>({std::string(20, 'x') + "\n"}), std::string(20, 'x') + "|");
  EXPECT_EQ(framed<LineFraming>({std::string(21, 'x')}), "! a frame is longer than 20 bytes");
  EXPECT_EQ(framed<LineFraming>({std::string(21, 'x') + "\n"}), "! a frame is longer than 20 bytes");
  LineFraming framing(kLimits);
  framing.feed("<1>a\n<2>b\r");
  EXPECT_EQ(**framing.next(), "<1>a");
  EXPECT_FALSE(*framing.next());
  EXPECT_EQ(framing.finish(), "<2>b");
  EXPECT_EQ(framing.finish(), std::nullopt);
}

TEST(StreamFraming, GoesByTheFirstByte) {
  EXPECT_EQ(framed<DetectedFraming>({"", "5 <1>ab"}), "<1>ab|");
  EXPECT_EQ(framed<DetectedFraming>({"<1>a\n", "5 <1>b\n"}), "<1>a|5 <1>b|");
  EXPECT_THAT(framed<DetectedFraming>({"GET / HTTP/1.1"}),
              ::testing::StartsWith("! the first byte is neither"));
  EXPECT_THAT(framed<DetectedFraming>({"\x16\x03\x01"}),
              ::testing::StartsWith("! the first byte is neither"));
  EXPECT_EQ(framed<DetectedFraming>({"0 x"}), "! the length of a frame begins with 0");
  DetectedFraming counting(kLimits), lines(kLimits), none(kLimits);
  counting.feed("3 a");
  EXPECT_FALSE(counting.finish());
  lines.feed("<1>");
  EXPECT_FALSE(*lines.next());
  EXPECT_EQ(**lines.finish(), "<1>");
  EXPECT_FALSE(*none.finish());
}

TEST(StreamFraming, TakesOctetCountingOnlyWhereNothingElseIsAccepted) {
  StreamFraming framing(kLimits, Framings::octet_counting);
  framing.feed("<1>a\n");
  EXPECT_FALSE(framing.next());
}

RC_GTEST_PROP(SyslogFraming, DoesNotDependOnHowTheBytesArrive, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::element('1', '2', '3', ' ', '<', '>', '\n', '\r', 'a', '0'));
  RC_ASSERT(framed<OctetCounting>({text}) == framed<OctetCounting>(single_bytes(text)));
  RC_ASSERT(framed<DetectedFraming>({text}) == framed<DetectedFraming>(single_bytes(text)));
  RC_ASSERT(framed<LineFraming>({text}) == framed<LineFraming>(single_bytes(text)));
}

RC_GTEST_PROP(OctetCounting, GivesBackWhatWasFramed, ()) {
  const auto bodies = *rc::gen::container<std::vector<std::string>>(rc::gen::nonEmpty<std::string>());
  std::string wire, expected;
  for (const auto& body : bodies) {
    wire += std::to_string(body.size()) + " " + body;
    expected += body + "|";
  }
  const FramingLimits wide{.frame_bytes_max = 10'000};
  const auto at = *rc::gen::inRange<std::size_t>(0, wire.size() + 1);
  RC_ASSERT(framed<OctetCounting>({wire.substr(0, at), wire.substr(at)}, wide) == expected);
}

}  // namespace
}  // namespace countersign::protocols
