#include "reports/answers/answer.h"
#include "reports/answers/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::answers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = Condition::Test;

bool holds_of(Kind test, const std::string& value, std::vector<std::string> bounds, const Asked& asked = {}) {
  return holds({"figure.records", test, std::move(bounds)}, &value, asked);
}

TEST(Condition, ComparesTextsAndLists) {
  EXPECT_TRUE(holds_of(Kind::is, "passed", {"passed", "nothing"}));
  EXPECT_FALSE(holds_of(Kind::is, "failed", {"passed", "nothing"}));
  EXPECT_TRUE(holds_of(Kind::is, "", {""}));
  EXPECT_TRUE(holds_of(Kind::is_not, "failed", {"passed"}));
  EXPECT_FALSE(holds_of(Kind::is_not, "forever", {"forever"}));
  EXPECT_TRUE(holds_of(Kind::includes, "totp, passkey, push", {"passkey"}));
  EXPECT_TRUE(holds_of(Kind::includes, "totp, passkey", {"totp", "passkey"}));
  EXPECT_FALSE(holds_of(Kind::includes, "totp, passkeys", {"passkey"}));
  EXPECT_FALSE(holds_of(Kind::includes, "", {"passkey"}));
  EXPECT_TRUE(holds_of(Kind::excludes, "totp, passkey", {"sms"}));
  EXPECT_FALSE(holds_of(Kind::excludes, "totp, sms", {"sms"}));
  EXPECT_TRUE(holds_of(Kind::known, "", {}));
}

TEST(Condition, ComparesNumbersAsNumbers) {
  EXPECT_TRUE(holds_of(Kind::at_least, "100", {"20"}));
  EXPECT_FALSE(holds_of(Kind::at_least, "9", {"20"}));
  EXPECT_TRUE(holds_of(Kind::at_most, "10", {"10"}));
  EXPECT_FALSE(holds_of(Kind::below, "10", {"10"}));
  EXPECT_TRUE(holds_of(Kind::below, "9", {"10"}));
  EXPECT_FALSE(holds_of(Kind::at_least, "many", {"1"}));
  EXPECT_FALSE(holds_of(Kind::at_least, "-1", {"1"}));
  EXPECT_FALSE(holds_of(Kind::at_least, "5", {"12 months"}));
}

TEST(Condition, TakesALengthOfTimeForShorterInDoubt) {
  EXPECT_TRUE(holds_of(Kind::at_least, "12 months", {"1 year"}));
  EXPECT_TRUE(holds_of(Kind::at_least, "1 year", {"12 months"}));
  EXPECT_TRUE(holds_of(Kind::at_least, "forever", {"1000 years"}));
  EXPECT_TRUE(holds_of(Kind::at_least, "1 month", {"28 days"}));
  EXPECT_FALSE(holds_of(Kind::at_least, "1 month", {"30 days"})) << "a February is shorter";
  EXPECT_FALSE(holds_of(Kind::at_least, "365 days", {"12 months"})) << "a leap year is longer";
  EXPECT_TRUE(holds_of(Kind::at_least, "366 days", {"12 months"}));
  EXPECT_TRUE(holds_of(Kind::below, "6 months", {"12 months"}));
  EXPECT_FALSE(holds_of(Kind::below, "365 days", {"12 months"})) << "it is not always shorter";
}

TEST(Condition, GoesByWhatTheQuestionNames) {
  const Asked asked{"24 months", "5"};
  EXPECT_TRUE(holds_of(Kind::at_least, "6 years", {"asked.span"}, asked));
  EXPECT_FALSE(holds_of(Kind::at_least, "12 months", {"asked.span"}, asked));
  EXPECT_FALSE(holds_of(Kind::at_most, "10", {"asked.count"}, asked));
  EXPECT_FALSE(holds_of(Kind::at_least, "forever", {"asked.span"}, {})) << "a question that names none";
}

TEST(Condition, OfWhatIsNotKnownDoesNotHold) {
  for (const auto test : {Kind::is, Kind::is_not, Kind::at_least, Kind::at_most, Kind::below, Kind::includes,
                          Kind::excludes, Kind::known})
    EXPECT_FALSE(holds({"figure.records", test, {"1"}}, nullptr, {}));
}

TEST(Condition, SaysWhatWouldHaveToBeSo) {
  const std::string failed = "failed", expired = "expired", factors = "sms";
  EXPECT_EQ(what_is_missing({"control.PRIVILEGED-MFA.state", Kind::is, {"passed"}}, nullptr),
            "the control PRIVILEGED-MFA has no result: have the controls tested over a period");
  EXPECT_THAT(what_is_missing({"control.PRIVILEGED-MFA.state", Kind::is, {"passed"}}, &failed),
              HasSubstr("noted exceptions"));
  EXPECT_EQ(what_is_missing({"document.soc2-type2.state", Kind::is, {"valid"}}, nullptr),
            "there is no document of the kind soc2-type2: upload it");
  EXPECT_THAT(what_is_missing({"document.soc2-type2.state", Kind::is, {"valid"}}, &expired),
              HasSubstr("has expired"));
  EXPECT_EQ(what_is_missing({"policy.access.factors", Kind::includes, {"passkey"}}, &factors),
            "access.factors of the policy is 'sms' and would have to include 'passkey'");
  EXPECT_EQ(what_is_missing({"figure.witnesses", Kind::at_least, {"1"}}, nullptr),
            "the figure witnesses is not known");
}

TEST(Condition, ShowsValuesForPeople) {
  EXPECT_EQ(for_people("control.X.items", "1204"), "1,204");
  EXPECT_EQ(for_people("figure.records", "1000000"), "1,000,000");
  EXPECT_EQ(for_people("figure.sources", "3"), "3");
  EXPECT_EQ(for_people("document.policy.version", "2026"), "2026");
  EXPECT_EQ(for_people("control.X.from", "2026-01-01T00:00:00.000000Z"), "2026-01-01");
  EXPECT_EQ(for_people("figure.verified_at", "2026-04-02T03:09:59.000000Z"), "2026-04-02 03:09 UTC");
  EXPECT_EQ(for_people("policy.access.step_up.actions", ""), "none");
}

Answer sample() {
  Answer out;
  out.claims = {
      {Value::yes,
       "{control.PRIVILEGED-MFA.items} logins, by {policy.access.factors}",
       {{"control.PRIVILEGED-MFA.state", Kind::is, {"passed"}}, {"policy.access.factors", Kind::known, {}}},
       {"report:standing"}},
      {Value::partial,
       "{control.PRIVILEGED-MFA.exceptions} exceptions",
       {{"control.PRIVILEGED-MFA.state", Kind::is, {"failed"}}},
       {}}};
  return out;
}

Facts facts_of(std::vector<std::pair<std::string, std::string>> values) {
  Facts out;
  for (auto& [name, value] : values) {
    const auto dot = name.find('.');
    const auto cites = name.substr(0, dot) + ":" + name.substr(dot + 1, name.rfind('.') - dot - 1);
    EXPECT_TRUE(out.set(name, {value, cites, {}}));
  }
  return out;
}

TEST(Propose, TakesTheFirstClaimThatHolds) {
  const auto good = facts_of({{"control.PRIVILEGED-MFA.state", "passed"},
                              {"control.PRIVILEGED-MFA.items", "1204"},
                              {"policy.access.factors", "totp"},
                              {"figure.records", "9"}});
  const auto said = propose(sample(), good);
  ASSERT_TRUE(said.holds);
  EXPECT_EQ(said.claim, 0U);
  EXPECT_EQ(said.value, Value::yes);
  EXPECT_EQ(said.text, "1,204 logins, by totp");
  EXPECT_THAT(said.cites, ElementsAre("control:PRIVILEGED-MFA", "policy:access", "report:standing"));
  EXPECT_EQ(said.used.all().size(), 3U) << said.used.canonical();
  EXPECT_TRUE(said.unknown.empty());
  EXPECT_TRUE(said.missing.empty());
  EXPECT_EQ(propose(sample(), good, {}, Form::open).value, Value::text);
}

TEST(Propose, ToldOfExceptionsSaysSo) {
  const auto bad = facts_of({{"control.PRIVILEGED-MFA.state", "failed"},
                             {"control.PRIVILEGED-MFA.items", "1204"},
                             {"control.PRIVILEGED-MFA.exceptions", "2"},
                             {"policy.access.factors", "totp"}});
  const auto said = propose(sample(), bad);
  ASSERT_TRUE(said.holds);
  EXPECT_EQ(said.value, Value::partial);
  EXPECT_EQ(said.text, "2 exceptions");
  EXPECT_NE(said.used.find("control.PRIVILEGED-MFA.state"), nullptr)
      << "what the first claim failed by is used, too";
}

TEST(Propose, SaysNothingOfWhatIsNotKnown) {
  const auto said = propose(sample(), facts_of({{"control.PRIVILEGED-MFA.state", "passed"}}));
  EXPECT_FALSE(said.holds);
  EXPECT_TRUE(said.text.empty());
  EXPECT_TRUE(said.cites.empty());
  EXPECT_THAT(said.unknown, ElementsAre("control.PRIVILEGED-MFA.exceptions", "control.PRIVILEGED-MFA.items",
                                        "policy.access.factors"));
  EXPECT_THAT(
      said.missing,
      ElementsAre("access.factors of the policy is not known",
                  "the control PRIVILEGED-MFA has no result: have the controls tested over a period"));
}

TEST(Placeholders, AreNamesInBraces) {
  EXPECT_THAT(placeholders("a {figure.records} b {asked.span}").value(),
              ElementsAre("figure.records", "asked.span"));
  for (const char* text : {"{", "}", "{figure.records", "figure.records}", "{figure.{records}}", "{}",
                           "{Anna}", "{{figure.records}}"})
    EXPECT_FALSE(placeholders(text)) << text;
}

}  // namespace
}  // namespace countersign::answers
