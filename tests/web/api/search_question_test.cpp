#include "web/api/search_question.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace countersign::api {
namespace {

base::Result<Question> ask(std::string_view query) {
  return read_question({{"query", query}}, View{}, Asks::for_records);
}

TEST(SearchQuestion, HasNoControlCharacters) {
  using namespace std::string_view_literals;
  for (const auto query : {"sms\0"sv, "\0"sv, "\"a\x01b\""sv, "sms\ttotp"sv, "factor:sms\n"sv, "sms\x7F"sv}) {
    const auto question = ask(query);
    ASSERT_FALSE(question);
    EXPECT_EQ(question.error().code, base::Code::invalid_argument);
    EXPECT_NE(question.error().message.find("control characters"), std::string::npos);
  }
  const auto question = ask("sms \"caf\u00E9 \u65E5\u672C\"");
  ASSERT_TRUE(question) << question.error().message;
  EXPECT_EQ(question->terms.size(), 2u);
}

}  // namespace
}  // namespace countersign::api
