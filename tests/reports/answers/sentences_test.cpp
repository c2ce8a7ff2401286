#include "reports/answers/sentences.h"

#include "reports/answers/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::answers {
namespace {

using testing::ElementsAre;

TEST(Sentences, PutExamplesBesideWhatIsAsked) {
  const auto cut = cut_sentences("Is a second factor (a code, a key) asked for, e.g. for payments?");
  EXPECT_EQ(cut.asked, "Is a second factor   asked for, ");
  EXPECT_EQ(cut.beside, "(a code, a key)\nfor payments");
  EXPECT_EQ(cut.context, "");
  EXPECT_EQ(cut_sentences("Are keys such as passkeys there?").beside, "passkeys there");
  EXPECT_EQ(cut_sentences("Is MFA (there?").asked, "Is MFA (there");
}

TEST(Sentences, TellWhatIsSaidBeforeAnythingIsAsked) {
  const auto cut =
      cut_sentences("We had a loss of data last year. It was large. Are your logs kept for a year?");
  EXPECT_EQ(cut.context, "We had a loss of data last year\nIt was large");
  EXPECT_EQ(cut.asked, "Are your logs kept for a year");
  const auto begged = cut_sentences(
      "In view of what our regulator expects of us, please indicate whether you offer passkeys.");
  EXPECT_EQ(begged.context, "In view of what our regulator expects of us");
  EXPECT_EQ(begged.asked, ", please indicate whether you offer passkeys.");
}

TEST(Sentences, PutWhatIsToBeToldIfSoBeside) {
  const auto cut =
      cut_sentences("Do you hold a certificate? If so, please name the body. Please describe it.");
  EXPECT_EQ(cut.asked, "Do you hold a certificate");
  EXPECT_EQ(cut.beside, "If so, please name the body\nPlease describe it.");
  EXPECT_EQ(cut_sentences("Is MFA there? Is it asked of all?").asked, "Is MFA there\nIs it asked of all")
      << "two questions";
}

TEST(Sentences, TakeAnEchoForNoQuestion) {
  for (const char* text :
       {"Logs are kept for a year. Please confirm.", "Logs are kept for a year. Is this the case?",
        "Logs are kept for a year. Do you comply?"})
    EXPECT_EQ(cut_sentences(text).asked, "Logs are kept for a year") << text;
}

TEST(Sentences, OfAListAreDemands) {
  const auto cut =
      cut_sentences("Keep logs of:\n>- sign-ins\n>- changes\n\nWhere there is a breach they help.");
  EXPECT_TRUE(cut.is_list);
  EXPECT_EQ(cut.asked, "Keep logs of\n- sign-ins\n- changes");
  EXPECT_EQ(cut.beside, "Where there is a breach they help.");
  EXPECT_TRUE(cut_sentences("1. Keep logs\n2. Ask for MFA").is_list);
  EXPECT_TRUE(cut_sentences("a) Keep logs\nb) Ask for MFA").is_list);
  EXPECT_FALSE(cut_sentences("- Keep logs").is_list);
  EXPECT_FALSE(cut_sentences("- Are logs kept?\n- Is MFA there?").is_list);
  EXPECT_FALSE(cut_sentences("Keep logs.\nAsk for MFA.").is_list);
}

TEST(Sentences, TakeAnyText) {
  for (const auto& text :
       {std::string(), std::string("?"), std::string("..:;?\n\n"), std::string(")(("), std::string("\0(a", 3),
        std::string(5'000, '('), std::string("e.g. "), std::string("- ")}) {
    const auto cut = cut_sentences(text);
    EXPECT_LE(cut.asked.size() + cut.beside.size() + cut.context.size(), text.size() + 10);
  }
}

TEST(Understand, KeepsApartWhatStandsBesideAndBefore) {
  const auto taken =
      understand({"Our firewalls failed. Is MFA (TOTP) there, such as for the VPN?"}, Synonyms::built_in());
  const auto names = [](const std::vector<Meaning>& words) {
    std::vector<std::string> out;
    for (const auto& one : words) out.push_back(one.name);
    return out;
  };
  EXPECT_THAT(names(taken.words), ElementsAre("mfa"));
  EXPECT_THAT(names(taken.beside), ElementsAre("totp", "remote_access"));
  EXPECT_THAT(names(taken.context), ElementsAre("customer", "network", "failed"));
}

}  // namespace
}  // namespace countersign::answers
