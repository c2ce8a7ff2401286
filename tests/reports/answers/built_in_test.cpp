#include "reports/answers/matcher.h"
#include "reports/answers/read_answer.h"
#include "tests/reports/answers/csv_rows.h"
#include "tests/reports/answers/demo.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace countersign::answers {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<Answer>& answers() { return Library::built_in()->answers(); }
const Asked kAsked{"6 months", "10"};

/// Which value a state must not keep the answer at: the fact, and what it is when things are bad.
const std::vector<std::pair<std::string, std::vector<std::string>>> kBad{
    {"passed", {"failed", "untested", "nothing"}},
    {"valid", {"expired", "missing", "not-yet"}},
    {"good", {"bad", "never"}}};

TEST(BuiltInAnswers, AreManyAndOfEachTopic) {
  EXPECT_GE(answers().size(), 70U);
  std::set<std::string> topics;
  for (const auto& one : answers()) topics.insert(one.topic);
  EXPECT_EQ(topics, (std::set<std::string>{"access", "attestations", "audit-log", "integrity", "mfa",
                                           "monitoring", "privacy", "residency", "retention"}));
}

TEST(BuiltInAnswers, NeverSayCompliantOrCertified) {
  for (const auto& one : answers()) {
    for (const auto& claim : one.claims) {
      auto text = claim.text;
      std::transform(text.begin(), text.end(), text.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      EXPECT_THAT(text, Not(HasSubstr("compliant"))) << one.id;
      EXPECT_THAT(text, Not(HasSubstr("certified"))) << one.id;
      EXPECT_THAT(text, Not(HasSubstr("all logs"))) << one.id;
    }
  }
}

TEST(BuiltInAnswers, KeysAreNumbersThatTheSetsHave) {
  std::set<std::string> known;
  for (const auto& row : csv_rows("expected.csv")) {
    Question question{"", "", row.at("id"), row.at("set"), row.at("version")};
    known.insert(question.key());
  }
  for (const auto& one : answers()) {
    for (const auto& key : one.keys) {
      // Of that version no list of ids is here.
      EXPECT_TRUE(known.contains(key) || key.starts_with("caiq-4.0:")) << one.id << ": " << key;
    }
  }
}

TEST(BuiltInAnswers, OfADemoTenantAreCitedWhereTheyHold) {
  const auto facts = demo_facts();
  int holding = 0;
  for (const auto& one : answers()) {
    const auto said = propose(one, facts, kAsked);
    if (!said.holds) {
      EXPECT_EQ(one.id, "soc2-type1") << fmt::format("{}", said.missing.empty() ? "" : said.missing.front());
      continue;
    }
    ++holding;
    EXPECT_FALSE(said.cites.empty()) << one.id;
    EXPECT_THAT(said.text, Not(HasSubstr("{"))) << one.id;
  }
  EXPECT_EQ(holding, static_cast<int>(answers().size()) - 1);
}

/// Each state that an answer hangs on, turned bad one by one, takes it away or turns it into something that
/// names the exceptions; what it says never stays as it was.
TEST(BuiltInAnswers, ChangeWithEachStateThatTheyHangOn) {
  const auto good = demo_facts();
  // Nothing was exported, or the figures alone say it: yes, in other words.
  const std::set<std::string> otherwise{"four-eyes", "log-authentication-events"};
  int turned = 0;
  for (const auto& one : answers()) {
    const auto before = propose(one, good, kAsked);
    if (!before.holds) continue;
    for (const auto& need : one.claims[before.claim].needs) {
      const auto* fact = good.find(need.fact);
      if (fact == nullptr || !need.fact.ends_with(".state")) continue;
      for (const auto& [state, bad] : kBad) {
        for (const auto& worse : bad) {
          if (fact->value != state ||
              std::find(need.values.begin(), need.values.end(), worse) != need.values.end())
            continue;
          ++turned;
          const auto after = propose(one, demo_facts_with(need.fact, worse), kAsked);
          const bool same = after.holds && after.claim == before.claim;
          EXPECT_FALSE(same) << one.id << " stays as it is with " << need.fact << " " << worse;
          EXPECT_FALSE(after.holds && before.value == Value::yes && worse != "failed" &&
                       !otherwise.contains(one.id) && after.value == Value::yes)
              << one.id << " says yes with " << need.fact << " " << worse;
          EXPECT_TRUE(after.used != before.used) << one.id;
        }
      }
    }
  }
  EXPECT_GT(turned, 150);
}

/// Everything bad at once: what is still said is said of the facts as they are.
TEST(BuiltInAnswers, OfATenantThatFailsClaimNothingGood) {
  const auto good = demo_facts();
  auto facts = good;
  for (const auto& [name, fact] : good.all()) {
    auto worse = fact;
    if (name.starts_with("control.") && name.ends_with(".state")) worse.value = "failed";
    if (name.ends_with(".exceptions")) worse.value = "7";
    if (name.starts_with("document.") && name.ends_with(".state")) worse.value = "expired";
    if (name == "figure.verified") worse.value = "bad";
    if (name == "figure.timestamps") worse.value = "no";
    if (name == "figure.witnesses" || name == "figure.challenges" || name == "figure.records" ||
        name == "figure.sources")
      worse.value = "0";
    if (name == "figure.factors_used") worse.value = "";
    if (name == "policy.access.factors") worse.value = "sms, email";
    if (name == "policy.retention.keep") worse.value = "30 days";
    if (name == "policy.retention.at_hand") worse.value = "7 days";
    if (name == "policy.access.audit_access.four_eyes") worse.value = "false";
    if (name == "policy.access.lockout.attempts") worse.value = "100";
    ASSERT_TRUE(facts.set(name, std::move(worse)));
  }
  // Yes, SMS is allowed: what is asked there is no good thing.
  const std::set<std::string> bad_news{"mfa-sms", "mfa-email", "mfa-privileged-without"};
  // What a policy or the program says, whatever the controls found.
  const std::set<std::string> by_policy{"log-archive"};
  int silent = 0;
  for (const auto& one : answers()) {
    const auto said = propose(one, facts, kAsked);
    silent += said.holds ? 0 : 1;
    EXPECT_TRUE(said.holds || !said.missing.empty()) << one.id << " says nothing, and not what is missing";
    EXPECT_TRUE(!said.holds || said.value != Value::yes || bad_news.contains(one.id) ||
                by_policy.contains(one.id))
        << one.id << ": " << said.text;
    EXPECT_TRUE(one.id != "mfa-privileged-without" || said.value == Value::yes);
    EXPECT_FALSE(said.holds && one.id == "log-alterable") << said.text;
  }
  EXPECT_GT(silent, 30);
}

TEST(BuiltInAnswers, GoByThePolicy) {
  const auto value = [](const std::string& id, const std::string& fact, const std::string& is,
                        const Asked& asked = {}) {
    const auto said = propose(*Library::built_in()->find(id), demo_facts_with(fact, is), asked);
    return said.holds ? std::string(to_string(said.value)) : "none";
  };
  EXPECT_EQ(value("mfa-sms", "policy.access.factors", "totp, sms"), "yes");
  EXPECT_EQ(value("mfa-sms", "policy.access.factors", "totp"), "no");
  EXPECT_EQ(value("mfa-phishing-resistant", "policy.access.factors", "totp"), "no");
  EXPECT_EQ(value("mfa-phishing-resistant", "figure.factors_used", "totp"), "none")
      << "allowed, and never seen";
  EXPECT_EQ(value("log-retention-least", "policy.retention.keep", "6 months", {"12 months", ""}), "no");
  EXPECT_EQ(value("log-retention-least", "policy.retention.keep", "24 months", {"12 months", ""}), "yes");
  EXPECT_EQ(value("log-retention-least", "policy.retention.types", "challenge.*=90 days", {"12 months", ""}),
            "partial");
  EXPECT_EQ(value("log-retention-least", "policy.retention.keep", "forever", {"100 years", ""}), "yes");
  EXPECT_EQ(value("log-retention-hipaa", "policy.retention.keep", "24 months"), "no");
  EXPECT_EQ(value("log-retention-pci", "policy.retention.at_hand", "30 days"), "no");
  EXPECT_EQ(value("lockout-threshold", "policy.access.lockout.attempts", "5", {"", "5"}), "yes");
  EXPECT_EQ(value("lockout-threshold", "policy.access.lockout.attempts", "10", {"", "5"}), "no");
  EXPECT_EQ(value("four-eyes", "policy.access.audit_access.four_eyes", "false"), "no");
  EXPECT_EQ(value("log-deleted", "policy.retention.keep", "forever"), "no");
}

TEST(BuiltInAnswers, CanBeEditedAsJson) {
  for (const auto& one : answers()) {
    const auto again = read_answer(to_json(one), {FactNames::built_in()});
    ASSERT_TRUE(again) << one.id << ": " << again.error().message;
    auto expected = one;
    expected.own = true;
    EXPECT_EQ(*again, expected) << one.id;
  }
}

}  // namespace
}  // namespace countersign::answers
