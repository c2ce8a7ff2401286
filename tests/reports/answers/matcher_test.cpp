#include "reports/answers/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace countersign::answers {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Match match(const Question& question) {
  static auto kMatcher = Matcher::make(Library::built_in()).value();
  return kMatcher.match(question).value();
}

std::string chosen(const std::string& text, const std::string& heading = "") {
  return match({text, heading}).chosen.value_or("");
}

TEST(Matcher, FindsEachAnswerByEachOfItsOwnWordings) {
  for (const auto& answer : Library::built_in()->answers()) {
    for (const auto& ask : answer.asks) {
      const auto found = match({ask});
      EXPECT_EQ(found.chosen.value_or("none"), answer.id) << ask << ": " << found.reason;
    }
  }
}

TEST(Matcher, GoesByTheNumberFirst) {
  const auto found = match({"Something else altogether?", "", "IAM-13.1", "caiq", "4.1"});
  EXPECT_EQ(found.chosen, "mfa-sensitive");
  EXPECT_TRUE(found.by_number);
  ASSERT_EQ(found.candidates.size(), 1U);
  EXPECT_EQ(found.candidates.front().score, 1);
  EXPECT_THAT(found.candidates.front().why, ElementsAre("by its number, caiq-4.1:IAM-13.1"));
  EXPECT_EQ(match({"", "", "IAM-13.1", "caiq", "4.0"}).chosen, "account-unique")
      << "numbers moved between versions";
  EXPECT_FALSE(match({"", "", "IAM-13.1", "caiq", "3.1"}).chosen);
}

TEST(Matcher, LeavesWhatASetAsksBesideItsAnswersToAPerson) {
  const auto found = match({"Is MFA required for administrators?", "", "IAM-02.1", "caiq", "4.1"});
  EXPECT_FALSE(found.chosen);
  EXPECT_EQ(found.reason, "the evidence of this appliance does not answer this question of the set");
  EXPECT_TRUE(match({"Is MFA required for administrators?", "", "7", "acme", "1"}).chosen)
      << "a set that nobody has read";
}

TEST(Matcher, SaysWhy) {
  const auto good = match({"Do admins need 2FA to log in?"});
  EXPECT_EQ(good.chosen, "mfa-privileged");
  EXPECT_GE(good.candidates.front().score, 0.5);
  EXPECT_LT(good.candidates.front().score, 1);
  EXPECT_THAT(good.candidates.front().why, Contains("'2fa' means mfa"));
  EXPECT_THAT(good.candidates.front().why, Contains("'admins' means admin"));
  EXPECT_THAT(good.candidates.front().why, Contains(HasSubstr("alike by")));
  const auto bad = match({"Do contractors need 2FA?"});
  EXPECT_FALSE(bad.chosen);
  EXPECT_EQ(bad.reason, "no answer of the library is sure to be meant");
  ASSERT_FALSE(bad.candidates.empty());
  EXPECT_LT(bad.candidates.front().score, 0.5);
  EXPECT_THAT(bad.candidates.front().why, Contains("'contractors' (staff) is something else"));
  EXPECT_EQ(match({"Quelle est la couleur du cheval?"}).reason, "no answer of the library speaks of it");
}

TEST(Matcher, IsNotTakenInByPolarity) {
  EXPECT_EQ(chosen("Can users log in with MFA?"), "mfa-supported");
  for (const char* text : {"Can users disable MFA?",
                           "Can MFA be bypassed?",
                           "Are administrators exempt from MFA?",
                           "Is MFA optional for administrators?",
                           "Are there administrators who do not use MFA?",
                           "Is MFA not required for administrators?",
                           "Is MFA required unless the user is on a trusted network?",
                           "Are accounts without MFA possible?",
                           "Can administrators opt out of two-factor authentication?",
                           "Are audit logs never deleted?",
                           "Are audit logs not protected against modification?",
                           "Are logs kept for at most 90 days?",
                           "Can one customer see another customer's logs?",
                           "Is the number of OTP attempts unlimited?",
                           "Has the log ever failed verification?",
                           "What happens if MFA is unavailable?",
                           "Is MFA only offered to administrators?",

                           "Can deactivated users still authenticate?",
                           "Is log access unrestricted?",
                           "Is MFA there at no extra charge?",
                           "Can logs be deleted before the end of the retention period?"})
    EXPECT_EQ(chosen(text), "") << text;
  EXPECT_EQ(chosen("Are there privileged logins without MFA?"), "mfa-privileged-without");
  EXPECT_EQ(chosen("Can administrators delete audit logs?"), "log-alterable");
  EXPECT_EQ(chosen("Are audit logs protected against deletion?"), "log-protected");
}

TEST(Matcher, IsNotTakenInByWhatTheApplianceDoesNotSee) {
  for (const char* text : {"Do your employees use MFA?",
                           "Is MFA required for VPN access?",
                           "Is MFA required for access to the source code repository?",
                           "Do laptops require two-factor authentication?",
                           "Is MFA needed to enter the data center?",
                           "Are badge access logs kept for 12 months?",
                           "Are firewall logs retained for 12 months?",
                           "Are workstation logs protected against modification?",
                           "Are database logs retained for one year?",
                           "Is MFA enforced for service accounts?",
                           "Does your hosting provider have a SOC 2 Type II report?",
                           "Do your sub-processors sign a DPA?",
                           "Is access to your office restricted?",
                           "Are backups encrypted?",
                           "Are discount codes single use?",
                           "Does your insurance cover ransomware?",
                           "Can customers object to new sub-processors?",
                           "Are call recordings kept for 12 months?",
                           "We run data centres with visitors. Is access to logs restricted by role?",
                           "Is MFA asked for (on the VPN)?",
                           "Is the password policy documented?",
                           "Do you encrypt audit logs?"})
    EXPECT_EQ(chosen(text), "") << text;
  EXPECT_EQ(chosen("Are logs retained for at least 12 months?"), "log-retention-least");
  EXPECT_EQ(chosen("Are logs retained for at least 12 months?", "Physical security"), "")
      << "the section says which logs";
  EXPECT_EQ(chosen("Is it required for administrators?", "Multi-factor authentication"), "mfa-privileged")
      << "the section says what";
}

TEST(Matcher, AnswersNoDoubleQuestionByHalf) {
  for (const char* text :
       {"Do administrators use MFA, and do you encrypt data at rest?",
        "Are audit logs retained for 12 months and reviewed daily?",
        "Do you support MFA and SAML single sign-on?", "Are logs exported, and is the export encrypted?"})
    EXPECT_EQ(chosen(text), "") << text;
  EXPECT_EQ(chosen("Do one-time codes expire and are they used only once?"), "otp-validity");
}

TEST(Matcher, GoesByFiguresOrNotAtAll) {
  EXPECT_EQ(match({"Are logs kept for at least two years?"}).asked.span, "2 years");
  EXPECT_EQ(chosen("Are logs kept for at least two years?"), "log-retention-least");
  EXPECT_EQ(chosen("Are audit logs retained?"), "") << "for how long?";
  EXPECT_EQ(chosen("Are logs exported every 30 days?"), "");
  EXPECT_EQ(chosen("Do 100 % of administrators use MFA?"), "");
  EXPECT_EQ(chosen("Is an account locked after 5 failed logins?"), "lockout-threshold");
  EXPECT_EQ(chosen("Do one-time codes expire within 10 minutes?"), "otp-lifetime");
  EXPECT_EQ(chosen("Do one-time codes expire within 2 minutes?"), "");
}

TEST(Matcher, PutsOwnAnswersFirst) {
  Answer own;
  own.id = "our-vpn";
  own.topic = "mfa";
  own.title = "VPN";
  own.asks = {"Is MFA required for VPN access?"};
  own.claims = {{Value::yes, "It is.", {}, {}}};
  Answer admins = own;
  admins.id = "our-admins";
  admins.asks = {"Is MFA required for administrators?"};
  admins.title = "Administrators and MFA";
  auto library = std::make_shared<const Library>(Library::built_in()->with({own, admins}).value());
  auto matcher = Matcher::make(library).value();
  EXPECT_EQ(matcher.match({"Is MFA required for VPN access?"})->chosen, "our-vpn");
  EXPECT_EQ(matcher.match({"Is MFA required for administrators?"})->chosen, "our-admins");
  EXPECT_EQ(matcher.match({"Is MFA required for VPN access?", "", "IAM-02.1", "caiq", "4.1"})->chosen,
            "our-vpn");
  EXPECT_FALSE(matcher.match({"Is MFA required for WLAN access?"})->chosen);
}

TEST(Matcher, HearsWhatAnAnswerSaysSpeaksAgainstIt) {
  Answer own;
  own.id = "our-trial";
  own.topic = "mfa";
  own.title = "Trial";
  own.asks = {"Is MFA available in the trial?"};
  own.must_not = {"beta", "required"};
  own.claims = {{Value::yes, "It is.", {}, {}}};
  auto library = std::make_shared<const Library>(Library::built_in()->with({own}).value());
  auto matcher = Matcher::make(library).value();
  EXPECT_EQ(matcher.match({"Do you have MFA in the trial?"})->chosen, "our-trial");
  EXPECT_NE(matcher.match({"Do you have MFA in the beta trial?"})->chosen, "our-trial");
  EXPECT_NE(matcher.match({"Is MFA required in the trial?"})->chosen, "our-trial");
}

TEST(Matcher, TakesAWordForTheConceptThatItStandsFor) {
  Answer own;
  own.id = "our-vpn";
  own.topic = "mfa";
  own.title = "VPN";
  own.asks = {"Do you have a VPN?"};
  own.must = {"vpn"};
  own.claims = {{Value::yes, "We do.", {}, {}}};
  auto library = std::make_shared<const Library>(Library::built_in()->with({own}).value());
  EXPECT_EQ(Matcher::make(library)->match({"Do you have virtual private networks?"})->chosen, "our-vpn");
}

TEST(Matcher, ReadsPastWhatIsSaidBeside) {
  EXPECT_EQ(
      chosen("We lost events at another provider, on its servers. Are audit logs kept for at least a year?"),
      "log-retention-least");
  EXPECT_EQ(chosen("The supplier shall ask administrators for a second factor."), "mfa-privileged");
  EXPECT_EQ(chosen("Is MFA required for administrators? If so, is it for laptops?"), "")
      << "laptops are not in the evidence";
  EXPECT_EQ(chosen("Is MFA required for administrators? If so, please describe how."), "mfa-privileged");
  EXPECT_EQ(chosen("Audit logs are kept for at least a year. Do you comply?"), "log-retention-least");
}

TEST(Matcher, AnswersOfAListWhatItKnows) {
  const std::string list =
      "Keep logs of:\n- sign-ins, good and bad\n- changes of firewalls\n- operations on objects";
  EXPECT_EQ(chosen(list), "") << "firewalls are not in the evidence, and speak against it";
  const std::string other = "Keep logs of:\n- sign-ins, good and bad\n- encryption\n- operations on objects";
  EXPECT_EQ(chosen(other), "log-part");
  EXPECT_EQ(chosen("Keep logs of sign-ins, good and bad, of encryption and of operations on objects"), "")
      << "no list";
}

TEST(Matcher, GivesAnExactAnswerOnlyForWordsThatItKnows) {
  Answer own;
  own.id = "our-escrow";
  own.topic = "mfa";
  own.title = "Escrow";
  own.asks = {"Do you have an escrow agreement?"};
  own.must = {"escrow"};
  own.claims = {{Value::yes, "We do.", {}, {}}};
  for (const bool exact : {false, true}) {
    own.exact = exact;
    auto library = std::make_shared<const Library>(Library::built_in()->with({own}).value());
    auto matcher = Matcher::make(library).value();
    EXPECT_EQ(matcher.match({"Do you have an escrow agreement?"})->chosen, "our-escrow");
    EXPECT_EQ(matcher.match({"Do you have an escrow agreement in Bermuda?"})->chosen.has_value(), !exact);
  }
}

std::string fault_of(std::vector<std::string> must, std::vector<std::string> may,
                     std::vector<std::string> must_not) {
  Answer own;
  own.must = std::move(must);
  own.may = std::move(may);
  own.must_not = std::move(must_not);
  const auto checked = check_words(own);
  return checked ? "none" : checked.error().message;
}

TEST(CheckWords, RefusesWhatNoQuestionHas) {
  EXPECT_EQ(fault_of({"mfa", "remote_access|vpn|zebra"}, {"login"}, {"badge"}), "none");
  EXPECT_EQ(fault_of({"mfa", "admin|no_such"}, {}, {}),
            "must[1]: a word with _ must be a concept, and there is none of that name");
  EXPECT_EQ(fault_of({}, {"the"}, {}), "may[0]: a word of it means nothing in a question; name another one");
  EXPECT_EQ(fault_of({}, {}, {"mfa", "the"}),
            "must_not[1]: a word of it means nothing in a question; name another one");
  for (const auto& answer : Library::built_in()->answers()) {
    const auto checked = check_words(answer);
    EXPECT_TRUE(checked) << answer.id << ": " << (checked ? "" : checked.error().message);
  }
}

TEST(Matcher, TakesAnyText) {
  for (const auto& text : {std::string(), std::string(100'000, 'a'), std::string("\"') OR 1=1 --"),
                           std::string("NEAR(a b) * ^ AND OR NOT"), std::string("\xFF\xFE\x00x", 4),
                           std::string("mfa\0mfa", 7), std::string(5'000, '?')}) {
    auto found = match({text, text});
    EXPECT_FALSE(found.chosen && text.size() > 7) << text.substr(0, 20);
  }
}

TEST(Matcher, SaysTheSameEachTime) {
  auto other = Matcher::make(Library::built_in()).value();
  for (const char* text :
       {"Do admins need 2FA to log in?", "How are logs protected?", "Do contractors need 2FA?"}) {
    const auto a = match({text});
    const auto b = other.match({text}).value();
    ASSERT_EQ(a.candidates.size(), b.candidates.size());
    for (std::size_t i = 0; i < a.candidates.size(); ++i) {
      EXPECT_EQ(a.candidates[i].answer, b.candidates[i].answer);
      EXPECT_EQ(a.candidates[i].score, b.candidates[i].score);
      EXPECT_EQ(a.candidates[i].why, b.candidates[i].why);
    }
  }
}

TEST(Choices, AreFoundByWhatTheySay) {
  const std::vector<std::string> usual{"Yes", "No", "N/A", "Partially implemented"};
  EXPECT_EQ(choice_for(Value::yes, usual), 0U);
  EXPECT_EQ(choice_for(Value::no, usual), 1U);
  EXPECT_EQ(choice_for(Value::not_applicable, usual), 2U);
  EXPECT_EQ(choice_for(Value::partial, usual), 3U);
  EXPECT_EQ(choice_for(Value::text, usual), std::nullopt);
  EXPECT_EQ(choice_for(Value::partial, {"Yes", "No"}), std::nullopt);
  EXPECT_EQ(choice_for(Value::yes, {"Yes, all", "Yes, some", "No"}), std::nullopt) << "which of both?";
  EXPECT_EQ(choice_for(Value::no, {"Y", "N", "Not applicable"}), 1U);
  EXPECT_EQ(choice_for(Value::yes, {}), std::nullopt);
}

}  // namespace
}  // namespace countersign::answers
