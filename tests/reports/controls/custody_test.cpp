#include "tests/reports/engine/tale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kFrom = "2026-01-01T00:00:00Z";
constexpr const char* kUntil = "2026-02-01T00:00:00Z";

// --- EVIDENCE-ACCESS

void show_factor(Tale& tale, const char* time, const char* challenge, const char* session = "s1") {
  tale.system(time, "challenge.verified",
              {{"actor.id", "anna"},
               {"challenge.id", challenge},
               {"challenge.purpose", "audit_access"},
               {"challenge.factor", "totp"},
               {"session.id", session}});
}

std::uint64_t look(Tale& tale, const char* time, const char* challenge, const char* session = "s1",
                   const char* type = "personal.viewed", const char* action = "view personal values") {
  return tale.system(time, type,
                     {{"actor.id", "anna"},
                      {"actor.role", "auditor"},
                      {"challenge.id", challenge},
                      {"challenge.purpose", "audit_access"},
                      {"challenge.factor", "totp"},
                      {"action.name", action},
                      {"action.resource", "acme/17"},
                      {"session.id", session}});
}

TEST(EvidenceAccess, FindsALookLongAfterTheSecondFactor) {
  Tale tale;
  show_factor(tale, "2026-01-05T09:00:00Z", "c1");
  look(tale, "2026-01-05T09:15:00Z", "c1");
  look(tale, "2026-01-05T09:16:00Z", "c1", "s1", "bundle.downloaded", "download bundle");
  const auto late = look(tale, "2026-01-05T09:16:01Z", "c1");
  const auto result = tale.run("EVIDENCE-ACCESS", kFrom, kUntil);
  EXPECT_EQ(result.population, 3u);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(late)));
  EXPECT_THAT(result.exceptions[0].system_records, ElementsAre(late));
  EXPECT_EQ(result.exceptions[0].observed,
            "view personal values of acme/17 came 961 s after the second factor; the policy of that time "
            "allows 900 s");
}

TEST(EvidenceAccess, JudgesByTheWindowOfTheTime) {
  Tale tale;
  tale.policy("2026-01-10T00:00:00Z", "access.audit_access.window_s", 900, 300);
  tale.policy("2026-01-20T00:00:00Z", "access.audit_access.window_s", 300, 0);
  show_factor(tale, "2026-01-09T09:00:00Z", "c1");
  look(tale, "2026-01-09T09:10:00Z", "c1");
  show_factor(tale, "2026-01-11T09:00:00Z", "c2");
  const auto late = look(tale, "2026-01-11T09:10:00Z", "c2");
  show_factor(tale, "2026-01-21T09:00:00Z", "c3");
  look(tale, "2026-01-21T09:04:59Z", "c3");
  EXPECT_THAT(items(tale.run("EVIDENCE-ACCESS", kFrom, kUntil)), ElementsAre(std::to_string(late)));
}

TEST(EvidenceAccess, FindsALookWithoutASecondFactorOrWithOneThatNobodyShowed) {
  Tale tale;
  show_factor(tale, "2026-01-05T09:00:00Z", "c1");
  const auto none = tale.system("2026-01-05T09:01:00Z", "bundle.approved",
                                {{"actor.id", "anna"},
                                 {"actor.role", "admin"},
                                 {"action.name", "approve export"},
                                 {"action.resource", "acme/bundles/b1"},
                                 {"session.id", "s1"}});
  const auto unknown = look(tale, "2026-01-05T09:02:00Z", "c9");
  const auto result = tale.run("EVIDENCE-ACCESS", kFrom, kUntil);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(none), std::to_string(unknown)));
  EXPECT_EQ(result.exceptions[0].observed, "approve export of acme/bundles/b1 names no second factor");
  EXPECT_THAT(result.exceptions[1].observed, HasSubstr("of which there is no record"));
}

TEST(EvidenceAccess, TakesAFactorThatWasJustEnrolled) {
  Tale tale;
  tale.system("2026-01-05T09:00:00Z", "factor.enrolled",
              {{"actor.id", "anna"}, {"challenge.factor", "totp"}, {"session.id", "s1"}});
  look(tale, "2026-01-05T09:14:00Z", "enrolment", "s1");
  const auto other = look(tale, "2026-01-05T09:14:00Z", "enrolment", "s2");
  EXPECT_THAT(items(tale.run("EVIDENCE-ACCESS", kFrom, kUntil)), ElementsAre(std::to_string(other)));
}

TEST(EvidenceAccess, TestsWhatAsksForASecondFactorAndNoMore) {
  Tale tale;
  const auto search = [&](const char* context) {
    tale.system("2026-01-05T09:00:00Z", "records.searched",
                {{"actor.id", "anna"},
                 {"action.name", "search records"},
                 {"action.resource", "acme"},
                 {"action.context", context}});
  };
  const auto view = [&](const char* time) {
    return tale.system(
        time, "record.viewed",
        {{"actor.id", "anna"}, {"action.name", "view record"}, {"action.resource", "acme/17"}});
  };
  tale.system("2026-01-05T08:00:00Z", "personal.viewed",
              {{"action.name", "show"},
               {"action.resource", "acme/17"},
               {"action.context", "countersign show --reveal"}});
  search("by actor_role, type, words");
  search("by actor_email, type");
  view("2026-01-06T09:00:00Z");
  tale.policy("2026-01-10T00:00:00Z", "access.audit_access.single_records", false, true);
  view("2026-01-10T00:00:30Z");
  const auto viewed = view("2026-01-11T09:00:00Z");
  EXPECT_THAT(items(tale.run("EVIDENCE-ACCESS", kFrom, kUntil)), ElementsAre("2", std::to_string(viewed)));
}

// --- FOUR-EYES

std::uint64_t export_full(Tale& tale, const char* time, const char* who, const char* challenge,
                          const char* profile = "profile full, for the role admin") {
  return tale.system(
      time, "export.performed",
      {{"actor.id", who},
       {"challenge.id", challenge},
       {"action.name", "export"},
       {"action.resource", "acme"},
       {"action.context", std::string("received 2025-01-01T00:00:00Z to 2026-01-01T00:00:00Z, ") + profile +
                              ", 0 filter terms; destination=eu-1"}});
}

std::uint64_t approve(Tale& tale, const char* time, const char* who, const char* challenge) {
  return tale.system(time, "bundle.approved",
                     {{"actor.id", who},
                      {"challenge.id", challenge},
                      {"action.name", "approve export"},
                      {"action.resource", "acme/bundles/b1"}});
}

TEST(FourEyes, FindsAnExportThatNobodyElseApproved) {
  Tale tale;
  tale.policy("2025-12-01T00:00:00Z", "access.audit_access.four_eyes", false, true);
  approve(tale, "2026-01-05T09:00:00Z", "berta", "c1");
  export_full(tale, "2026-01-05T09:00:10Z", "anna", "c1");
  const auto alone = export_full(tale, "2026-01-06T09:00:00Z", "anna", "c2");
  const auto own = approve(tale, "2026-01-07T09:00:00Z", "anna", "c3");
  const auto both = export_full(tale, "2026-01-07T09:00:10Z", "anna", "c3");
  const auto before = export_full(tale, "2026-01-08T09:00:00Z", "anna", "c4");
  approve(tale, "2026-01-08T09:00:10Z", "berta", "c4");
  const auto result = tale.run("FOUR-EYES", kFrom, kUntil);
  EXPECT_EQ(result.population, 4u);
  ASSERT_THAT(items(result),
              ElementsAre(std::to_string(alone), std::to_string(both), std::to_string(before)));
  EXPECT_EQ(result.exceptions[0].observed, "the export has no approval");
  EXPECT_EQ(result.exceptions[1].observed, "who asked for the export approved it");
  EXPECT_THAT(result.exceptions[1].system_records, ElementsAre(own, both));
}

TEST(FourEyes, AsksForItOnlyWhileThePolicyDoesAndForFullValues) {
  Tale tale;
  export_full(tale, "2026-01-02T09:00:00Z", "anna", "c1");
  tale.policy("2026-01-03T00:00:00Z", "access.audit_access.four_eyes", false, true);
  export_full(tale, "2026-01-04T09:00:00Z", "anna", "c2", "profile masked, for the role auditor");
  export_full(tale, "2026-01-04T10:00:00Z", "anna", "c3",
              "profile full, personal values of one person disclosed");
  const auto alone = export_full(tale, "2026-01-04T11:00:00Z", "anna", "c4");
  tale.policy("2026-01-05T00:00:00Z", "access.audit_access.four_eyes", true, false);
  export_full(tale, "2026-01-06T09:00:00Z", "anna", "c5");
  const auto result = tale.run("FOUR-EYES", kFrom, kUntil);
  EXPECT_EQ(result.population, 1u);
  EXPECT_THAT(items(result), ElementsAre(std::to_string(alone)));
}

// --- POLICY-REVIEWED

std::uint64_t change(Tale& tale, const char* time, const char* id, const char* who) {
  return tale.system(time, "policy.changed",
                     {{"id", std::string("policy.changed:") + id},
                      {"actor.id", who},
                      {"action.name", "policy put over HTTP"},
                      {"action.resource", "acme"},
                      {"action.context", "access.lockout.attempts: before 10, after 8"}});
}

void review(Tale& tale, const char* time, const char* id, const char* who) {
  tale.system(time, "policy.reviewed",
              {{"actor.id", who},
               {"action.name", "policy review"},
               {"action.resource", "acme"},
               {"action.context", id},
               {"outcome.reason", "as agreed"}});
}

TEST(PolicyReviewed, FindsAChangeThatNobodyElseReviewedInTime) {
  Tale tale;
  change(tale, "2026-01-02T09:00:00Z", "a1:1:1", "anna");
  const auto first = change(tale, "2026-01-03T09:00:00Z", "b2:1:2", "anna");
  change(tale, "2026-01-03T09:00:00Z", "b2:2:2", "anna");
  change(tale, "2026-01-04T09:00:00Z", "c3:1:1", "anna");
  change(tale, "2026-01-05T09:00:00Z", "d4:1:1", "anna");
  change(tale, "2026-01-05T09:00:00Z", "part:1:2", "anna");
  review(tale, "2026-01-16T09:00:00Z", "a1", "berta");
  review(tale, "2026-01-17T09:00:00Z", "c3", "anna");
  review(tale, "2026-01-25T10:00:00Z", "d4", "berta");
  tale.system("2026-02-20T00:00:00Z", "ledger.started", {});
  const auto result = tale.run("POLICY-REVIEWED", kFrom, kUntil);
  EXPECT_EQ(result.population, 4u);
  ASSERT_THAT(items(result), ElementsAre("b2", "c3", "d4"));
  EXPECT_EQ(result.exceptions[0].observed, "the change was not reviewed");
  EXPECT_THAT(result.exceptions[0].system_records, ElementsAre(first, first + 1));
  EXPECT_EQ(result.exceptions[1].observed, "only its author reviewed the change");
  EXPECT_EQ(result.exceptions[2].observed, "the change was reviewed after 20 days");
}

TEST(PolicyReviewed, LeavesAChangeThatMayStillBeReviewed) {
  Tale tale;
  change(tale, "2026-01-20T09:00:00Z", "a1:1:1", "anna");
  change(tale, "2026-01-20T09:00:00Z", "b2:1:1", "anna");
  review(tale, "2026-01-21T09:00:00Z", "a1", "anna");
  review(tale, "2026-01-21T09:00:00Z", "b2", "berta");
  tale.system("2026-02-03T08:59:59Z", "ledger.started", {});
  const auto young = tale.run("POLICY-REVIEWED", kFrom, kUntil);
  EXPECT_EQ(young.population, 1u);
  EXPECT_THAT(items(young), IsEmpty());
  tale.system("2026-02-03T09:00:00Z", "ledger.started", {});
  EXPECT_THAT(items(tale.run("POLICY-REVIEWED", kFrom, kUntil)), ElementsAre("a1"));
}

// --- ERASURE-IN-TIME

void ask_to_erase(Tale& tale, const char* time, const char* id) {
  tale.system(time, "erasure.requested",
              {{"id", std::string("request-") + id},
               {"action.name", "privacy erase"},
               {"action.resource", "acme"},
               {"action.context", std::string("operator anna, over HTTP, to be carried out, erasure ") + id},
               {"outcome.reason", "gdpr_art_17"}});
}

std::uint64_t erase(Tale& tale, const char* time, const char* id) {
  return tale.system(time, "erasure.performed",
                     {{"id", std::string("erasure/") + id},
                      {"action.name", "privacy erase"},
                      {"action.resource", "acme"},
                      {"outcome.reason", "gdpr_art_17"}});
}

TEST(ErasureInTime, FindsAnErasureThatCameTooLate) {
  Tale tale;
  ask_to_erase(tale, "2025-12-20T09:00:00Z", "e1");
  ask_to_erase(tale, "2025-12-20T09:00:00Z", "e2");
  ask_to_erase(tale, "2026-01-18T09:00:00Z", "e3");
  ask_to_erase(tale, "2026-01-18T09:00:00Z", "nobody");
  erase(tale, "2026-01-18T09:00:02Z", "e3");
  erase(tale, "2026-01-19T09:00:00Z", "e1");
  const auto late = erase(tale, "2026-01-20T09:00:00Z", "e2");
  erase(tale, "2026-01-21T09:00:00Z", "of-a-command");
  const auto result = tale.run("ERASURE-IN-TIME", kFrom, kUntil);
  EXPECT_EQ(result.population, 3u);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(late)));
  EXPECT_EQ(result.exceptions[0].observed, "the erasure was carried out 31 days after the request");
  EXPECT_THAT(result.exceptions[0].system_records, ElementsAre(1u, late));
}

// --- RESIDENCY-KEPT

void begin_here(Tale& tale, const char* time) {
  tale.system(time, "key.created", {{"action.resource", "evidence.example.com/eu-1/_system+0123abcd+AQID"}});
}

std::uint64_t move(Tale& tale, const char* time, const char* context) {
  return tale.system(time, "tenant.moved", {{"action.resource", "acme"}, {"action.context", context}});
}

std::uint64_t export_to(Tale& tale, const char* time, const char* note) {
  return tale.system(
      time, "export.performed",
      {{"action.resource", "acme"},
       {"action.context",
        std::string("received A to B, profile masked, for the role admin, 0 filter terms") + note}});
}

TEST(ResidencyKept, FindsAnExportThatLeftForAPlaceThatIsNotAllowed) {
  Tale tale;
  begin_here(tale, "2025-12-01T00:00:00Z");
  tale.system("2025-12-01T00:00:00Z", "tenant.added", {{"action.resource", "acme"}});
  export_to(tale, "2026-01-05T09:00:00Z", "; destination=eu-1");
  const auto away = export_to(tale, "2026-01-06T09:00:00Z", "; destination=us-1");
  const auto old = export_to(tale, "2026-01-07T09:00:00Z", "");
  const auto result = tale.run("RESIDENCY-KEPT", kFrom, kUntil);
  EXPECT_EQ(result.population, 4u);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(away), std::to_string(old)));
  EXPECT_EQ(result.exceptions[0].observed, "the export went to us-1; the region is eu-1");
  EXPECT_THAT(
      items(tale.run("RESIDENCY-KEPT", kFrom, kUntil, {{"allowed", std::string(R"(["de","us-1"])")}})),
      ElementsAre(std::to_string(old)));
}

TEST(ResidencyKept, FindsRecordsThatCameInWhileTheTenantWasPinnedElsewhere) {
  Tale tale;
  begin_here(tale, "2025-12-01T00:00:00Z");
  tale.system("2025-12-01T00:00:00Z", "tenant.added", {{"action.resource", "acme"}});
  const auto left = move(tale, "2026-01-10T00:00:00Z", "from=eu-1 to=us-1");
  move(tale, "2026-01-20T00:00:00Z", "from=us-1 to=eu-1");
  tale.say("2026-01-09T00:00:00Z", "login.failed", {});
  tale.say("2026-01-10T00:01:00Z", "login.failed", {});
  const auto first = tale.say("2026-01-10T00:01:01Z", "login.failed", {});
  const auto last = tale.say("2026-01-19T23:58:59Z", "login.failed", {});
  tale.say("2026-01-19T23:59:00Z", "login.failed", {});
  tale.say("2026-01-21T00:00:00Z", "login.failed", {});
  const auto result = tale.run("RESIDENCY-KEPT", kFrom, kUntil);
  EXPECT_EQ(result.population, 3u);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(left)));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(first, last));
}

TEST(ResidencyKept, FindsRecordsOfBeforeTheTenantCame) {
  const auto told = [](bool added_here, const char* moved) {
    Tale tale;
    begin_here(tale, "2025-12-01T00:00:00Z");
    if (added_here) tale.system("2025-12-01T00:00:00Z", "tenant.added", {{"action.resource", "acme"}});
    move(tale, "2026-01-10T00:00:00Z", moved);
    tale.say("2026-01-09T00:00:00Z", "login.failed", {});
    tale.say("2026-01-09T23:59:30Z", "login.failed", {});
    return tale.run("RESIDENCY-KEPT", kFrom, kUntil);
  };
  EXPECT_THAT(items(told(true, "from=eu-1 to=us-1")), IsEmpty());
  EXPECT_THAT(items(told(false, "from=eu-1 to=us-1")), IsEmpty());
  EXPECT_THAT(items(told(true, "from=us-1 to=eu-1")), IsEmpty());
  const auto result = told(false, "from=us-1 to=eu-1");
  ASSERT_THAT(items(result), ElementsAre("1"));
  EXPECT_THAT(result.exceptions[0].observed, HasSubstr("1 records were received here"));
}

}  // namespace
}  // namespace countersign::testing
