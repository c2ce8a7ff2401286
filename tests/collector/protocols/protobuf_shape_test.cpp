#include "collector/protocols/protobuf_shape.h"

#include "tests/collector/protocols/shown.h"

#include <gmock/gmock.h>

namespace countersign::protocols {
namespace {

std::string checked(std::string_view bytes, const ShapeLimits& limits = {}) {
  const auto result = check_otlp_shape(bytes, limits);
  return result ? "good" : result.error().message;
}

std::string field(int number, const std::string& content) {
  EXPECT_LT(content.size(), 128u * 128u);
  std::string out(1, static_cast<char>(number << 3 | 2));
  if (content.size() >= 128) out.push_back(static_cast<char>((content.size() & 127) | 128));
  out.push_back(static_cast<char>(content.size() >= 128 ? content.size() >> 7 : content.size()));
  return out + content;
}

/// A record with this body value.
std::string with_body(const std::string& any_value) {
  return field(1, field(2, field(2, field(5, any_value))));
}

TEST(ProtobufShape, TakesWhatRealExportersSend) {
  EXPECT_EQ(checked(""), "good");
  EXPECT_EQ(checked(file_text("otlp/logs.pb")), "good");
  EXPECT_EQ(checked(file_text("otlp/python_sdk.pb")), "good");
}

TEST(ProtobufShape, LetsUnknownFieldsPass) {
  EXPECT_EQ(checked(field(15, "anything \xFF")), "good");
  EXPECT_EQ(checked("\x70\x01"), "good") << "a varint of field 14";
  EXPECT_EQ(checked(std::string("\x71", 1) + std::string(8, '\0')), "good");
  EXPECT_EQ(checked(std::string("\x75", 1) + std::string(4, '\0')), "good");
}

TEST(ProtobufShape, NamesTheByteThatIsWrong) {
  EXPECT_EQ(checked("{\"resourceLogs\":[]}"),
            "invalid protobuf at byte 0: a field is of a type that OTLP does not use");
  EXPECT_EQ(checked("\x0A\x05"
                    "ab"),
            "invalid protobuf at byte 1: a length reaches beyond the message around it");
  EXPECT_EQ(checked("\x0A"), "invalid protobuf at byte 1: a number is cut short");
  EXPECT_EQ(checked(field(1, field(2,
                                   "\x12\x05"
                                   "ab"))),
            "invalid protobuf at byte 5: a length reaches beyond the message around it");
  EXPECT_EQ(checked("\x71"
                    "abc"),
            "invalid protobuf at byte 1: a field is cut short");
  EXPECT_EQ(checked(std::string("\x00\x01", 2)), "invalid protobuf at byte 0: there is no such field");
  EXPECT_EQ(checked("\x08\x01"), "invalid protobuf at byte 0: a field is of the wrong type");
  EXPECT_EQ(checked(std::string(11, '\xFF')), "invalid protobuf at byte 0: a number has more than 64 bits");
  EXPECT_EQ(checked("\x70" + std::string(9, '\xFF') + "\x01"), "good") << "2^64 - 1";
  EXPECT_EQ(checked("\x70" + std::string(9, '\xFF') + "\x02"),
            "invalid protobuf at byte 1: a number has more than 64 bits");
  EXPECT_EQ(checked(with_body(field(1, "a\xFF"))), "invalid protobuf at byte 10: a text is not UTF-8");
  EXPECT_EQ(checked(with_body(field(7, "a\xFF"))), "good") << "bytes are no text";
  EXPECT_EQ(checked("\x7B\x7C"), "invalid protobuf at byte 0: a field is of a type that OTLP does not use")
      << "a group";
}

TEST(ProtobufShape, BoundsDepthAndNumberOfMessages) {
  std::string value = field(1, "x");
  for (int i = 0; i < 100; ++i) value = field(5, field(1, value));
  EXPECT_THAT(checked(with_body(value)), ::testing::HasSubstr("values nest too deep"));
  EXPECT_EQ(checked(with_body(value), {.depth_max = 300}), "good");
  std::string many;
  for (int i = 0; i < 99; ++i) many += field(1, "");
  EXPECT_EQ(checked(many, {.messages_max = 100}), "good");
  EXPECT_THAT(checked(many + field(1, ""), {.messages_max = 100}),
              ::testing::HasSubstr("more than 100 protobuf messages"));
}

TEST(ProtobufShape, RefusesARequestThatIsCutWithinItsOnlyField) {
  const auto whole = file_text("otlp/python_sdk.pb");
  for (std::size_t size = 1; size < whole.size(); ++size)
    EXPECT_NE(checked(std::string_view(whole).substr(0, size)), "good") << size;
}

}  // namespace
}  // namespace countersign::protocols
