#include "collector/protocols/json_cutter.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace countersign::protocols {
namespace {

using enum JsonCutter::Form;

/// The values with '|' behind each, then what went wrong.
std::string cut(std::string_view text, JsonCutter::Form form) {
  JsonCutter cutter(text, form);
  std::string out;
  while (true) {
    const auto piece = cutter.next();
    if (!piece) return out + piece.error().message;
    if (!*piece) return out;
    EXPECT_EQ(text.substr(cutter.offset(), (*piece)->size()), **piece);
    out += std::string(**piece) + "|";
  }
}

TEST(JsonCutter, CutsObjectsBehindOneAnother) {
  EXPECT_EQ(cut(R"({"a":1}{"b":"}{"} {"c":[{}]})", sequence), R"({"a":1}|{"b":"}{"}|{"c":[{}]}|)");
  EXPECT_EQ(cut("\r\n{}\n\n{}\t", sequence), "{}|{}|");
  EXPECT_EQ(cut(R"({"a":"\"}\\"}{})", sequence), R"({"a":"\"}\\"}|{}|)");
  EXPECT_EQ(cut("", sequence), "");
  EXPECT_EQ(cut("  ", sequence), "");
}

TEST(JsonCutter, CutsOneArray) {
  EXPECT_EQ(cut(R"( [ {"a":1} , {} ] )", sequence), R"({"a":1}|{}|)");
  EXPECT_EQ(cut(R"([1,"a,]",true , null,[2,3],-1.5e3])", array), R"(1|"a,]"|true|null|[2,3]|-1.5e3|)");
  EXPECT_EQ(cut("[]", array), "");
  EXPECT_EQ(cut("[ ]", sequence), "");
}

TEST(JsonCutter, SaysWhereTheTextIsWrong) {
  const auto wrong = [](std::string_view text, JsonCutter::Form form) {
    const auto out = cut(text, form);
    const auto at = out.rfind("not valid JSON at ");
    return at == std::string::npos ? "none: " + out : out.substr(at + 18);
  };
  EXPECT_EQ(wrong("{}", array), "byte 0: an array is expected");
  EXPECT_EQ(wrong("", array), "byte 0: an array is expected");
  EXPECT_EQ(wrong("{},{}", sequence), "byte 2: an object is expected");
  EXPECT_EQ(wrong("{}[]", sequence), "byte 2: an object is expected");
  EXPECT_EQ(wrong("1", sequence), "byte 0: an object is expected");
  EXPECT_EQ(wrong("{\"a", sequence), "byte 3: the text is cut short");
  EXPECT_EQ(wrong("{\"a\\", sequence), "byte 4: the text is cut short");
  EXPECT_EQ(wrong("{{}", sequence), "byte 3: the text is cut short");
  EXPECT_EQ(wrong("[{}", array), "byte 3: the array does not end");
  EXPECT_EQ(wrong("[{},", array), "byte 4: the array does not end");
  EXPECT_EQ(wrong("[", array), "byte 1: the array does not end");
  EXPECT_EQ(wrong("[{},]", array), "byte 4: a value is expected");
  EXPECT_EQ(wrong("[,{}]", array), "byte 1: a value is expected");
  EXPECT_EQ(wrong("[}]", array), "byte 1: a value is expected");
  EXPECT_EQ(wrong("[{}{}]", array), "byte 3: a comma is expected");
  EXPECT_EQ(wrong("[{}] x", array), "byte 5: there is more text behind the end");
  EXPECT_EQ(wrong("[{}][]", sequence), "byte 4: there is more text behind the end");
}

RC_GTEST_PROP(JsonCutter, EndsOnAnyText, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::element('{', '}', '[', ']', ',', '"', '\\', ' ', '1'));
  for (const auto form : {array, sequence}) {
    JsonCutter cutter(text, form);
    std::size_t values = 0;
    while (true) {
      const auto piece = cutter.next();
      if (!piece || !*piece) break;
      RC_ASSERT(!(*piece)->empty());
      RC_ASSERT(++values <= text.size());
    }
  }
}

}  // namespace
}  // namespace countersign::protocols
