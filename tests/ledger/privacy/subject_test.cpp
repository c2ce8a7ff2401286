#include "ledger/privacy/subject.h"

#include <gtest/gtest.h>

namespace countersign::privacy {
namespace {

using enum record::Kind;

TEST(Subject, IsReadAsKindAndValue) {
  const auto subject = parse_subject("email=a=b@example.com");
  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->kind, email);
  EXPECT_EQ(subject->value, "a=b@example.com");
  for (const auto* text :
       {"", "email", "email=", "=x", "mail=x", "attribute=x", "raw=x", "user_agent=x", "Email=x"}) {
    const auto refused = parse_subject(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, base::Code::invalid_argument);
  }
  EXPECT_EQ(parse_subject("mail=bob@example.org").error().message.find("bob"), std::string::npos);
}

TEST(Subject, IsFoundInOtherSpellings) {
  EXPECT_TRUE(same_value(email, "Ana@Example.com", "ana@example.COM"));
  EXPECT_FALSE(same_value(email, "ana@example.com", "ana@example.co"));
  EXPECT_TRUE(same_value(phone, "+1 (415) 555-0100", "+14155550100"));
  EXPECT_FALSE(same_value(phone, "+14155550100", "+14155550101"));
  EXPECT_FALSE(same_value(user, "U-17", "u-17")) << "an identifier stands for itself";
}

TEST(Subject, IsMentionedOnlyByWhatIsLongEnough) {
  EXPECT_TRUE(mentions("\"call to Ana@example.com failed\"", "ana@example.com"));
  EXPECT_FALSE(mentions("\"call to bob@example.com failed\"", "ana@example.com"));
  EXPECT_FALSE(mentions("\"u-17\"", "u-17")) << "so short a value would be in every text";
}

}  // namespace
}  // namespace countersign::privacy
