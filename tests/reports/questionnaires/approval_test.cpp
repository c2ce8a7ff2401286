#include "reports/questionnaires/approval.h"

#include <gtest/gtest.h>

namespace countersign::questionnaires {
namespace {

using answers::Answer;
using answers::Condition;
using answers::Fact;
using answers::Facts;
using answers::Value;

Facts facts(const std::map<std::string, std::string>& values) {
  Facts out;
  for (const auto& [name, value] : values) {
    const auto first = name.find('.'), last = name.rfind('.');
    const auto kind = name.substr(0, first);
    const bool parts = kind == "control" || kind == "document";
    const auto cites =
        kind + ':' + (parts ? name.substr(first + 1, last - first - 1) : name.substr(first + 1));
    EXPECT_TRUE(out.set(name, {value, cites, base::Timestamp{1'770'000'000'000'000}})) << name;
  }
  return out;
}

const std::map<std::string, std::string> kGood{{"control.PRIVILEGED-MFA.state", "passed"},
                                               {"control.PRIVILEGED-MFA.items", "1204"},
                                               {"control.PRIVILEGED-MFA.exceptions", "0"},
                                               {"policy.access.factors", "totp, passkey"}};

answers::Library library() {
  Answer answer;
  answer.id = "mfa-admin";
  answer.topic = "mfa";
  answer.title = "MFA of administrators";
  answer.asks = {"Do administrators show a second factor?"};
  answers::Claim yes;
  yes.answer = Value::yes;
  yes.text = "{control.PRIVILEGED-MFA.items} acts, with {policy.access.factors}.";
  yes.needs = {{"control.PRIVILEGED-MFA.state", Condition::Test::is, {"passed"}},
               {"policy.access.factors", Condition::Test::known, {}}};
  answers::Claim no;
  no.answer = Value::no;
  no.text = "There were exceptions.";
  no.needs = {{"control.PRIVILEGED-MFA.state", Condition::Test::is, {"failed"}}};
  answer.claims = {yes, no};
  answer.own = true;
  return *answers::Library::built_in()->with({answer});
}

Approval approved(const Facts& by) {
  const auto known = library();
  const auto proposal = answers::propose(*known.find("mfa-admin"), by);
  EXPECT_TRUE(proposal.holds);
  auto out = approval_of(*known.find("mfa-admin"), proposal, by);
  out.tenant = "acme";
  out.by = "0123";
  out.at = {1'770'000'000'000'000};
  return out;
}

std::map<std::string, std::string> but(std::map<std::string, std::string> of, const std::string& name,
                                       const std::string& value) {
  of[name] = value;
  return of;
}

TEST(Approval, HoldsWhileNothingButCountsMoves) {
  const auto one = approved(facts(kGood));
  EXPECT_EQ(why_stale(one, library(), facts(kGood)), std::vector<std::string>{});
  EXPECT_EQ(why_stale(one, library(), facts(but(kGood, "control.PRIVILEGED-MFA.items", "9999"))),
            std::vector<std::string>{});
  EXPECT_EQ(why_stale(one, library(), facts(but(kGood, "policy.access.lockout.attempts", "3"))),
            std::vector<std::string>{})
      << "it does not hang on that";
}

TEST(Approval, IsStaleOnceAControlFails) {
  const auto why = why_stale(approved(facts(kGood)), library(),
                             facts(but(kGood, "control.PRIVILEGED-MFA.state", "failed")));
  ASSERT_EQ(why.size(), 2u);
  EXPECT_EQ(why[0], "control PRIVILEGED-MFA: passed, and failed now");
  EXPECT_EQ(why[1], "the evidence shows something else now: There were exceptions.");
}

TEST(Approval, IsStaleOnceAFactIsGoneOrAnotherOne) {
  auto gone = kGood;
  gone.erase("control.PRIVILEGED-MFA.state");
  EXPECT_FALSE(why_stale(approved(facts(kGood)), library(), facts(gone)).empty());
  const auto why =
      why_stale(approved(facts(kGood)), library(), facts(but(kGood, "policy.access.factors", "passkey")));
  ASSERT_EQ(why.size(), 1u);
  EXPECT_EQ(why[0], "policy access.factors: totp, passkey, and passkey now");
}

TEST(Approval, HoldsByEachReportAndCitesTheOneThatWasThere) {
  Approval own;
  own.tenant = "acme";
  own.text = "There is a report.";
  own.cites = {"report:newest"};
  const auto fact = [](const std::string& sha256) {
    Facts out;
    const std::map<std::string, std::string> all{{"report.sha256", sha256},
                                                 {"report.made", "2026-02-01T08:30:00.000000Z"},
                                                 {"report.from", "2026-01-01T00:00:00.000000Z"},
                                                 {"report.until", "2026-02-01T00:00:00.000000Z"},
                                                 {"report.controls", "38"}};
    for (const auto& [name, value] : all)
      EXPECT_TRUE(out.set(name, {value, "report:newest", base::Timestamp{1'770'000'000'000'000}}));
    return out;
  };
  own.used = facts_of(own.cites, fact("aa"));
  EXPECT_EQ(own.used.all().size(), 5u);
  EXPECT_EQ(why_stale(own, library(), fact("bb")), std::vector<std::string>{});
  EXPECT_EQ(citation_lines(own),
            std::vector<std::string>{"report of 2026-02-01 08:30 UTC, 2026-01-01 to 2026-02-01, SHA-256 aa"});
}

TEST(Approval, IsStaleWithoutItsAnswerInTheLibrary) {
  EXPECT_EQ(why_stale(approved(facts(kGood)), *answers::Library::built_in(), facts(kGood)),
            std::vector<std::string>{"the library has no such answer any more"});
}

TEST(Approval, InOwnWordsGoesByWhatItCites) {
  Approval own;
  own.tenant = "acme";
  own.text = "Always.";
  own.cites = {"control:PRIVILEGED-MFA"};
  own.used = facts_of(own.cites, facts(kGood));
  EXPECT_EQ(own.used.all().size(), 3u);
  EXPECT_EQ(why_stale(own, library(), facts(but(kGood, "policy.access.factors", "sms"))),
            std::vector<std::string>{});
  EXPECT_EQ(why_stale(own, library(), facts(but(kGood, "control.PRIVILEGED-MFA.state", "untested"))).size(),
            1u);
}

TEST(Approval, CitesWhatWasKnown) {
  auto one = approved(facts(kGood));
  EXPECT_EQ(citation_lines(one),
            (std::vector<std::string>{"control PRIVILEGED-MFA passed, 1,204 items, 0 exceptions",
                                      "policy access.factors: totp, passkey"}));
  one.cites = {"document:soc2-type2", "report:standing"};
  one.used = facts({{"document.soc2-type2.state", "valid"},
                    {"document.soc2-type2.title", "SOC 2 report"},
                    {"document.soc2-type2.issuer", "An Auditor LLP"},
                    {"document.soc2-type2.valid_until", "2027-03-31"}});
  EXPECT_EQ(citation_lines(one),
            (std::vector<std::string>{"document SOC 2 report of An Auditor LLP, valid until 2027-03-31",
                                      "report standing"}));
}

TEST(Approval, IsKeptAsJson) {
  const auto one = approved(facts(kGood));
  const auto again = approval_from(to_json(one));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), to_json(one));
  for (const auto* member : {"tenant", "used", "at", "claim", "value"}) {
    auto damaged = to_json(one);
    damaged[member] = nullptr;
    EXPECT_EQ(approval_from(damaged).error().code, base::Code::data_loss) << member;
  }
}

}  // namespace
}  // namespace countersign::questionnaires
