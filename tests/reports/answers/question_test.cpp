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
  EXPECT_THAT(names("Do you store logs in a safe?"), ElementsAre("stored", "log", "safe"));
  EXPECT_THAT(names("Please describe your application"), IsEmpty());
  const auto found = meanings_of("Is 2FA or MFA required?", Synonyms::built_in());
  EXPECT_THAT(found, ElementsAre(Meaning{"mfa", "2fa", true}, Meaning{"required", "required", true}));
}

TEST(Meanings, OfSomePhrasesAreSeveral) {
  EXPECT_THAT(names("log retention period"), ElementsAre("log", "retain"));
  EXPECT_THAT(names("wrong codes"), ElementsAre("otp", "attempt"));
}

TEST(Meanings, AreFoundAroundArticlesAndPossessives) {
  EXPECT_THAT(names("lost their phone"), ElementsAre("lost", "factor_device"));
  EXPECT_THAT(names("lost the phone"), names("lost phone"));
  EXPECT_THAT(names("leave our region"), names("leave the region"));
}

TEST(Meanings, LeaveOutHowSomethingIsDone) {
  EXPECT_THAT(names("Are logs diligently stored?"), ElementsAre("log", "stored"));
  EXPECT_THAT(names("Are logs checked annually?"), ElementsAre("log", "verify_often", "how_often"));
}

TEST(Understand, AsksForWhatStandsInFrontWhereItAsksNothingItself) {
  const auto demand =
      taken("Audit logs must be kept for no less than seven (7) years. Can the Vendor accommodate this?");
  EXPECT_EQ(demand.asked().span, "7 years");
  EXPECT_THAT(demand.counts, IsEmpty());
  EXPECT_EQ(demand.words.front().name, "log");
  const auto confirm = taken("Every privileged login uses MFA. Confirm compliance (Y/N) and comment.");
  EXPECT_EQ(confirm.words.front().name, "admin");
  EXPECT_EQ(taken("We use VPNs. Are logs kept?").words.front().name, "log");
}

TEST(Understand, PutsWhatIsToBeToldBehindAQuestionBeside) {
  const auto found = taken("Are codes good once? State the period in minutes.");
  EXPECT_THAT(names("Are codes good once?"), testing::SizeIs(found.words.size()));
  EXPECT_EQ(found.form, Form::yes_no);
  EXPECT_THAT(taken("Are logs kept? How are they kept safe?").words, testing::SizeIs(testing::Gt(2U)));
}

TEST(Understand, ReadsPastStandardsAndParagraphs) {
  for (const char* text : {"ISO 27001 A.8.2 - Is MFA required?", "Requirement 8.4.1: Is MFA required?",
                           "NIST 800-63: Is MFA required?", "Is MFA required (164.312(d))?"}) {
    EXPECT_THAT(taken(text).counts, IsEmpty()) << text;
    EXPECT_EQ(taken(text).words.front().name, "mfa") << text;
  }
  EXPECT_EQ(taken("Log retention: 12 months").asked().span, "12 months");
}

TEST(Understand, TakesTheSupplierOfADemandForTheOneWhoIsAsked) {
  for (const char* text :
       {"Supplier keeps audit logs for at least one year.", "The Vendor shall keep audit logs for one year."})
    EXPECT_THAT(taken(text).words, testing::Each(testing::Field(&Meaning::name, testing::Ne("vendor"))))
        << text;
  EXPECT_THAT(taken("Vendor audits").words, testing::Contains(testing::Field(&Meaning::name, "vendor")));
}

TEST(Understand, TellsWhatAQuestionWants) {
  for (const char* text : {"Is MFA required?", "Please confirm: are logs kept?", "1.2.3 Do you log?",
                           "MFA is required for administrators of the product.",
                           "Can you describe how logs are kept?", "If so, is it encrypted?"})
    EXPECT_EQ(taken(text).form, Form::yes_no) << text;
  for (const char* text :
       {"How long are logs kept?", "Describe your logging.", "Please list the factors",
        "In which region are logs kept?", "For how long do you keep logs?", "Are you PCI DSS compliant?"})
    EXPECT_EQ(taken(text).form, Form::open) << text;
  for (const char* text : {"Log retention", "mfa?", "Lockout threshold?", "Retention period of the log"})
    EXPECT_EQ(taken(text).form, Form::any) << text;
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
  EXPECT_EQ(taken("Are logs kept (at least 12 months)?").asked().span, "12 months");
  EXPECT_THAT(taken("12 months, of them 3 months").spans, ElementsAre("12 months", "3 months"));
  for (const char* text :
       {"Is SOC 2 Type 2 there?", "ISO 27001", "FIDO2", "24/7", "one-time password", "3.2 Is it so?",
        "SAML 2.0", "Article 28 GDPR", "PCI DSS 10.5.1", "Is MFA there (2 kinds)?"})
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
  EXPECT_EQ(fault_of(good + "y = [\"three\"]\n[combined]\n\"x+y\" = [\"four\"]\n"), "none");
  EXPECT_THAT(fault_of(good + "[combined]\n\"x+z\" = [\"four\"]\n"),
              HasSubstr("s.toml:7: names of concepts, with +"));
  EXPECT_THAT(fault_of(good + "y = [\"three\"]\n[combined]\n\"x+y\" = [\"one twos\"]\n"),
              HasSubstr("s.toml:8: 'one two' is a phrase of x, too"));
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
