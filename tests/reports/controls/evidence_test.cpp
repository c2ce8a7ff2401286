#include "ledger/policy/history.h"
#include "tests/reports/engine/tale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kFrom = "2026-01-01T00:00:00Z";
constexpr const char* kUntil = "2026-02-01T00:00:00Z";

// --- EVIDENCE-COMPLETE

TEST(EvidenceComplete, NamesWhatAChallengeOrOutcomeLacks) {
  Tale tale;
  tale.say("2026-01-05T09:00:00Z", "login.succeeded",
           {{"actor.id", "ana"}, {"action.name", "sign in"}, {"device.fingerprint", "d1"}});
  tale.say("2026-01-05T09:00:30Z", "login.succeeded", {{"actor.id", "ana"}, {"device.fingerprint", "d1"}});
  const auto device = tale.say("2026-01-05T09:01:00Z", "login.failed",
                               {{"actor.id", "ana"}, {"action.name", "sign in"}, {"device.ip", "192.0.2.1"}});
  const auto all = tale.say("2026-01-05T09:02:00Z", "action.performed", {{"outcome.reason", "ok"}});
  const auto result = tale.run("EVIDENCE-COMPLETE", kFrom, kUntil);
  EXPECT_EQ(result.population, 4u);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(device), std::to_string(all)));
  EXPECT_EQ(result.exceptions[0].observed, "login.failed from shop lacks the fingerprint of the device");
  EXPECT_EQ(result.exceptions[1].observed,
            "action.performed from shop lacks the person, what it was for, the fingerprint of the device");
}

TEST(EvidenceComplete, TakesFromOtherRecordsOfTheChallengeWhatOneLacks) {
  Tale tale;
  tale.say("2026-01-05T09:00:00Z", "challenge.sent",
           {{"actor.id", "ana"},
            {"challenge.id", "c1"},
            {"challenge.purpose", "login"},
            {"device.fingerprint", "d1"}});
  tale.say("2026-01-05T09:00:02Z", "challenge.delivered", {{"challenge.id", "c1"}}, "twilio", "hmac");
  tale.say("2026-01-05T09:00:09Z", "challenge.verified", {{"challenge.id", "c1"}}, "twilio", "hmac");
  tale.say("2026-01-05T10:00:00Z", "challenge.undelivered", {{"challenge.id", "c2"}}, "twilio", "hmac");
  const auto alone =
      tale.say("2026-01-05T11:00:00Z", "challenge.verified",
               {{"challenge.id", "c3"}, {"actor.phone", "+15550100"}, {"challenge.purpose", "login"}},
               "twilio", "hmac");
  const auto result = tale.run("EVIDENCE-COMPLETE", kFrom, kUntil);
  EXPECT_EQ(result.population, 3u);
  EXPECT_THAT(items(result), ElementsAre(std::to_string(alone)));
}

TEST(EvidenceComplete, CountsAnActionsContextAndAnAddressOfWhichNoSourceTellsTheAccount) {
  Tale tale;
  tale.say(
      "2026-01-05T09:00:00Z", "action.blocked",
      {{"actor.email", "ana@example.com"}, {"action.context", "checkout"}, {"device.fingerprint", "d1"}});
  EXPECT_THAT(items(tale.run("EVIDENCE-COMPLETE", kFrom, kUntil)), IsEmpty());
}

// --- SOURCE-AUTHENTICATED

TEST(SourceAuthenticated, FindsEventsOfASourceThatDidNotProveItself) {
  Tale tale;
  tale.say("2025-12-31T23:59:59Z", "login.succeeded", {{"actor.id", "ana"}}, "syslog", "none");
  for (const char* proof :
       {"shared_header", "token", "hmac", "jwt", "asymmetric", "mtls", "pulled", "backfill"})
    tale.say("2026-01-05T09:00:00Z", "login.succeeded", {{"actor.id", "ana"}}, "shop", proof);
  const auto weak =
      tale.say("2026-01-05T09:00:00Z", "login.succeeded", {{"actor.id", "ana"}}, "syslog", "none");
  const auto result = tale.run("SOURCE-AUTHENTICATED", kFrom, kUntil);
  EXPECT_EQ(result.population, 9u);
  ASSERT_THAT(items(result), ElementsAre(std::to_string(weak)));
  EXPECT_EQ(result.exceptions[0].observed, "syslog did not prove itself");
}

TEST(SourceAuthenticated, CountsAProofThatTheTenantCallsTooWeak) {
  Tale tale;
  tale.say("2026-01-05T09:00:00Z", "login.succeeded", {{"actor.id", "ana"}}, "hook", "shared_header");
  const auto result = tale.run("SOURCE-AUTHENTICATED", kFrom, kUntil,
                               {{"weak_proofs", std::string(R"(["none","shared_header"])")}});
  ASSERT_THAT(items(result), ElementsAre("0"));
  EXPECT_EQ(result.exceptions[0].observed, "hook proved itself by shared_header alone");
}

// --- SEQUENCE-GAPS

std::uint64_t count(Tale& tale, const char* time, int number, const char* source = "shop",
                    const char* proof = "token") {
  return tale.say(time, "login.succeeded", {{"actor.id", "ana"}, {"delivery.sequence", number}}, source,
                  proof);
}

TEST(SequenceGaps, FindsASourceOfWhichNumbersAreMissing) {
  Tale tale;
  count(tale, "2026-01-05T09:00:00Z", 1);
  const auto last = count(tale, "2026-01-05T10:00:00Z", 2);
  const auto next = count(tale, "2026-01-05T11:00:00Z", 6);
  count(tale, "2026-01-05T12:00:00Z", 8);
  count(tale, "2026-01-05T12:00:00Z", 1, "other");
  count(tale, "2026-01-05T13:00:00Z", 2, "other");
  tale.say("2026-01-06T09:00:00Z", "source.heartbeat", {}, "third");
  const auto result = tale.run("SEQUENCE-GAPS", kFrom, kUntil);
  EXPECT_EQ(result.population, 2u);
  ASSERT_THAT(items(result), ElementsAre("shop"));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(last, next));
  EXPECT_EQ(result.exceptions[0].observed, "4 numbers are missing in 2 gaps, first 3 to 5");
}

TEST(SequenceGaps, TakesEventsInAnyOrderAndTwice) {
  Tale tale;
  for (const int number : {1, 3, 2, 2, 5, 4}) count(tale, "2026-01-05T09:00:00Z", number);
  tale.say("2026-01-06T09:00:00Z", "source.heartbeat", {});
  EXPECT_THAT(items(tale.run("SEQUENCE-GAPS", kFrom, kUntil, {{"settle_s", std::int64_t{0}}})), IsEmpty());
}

TEST(SequenceGaps, WaitsForWhatMayStillBeOnItsWay) {
  const auto told = [](const char* last) {
    Tale tale;
    tale.say("2026-01-05T00:00:00Z", "source.heartbeat", {});
    count(tale, "2026-01-05T09:00:00Z", 1);
    count(tale, "2026-01-05T10:00:00Z", 3);
    tale.say(last, "source.heartbeat", {});
    return items(tale.run("SEQUENCE-GAPS", kFrom, kUntil));
  };
  EXPECT_THAT(told("2026-01-05T10:14:59Z"), IsEmpty());
  EXPECT_THAT(told("2026-01-05T10:15:00Z"), ElementsAre("shop"));
}

TEST(SequenceGaps, CountsAGapInThePeriodInWhichItShowed) {
  Tale tale;
  tale.say("2025-12-01T00:00:00Z", "source.heartbeat", {});
  count(tale, "2025-12-05T09:00:00Z", 1);
  count(tale, "2025-12-06T10:00:00Z", 3);
  count(tale, "2026-01-06T10:00:00Z", 4);
  count(tale, "2026-01-07T10:00:00Z", 9, "shop", "backfill");
  count(tale, "2026-02-08T09:00:00Z", 6);
  tale.say("2026-02-08T10:00:00Z", "source.heartbeat", {});
  const auto result = tale.run("SEQUENCE-GAPS", kFrom, kUntil);
  EXPECT_EQ(result.population, 1u);
  EXPECT_THAT(items(result), IsEmpty());
  const auto december = tale.run("SEQUENCE-GAPS", "2025-12-01T00:00:00Z", kFrom);
  ASSERT_THAT(items(december), ElementsAre("shop"));
  EXPECT_EQ(december.exceptions[0].observed, "the number 2 is missing");
}

// --- RETENTION-AT-HAND

/// Runs it over a tale of which some records are no longer there.
reports::ControlResult at_hand_without(const Tale& tale, const std::set<std::size_t>& gone) {
  using Of = reports::Workspace::Builder::Of;
  auto builder = reports::Workspace::Builder::begin().value();
  for (std::size_t i = 0; i < tale.records().size(); ++i) {
    if (gone.contains(i)) continue;
    EXPECT_TRUE(builder.add(Of::tenant, i, tale.records()[i]));
  }
  for (std::size_t i = 0; i < tale.system_records().size(); ++i)
    EXPECT_TRUE(builder.add(Of::system, i, tale.system_records()[i]));
  auto workspace =
      builder
          .finish({base::TenantId("acme"), *base::parse_rfc3339(kFrom), *base::parse_rfc3339(kUntil), 0,
                   tale.records().size(), tale.system_records().size()},
                  policy::TenantHistory())
          .value();
  return reports::run_control(workspace, *reports::Catalogue::built_in().find("RETENTION-AT-HAND"), {})
      .value();
}

/// Ten records, one on each first of a month from May 2025 on.
Tale ten_months() {
  Tale tale;
  for (const char* month : {"2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10", "2025-11",
                            "2025-12", "2026-01", "2026-02"})
    tale.say(std::string(month) + "-01T00:00:00Z", "source.heartbeat", {});
  return tale;
}

void retire(Tale& tale, const char* context) {
  tale.system(
      "2026-01-10T00:00:00Z", "records.retired",
      {{"action.name", "retention retire"}, {"action.resource", "acme"}, {"action.context", context}});
}

TEST(RetentionAtHand, FindsRecordsThatAreMissingWithoutARetirement) {
  auto tale = ten_months();
  EXPECT_THAT(items(at_hand_without(tale, {})), IsEmpty());
  const auto result = at_hand_without(tale, {2, 3});
  EXPECT_EQ(result.population, 8u);
  ASSERT_THAT(items(result), ElementsAre("4"));
  EXPECT_THAT(result.exceptions[0].records, ElementsAre(1u, 4u));
  EXPECT_THAT(result.exceptions[0].observed, HasSubstr("2 records before this one are missing"));
}

TEST(RetentionAtHand, TakesWhatWasRetiredOnRecordAndNoMore) {
  auto tale = ten_months();
  retire(tale, "records 1 to 2, part 1: 1 records, root AAA, rule custom keeps 90 days");
  retire(tale, "records 1 to 2, part 2: 1 records, root AAA, rule custom keeps 91 days");
  EXPECT_THAT(items(at_hand_without(tale, {1, 2})), IsEmpty());
  EXPECT_THAT(items(at_hand_without(tale, {1})), IsEmpty());
  EXPECT_THAT(items(at_hand_without(tale, {1, 2, 3})), ElementsAre("4"));
}

TEST(RetentionAtHand, AllowsNoGapInTheLatestMonths) {
  auto tale = ten_months();
  retire(tale, "records 5 to 8, part 1: 4 records, root AAA, rule custom keeps 2 days");
  // The end is the first of February; 92 days before is the first of November, which is the record 6.
  EXPECT_THAT(items(at_hand_without(tale, {6})), IsEmpty());
  const auto result = at_hand_without(tale, {7});
  ASSERT_THAT(items(result), ElementsAre("8"));
  EXPECT_THAT(result.exceptions[0].observed, HasSubstr("within 92 days before the end"));
}

}  // namespace
}  // namespace countersign::testing
