#include "reports/answers/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::answers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> names(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& one : meanings_of(text, Synonyms::built_in())) out.push_back(one.name);
  return out;
}

Understood taken(const std::string& text) { return understand({text}, Synonyms::built_in()); }

TEST(Words, AreThoseOfAnyText) {
  EXPECT_THAT(words_of("Two-factor (2FA), e.g. \xE2\x80\x9CTOTP\xE2\x80\x9D"),
              ElementsAre("two", "factor", "2fa", "e", "g", "totp"));
  EXPECT_THAT(words_of("the user's, the user\xE2\x80\x99s, don't"),
              ElementsAre("the", "user", "the", "user", "don", "t"));
  EXPECT_THAT(words_of("Stra\xC3\x9F"
                       "e\xC2\xA0"
                       "1"),
              ElementsAre("stra\xC3\x9F"
                          "e",
                          "1"));
  EXPECT_THAT(words_of(std::string_view("a\0b\xE2\x80", 5)), ElementsAre("a", "b"));
  EXPECT_THAT(words_of(""), IsEmpty());
}

TEST(Words, HaveStems) {
  for (const auto& [word, stem] : std::vector<std::pair<std::string, std::string>>{{"logs", "log"},
                                                                                   {"logged", "log"},
                                                                                   {"logging", "log"},
                                                                                   {"policies", "polici"},
                                                                                   {"policy", "polici"},
                                                                                   {"access", "access"},
                                                                                   {"accesses", "access"},
                                                                                   {"retained", "retain"},
                                                                                   {"hashed", "hash"},
                                                                                   {"agreed", "agree"},
                                                                                   {"sized", "size"},
                                                                                   {"falling", "fall"},
                                                                                   {"hoping", "hope"},
                                                                                   {"2fa", "2fa"},
                                                                                   {"is", "is"},
                                                                                   {"red", "red"},
                                                                                   {"sky", "sky"}})
    EXPECT_EQ(stem_of(word), stem) << word;
}

TEST(Meanings, PutConceptsInThePlaceOfWords) {
  for (const char* text : {"MFA", "2FA", "multi-factor authentication", "Multifactor",
                           "two factor authentication", "second factors"})
    EXPECT_THAT(names(text), ElementsAre("mfa")) << text;
  EXPECT_THAT(names("audit trails"), ElementsAre("log"));
  EXPECT_THAT(names("How do users log in?"), ElementsAre("login"));
  EXPECT_THAT(names("Do you store logs in a safe?"), ElementsAre("retain", "log", "safe"));
  EXPECT_THAT(names("Please describe your application"), IsEmpty());
  const auto found = meanings_of("Is 2FA or MFA required?", Synonyms::built_in());
  EXPECT_THAT(found, ElementsAre(Meaning{"mfa", "2fa", true}, Meaning{"required", "required", true}));
}

TEST(Understand, TellsWhatAQuestionWants) {
  for (const char* text : {"Is MFA required?", "Please confirm: are logs kept?", "1.2.3 Do you log?",
                           "MFA is required for administrators of the product.", "mfa?",
                           "Can you describe how logs are kept?", "If so, is it encrypted?"})
    EXPECT_EQ(taken(text).form, Form::yes_no) << text;
  for (const char* text :
       {"How long are logs kept?", "Describe your logging.", "Please list the factors",
        "In which region are logs kept?", "For how long do you keep logs?", "Are you PCI DSS compliant?"})
    EXPECT_EQ(taken(text).form, Form::open) << text;
  EXPECT_EQ(taken("Log retention").form, Form::any);
  EXPECT_EQ(taken("").form, Form::any);
}

TEST(Understand, TakesFiguresOut) {
  EXPECT_EQ(taken("Are logs kept for at least 12 months?").asked().span, "12 months");
  EXPECT_EQ(taken("Are logs kept for six months?").asked().span, "6 months");
  EXPECT_EQ(taken("Are logs kept for a year?").asked().span, "1 year");
  EXPECT_EQ(taken("Are logs kept for two weeks?").asked().span, "14 days");
  EXPECT_EQ(taken("a 90-day retention").asked().span, "90 days");
  EXPECT_EQ(taken("Are logs checked once a year?").asked().span, "");
  EXPECT_EQ(taken("locked after 5 attempts").asked().count, "5");
  EXPECT_EQ(taken("12 months, of them 3 months").asked().span, "") << "which of both?";
  EXPECT_THAT(taken("12 months, of them 3 months").spans, ElementsAre("12 months", "3 months"));
  for (const char* text : {"Is SOC 2 Type 2 there?", "ISO 27001", "FIDO2", "24/7", "one-time password",
                           "3.2 Is it so?", "SAML 2.0"})
    EXPECT_THAT(taken(text).counts, IsEmpty()) << text;
  EXPECT_EQ(as_one_spelling("1 year"), as_one_spelling("12 months"));
  EXPECT_EQ(as_one_spelling("5"), "5");
}

TEST(Question, HasAKeyWhereItsSetIsKnown) {
  EXPECT_EQ((Question{"x", "", "IAM-13.1", "caiq", "4.1"}).key(), "caiq-4.1:IAM-13.1");
  EXPECT_EQ((Question{"x", "", "servers_logging", "vsaq", ""}).key(), "vsaq:servers_logging");
  EXPECT_EQ((Question{"x", "", "IAM-13.1", "", ""}).key(), "");
  EXPECT_EQ((Question{"x", "", "", "caiq", "4.1"}).key(), "");
}

std::string fault_of(std::string_view toml) {
  const auto read = Synonyms::read("s.toml", toml);
  return read ? "none" : read.error().message;
}

TEST(Synonyms, NameFileAndLineOfAFault) {
  const std::string good = "neutral = \"a\"\nscopes = [\"x\"]\nlight = []\n[concepts]\nx = [\"one two\"]\n";
  EXPECT_EQ(fault_of(good), "none");
  EXPECT_THAT(fault_of(good + "y = [\"ones two\"]\n"),
              HasSubstr("s.toml:6: 'one two' is a phrase of x, too"));
  EXPECT_THAT(fault_of(good + "Y = [\"three\"]\n"), HasSubstr("s.toml:6: a concept must be a list"));
  EXPECT_THAT(fault_of(good + "y = [\"...\"]\n"), HasSubstr("s.toml:6: a phrase must be a text of words"));
  EXPECT_THAT(fault_of("neutral = \"a\"\nscopes = [\"z\"]\nlight = []\n[concepts]\nx = [\"one\"]\n"),
              HasSubstr("s.toml:2: 'scopes' must be a list of concepts"));
  EXPECT_THAT(fault_of("words = \"a\"\n" + good), HasSubstr("s.toml:1: known are"));
}

TEST(Synonyms, CompareAPhraseAsItStandsWhereItSaysSo) {
  const auto read =
      Synonyms::read(
          "s.toml", "neutral = \"\"\nscopes = []\nlight = []\n[concepts]\nx = [\"=log in\"]\ny = [\"log\"]\n")
          .value();
  EXPECT_EQ(meanings_of("users log in", read).back().name, "x");
  EXPECT_EQ(meanings_of("logs in files", read).front().name, "y");
}

}  // namespace
}  // namespace countersign::answers
