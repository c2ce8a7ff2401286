#include "tests/reports/engine/tale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;

constexpr const char* kFrom = "2026-01-01T00:00:00Z";
constexpr const char* kUntil = "2026-03-01T00:00:00Z";

/// A row in braces: numbers and texts.
class Row : public std::vector<reports::Cell> {
 public:
  struct Is {
    // NOLINTBEGIN(google-explicit-constructor): rows are told in braces.
    Is(const char* text) : cell(std::string(text)) {}
    Is(int number) : cell(std::int64_t{number}) {}
    Is(std::nullptr_t) : cell() {}
    // NOLINTEND(google-explicit-constructor)
    reports::Cell cell;
  };
  Row(std::initializer_list<Is> cells) {
    for (const auto& one : cells) push_back(one.cell);
  }
};

void tell(Tale& tale, const char* time, const char* what, const char* id, const char* factor = "sms",
          const char* source = "shop", const char* cost = nullptr, const char* currency = "USD") {
  boost::json::object event{{"challenge.id", id},
                            {"challenge.factor", factor},
                            {"challenge.purpose", "login"},
                            {"challenge.provider", "twilio"},
                            {"actor.id", "ana"}};
  if (cost != nullptr) {
    event["cost.amount"] = cost;
    event["cost.currency"] = currency;
  }
  tale.say(time, std::string("challenge.") + what, event, source);
}

TEST(CompletenessBySource, CountsWhatEachEventLacksByItself) {
  Tale tale;
  tale.say("2026-01-05T09:00:00Z", "challenge.sent",
           {{"actor.id", "ana"},
            {"challenge.id", "c1"},
            {"challenge.purpose", "login"},
            {"device.fingerprint", "d1"}});
  tale.say("2026-01-05T09:00:01Z", "challenge.verified",
           {{"actor.phone", "+15550100"}, {"challenge.id", "c1"}}, "twilio");
  tale.say("2026-01-05T09:00:02Z", "challenge.expired", {{"challenge.id", "c1"}}, "twilio");
  tale.say("2026-01-05T09:00:03Z", "challenge.delivered", {{"challenge.id", "c1"}}, "twilio");
  EXPECT_THAT(tale.list("COMPLETENESS-BY-SOURCE", kFrom, kUntil).rows,
              ElementsAre(Row{"shop", 1, 0, 0, 0, 0, 1, 1000}, Row{"twilio", 2, 0, 1, 2, 2, 0, 0}));
}

TEST(RecordsByMonth, TellsLateAndImportedOnesApart) {
  Tale tale;
  tale.say("2025-12-31T23:59:59Z", "login.failed", {});
  tale.say("2026-01-05T09:00:00Z", "login.failed", {}, "shop", "token", 300);
  tale.say("2026-01-06T09:00:00Z", "login.failed", {}, "shop", "token", 301);
  tale.say("2026-01-01T09:00:00Z", "login.failed", {}, "shop", "backfill");
  tale.say("2026-02-05T09:00:00Z", "login.failed", {});
  EXPECT_THAT(tale.list("RECORDS-BY-MONTH", kFrom, kUntil).rows,
              ElementsAre(Row{"2026-01", 3, 1, 1}, Row{"2026-02", 1, 0, 0}));
}

TEST(LateArrivals, CountsWhatOccurredBeforeThePeriodAndCameInIt) {
  Tale tale;
  tale.say("2025-12-30T09:00:00Z", "login.failed", {});
  tale.say("2025-11-30T09:00:00Z", "login.failed", {}, "shop", "backfill", 40 * 86'400);
  tale.say("2025-12-31T23:59:59Z", "login.failed", {}, "shop", "token", 86'400);
  tale.say("2026-01-05T09:00:00Z", "login.failed", {}, "other");
  EXPECT_THAT(tale.list("LATE-ARRIVALS", kFrom, kUntil).rows,
              ElementsAre(Row{"shop", 2, 1, "2025-11", "2025-12"}));
}

TEST(ChallengesByMonth, SaysWhatBecameOfEachChallenge) {
  Tale tale;
  const auto told = [&](const char* id, std::initializer_list<const char*> types) {
    for (const char* type : types) tell(tale, "2026-01-05T09:00:00Z", type, id);
  };
  told("c1", {"sent", "undelivered", "sent", "delivered", "failed", "verified"});
  told("c2", {"sent", "failed"});
  told("c3", {"sent", "delivered", "expired"});
  told("c4", {"sent", "cancelled"});
  told("c5", {"sent", "undelivered"});
  told("c6", {"sent", "delivered"});
  told("c8", {"sent", "undelivered", "sent", "delivered"});
  tell(tale, "2026-02-05T09:00:00Z", "sent", "c7");
  EXPECT_THAT(tale.list("CHALLENGES-BY-MONTH", kFrom, kUntil).rows,
              ElementsAre(Row{"2026-01", 7, 1, 1, 1, 1, 1, 2, 142}, Row{"2026-02", 1, 0, 0, 0, 0, 0, 1, 0}));
}

TEST(ChannelMix, TellsSharesAndWhatIsRestricted) {
  Tale tale;
  const auto told = [&](const char* id, const char* factor, const char* type) {
    tell(tale, "2026-01-05T09:00:00Z", "sent", id, factor);
    tell(tale, "2026-01-05T09:00:05Z", type, id, factor);
    tell(tale, "2026-01-05T09:00:05Z", type, id, factor, "twilio");
  };
  told("c1", "sms", "verified");
  told("c2", "sms", "delivered");
  told("c3", "email", "verified");
  told("c4", "totp", "verified");
  EXPECT_THAT(tale.list("CHANNEL-MIX", kFrom, kUntil).rows,
              ElementsAre(Row{"sms", "twilio", 2, 1, 1, 500, 500, "yes"},
                          Row{"email", "twilio", 1, 1, 0, 1000, 250, "no; not out-of-band"},
                          Row{"totp", "twilio", 1, 1, 0, 1000, 250, "no"}));
}

TEST(People, CountsPeopleByTheirFactors) {
  Tale tale;
  const auto pass = [&](const char* who, const char* factor) {
    tale.say("2026-01-05T09:00:00Z", "challenge.verified", {{"actor.id", who}, {"challenge.factor", factor}});
  };
  tale.say("2025-12-05T09:00:00Z", "login.failed", {{"actor.id", "old"}});
  tale.say("2026-01-05T09:00:00Z", "login.failed", {{"actor.id", "carl"}});
  pass("ana", "sms");
  pass("ana", "passkey");
  pass("bob", "sms");
  pass("bob", "voice");
  pass("eve", "totp");
  for (const char* who : {"ana", "bob"})
    tale.say("2026-01-05T09:00:00Z", "action.performed", {{"actor.id", who}, {"actor.role", "Admin"}});
  const auto rows = tale.list("PEOPLE", kFrom, kUntil).rows;
  std::vector<std::int64_t> numbers;
  for (const auto& row : rows) numbers.push_back(std::get<std::int64_t>(row.at(1)));
  EXPECT_THAT(numbers, ElementsAre(4, 3, 1, 1, 2, 1));
  EXPECT_EQ(rows.at(3).at(0), reports::Cell("of these with restricted factors only (sms, voice)"));
}

TEST(ApplianceRuns, CountsRunsByMonth) {
  Tale tale;
  const auto verify = [&](const char* time, const char* reason) {
    tale.system(time, "ledger.verified", {{"action.resource", "all"}, {"outcome.reason", reason}});
  };
  tale.system("2025-12-31T00:00:00Z", "ledger.started", {});
  tale.system("2026-01-02T00:00:00Z", "ledger.started", {});
  verify("2026-01-03T00:00:00Z", "intact");
  verify("2026-01-04T00:00:00Z", "a record is missing");
  tale.system("2026-01-05T00:00:00Z", "backup.performed", {});
  tale.system("2026-02-05T00:00:00Z", "backup.restored", {});
  EXPECT_THAT(tale.list("APPLIANCE-RUNS", kFrom, kUntil).rows,
              ElementsAre(Row{"2026-01", 1, 1, 1, 1, 0}, Row{"2026-02", 0, 0, 0, 0, 1}));
}

TEST(PolicyChanges, TellsEachChangeAndWhenAnotherReviewedIt) {
  Tale tale;
  tale.policy("2026-01-05T09:00:00Z", "access.lockout.attempts", 10, 8);
  tale.policy("2026-01-06T09:00:00Z", "access.lockout.attempts", 8, 6);
  const auto review = [&](const char* time, const char* change, const char* who) {
    tale.system(time, "policy.reviewed",
                {{"actor.id", who}, {"action.resource", "acme"}, {"action.context", change}});
  };
  review("2026-01-05T10:00:00Z", "1", "anna");
  review("2026-01-07T10:00:00Z", "1", "berta");
  EXPECT_THAT(tale.list("POLICY-CHANGES", kFrom, kUntil).rows,
              ElementsAre(Row{"2026-01-05T09:00:00Z", "access.lockout.attempts: before 10, after 8",
                              "operator", "policy put over HTTP", "2026-01-07T10:00:00Z", 0},
                          Row{"2026-01-06T09:00:00Z", "access.lockout.attempts: before 8, after 6",
                              "operator", "policy put over HTTP", "not by another", 1}));
}

TEST(EvidenceAccessLog, ListsLooksOverHttpAndOfCommands) {
  Tale tale;
  tale.system("2026-01-05T09:00:00Z", "personal.viewed",
              {{"actor.id", "anna"},
               {"actor.role", "auditor"},
               {"challenge.factor", "totp"},
               {"action.name", "view personal values"},
               {"action.resource", "acme/17"}});
  tale.system("2026-01-05T10:00:00Z", "personal.viewed",
              {{"action.name", "show"},
               {"action.resource", "acme/18"},
               {"action.context", "countersign show --reveal"}});
  tale.system("2026-01-05T10:30:00Z", "erasure.requested",
              {{"action.name", "privacy erase"},
               {"action.resource", "acme"},
               {"action.context", "operator o1, over HTTP, plan only, erasure e1"}});
  tale.system("2026-01-05T11:00:00Z", "personal.viewed",
              {{"actor.id", "anna"}, {"action.resource", "globex/1"}});
  EXPECT_THAT(tale.list("EVIDENCE-ACCESS-LOG", kFrom, kUntil).rows,
              ElementsAre(Row{"2026-01-05T09:00:00Z", "personal.viewed", "acme/17", "", "auditor", "totp", 0},
                          Row{"2026-01-05T10:00:00Z", "personal.viewed", "acme/18",
                              "countersign show --reveal", "a command on the machine", "none", 1},
                          Row{"2026-01-05T10:30:00Z", "erasure.requested", "acme",
                              "operator o1, over HTTP, plan only, erasure e1", "operator", "none", 2}));
}

TEST(UseByMonth, CountsEachCodeThatWentOutAgainstThePlan) {
  Tale tale;
  tale.say("2025-12-01T00:00:00Z", "source.heartbeat", {});
  for (int i = 0; i < 4'999; ++i) tell(tale, "2026-01-05T09:00:00Z", "sent", std::to_string(i).c_str());
  tell(tale, "2026-01-06T09:00:00Z", "sent", "push", "push");
  tell(tale, "2026-02-05T09:00:00Z", "sent", "x");
  for (int i = 0; i < 5'000; ++i) tell(tale, "2026-02-05T09:00:00Z", "sent", "again");
  for (int i = 0; i < 5'000; ++i) tell(tale, "2026-02-05T09:00:00Z", "sent", "again", "sms", "twilio");
  EXPECT_THAT(tale.list("USE-BY-MONTH", kFrom, kUntil).rows,
              ElementsAre(Row{"2026-01", 4'999, 5'000, 15'000, "below"},
                          Row{"2026-02", 5'001, 5'000, 15'000, "within, in a part of the month"}));
}

TEST(CostByMonth, AddsUpExactlyAndByCurrency) {
  Tale tale;
  for (const char* id : {"c1", "c2", "c3"}) {
    tell(tale, "2026-01-05T09:00:00Z", "sent", id, "sms", "shop", "0.1");
    tell(tale, "2026-01-05T09:00:01Z", "delivered", id, "sms", "twilio", "0.100001");
  }
  tell(tale, "2026-01-05T09:00:00Z", "sent", "c4", "sms", "shop", "12.5", "EUR");
  tell(tale, "2026-01-05T09:00:00Z", "sent", "c5");
  tell(tale, "2026-02-05T09:00:00Z", "sent", "c6", "voice", "shop", "0.000001");
  EXPECT_THAT(tale.list("COST-BY-MONTH", kFrom, kUntil).rows,
              ElementsAre(Row{"2026-01", "sms", "twilio", "login", 1, "not told"},
                          Row{"2026-01", "sms", "twilio", "login", 1, "12.500000 EUR"},
                          Row{"2026-01", "sms", "twilio", "login", 3, "0.300003 USD"},
                          Row{"2026-02", "voice", "twilio", "login", 1, "0.000001 USD"}));
}

TEST(CostByMonth, PutsAChallengeThatWentOverTwoProvidersIntoTwoRows) {
  Tale tale;
  tell(tale, "2026-01-05T09:00:00Z", "sent", "c1", "sms", "shop", "0.0075");
  tale.say("2026-01-05T09:01:00Z", "challenge.sent",
           {{"challenge.id", "c1"},
            {"challenge.factor", "voice"},
            {"challenge.purpose", "login"},
            {"challenge.provider", "vonage"},
            {"cost.amount", "0.02"},
            {"cost.currency", "EUR"}});
  EXPECT_THAT(tale.list("COST-BY-MONTH", kFrom, kUntil).rows,
              ElementsAre(Row{"2026-01", "sms", "twilio", "login", 1, "0.007500 USD"},
                          Row{"2026-01", "voice", "vonage", "login", 1, "0.020000 EUR"}));
}

TEST(Findings, TellsHowSoonSomebodyLooked) {
  Tale tale;
  const auto note = [&](const char* time, const char* type, const char* finding, const char* context = "") {
    if (*context == '\0') {
      tale.system(time, type, {{"action.resource", std::string("acme/") + finding}});
    } else {
      tale.system(time, type,
                  {{"action.resource", std::string("acme/") + finding}, {"action.context", context}});
    }
  };
  note("2025-12-31T09:00:00Z", "finding.opened", "f0", "CODE-GUESSING v1 item=1 records=[1]");
  note("2026-01-05T09:00:00Z", "finding.opened", "f1", "CODE-GUESSING v1 item=17 records=[17]");
  note("2026-01-05T09:05:00Z", "finding.opened", "f2", "CODE-GUESSING v1 item=18 records=[18]");
  note("2026-01-05T09:06:00Z", "finding.opened", "f3", "CODE-GUESSING v1 item=19 records=[19]");
  note("2026-01-05T09:06:00Z", "finding.opened", "f4", "OTP-FLOODING v1 item=20 records=[20]");
  note("2026-01-05T09:10:00Z", "finding.acknowledged", "f1");
  note("2026-01-05T10:05:00Z", "finding.acknowledged", "f2");
  note("2026-01-05T11:00:00Z", "finding.resolved", "f1");
  EXPECT_THAT(tale.list("FINDINGS", kFrom, kUntil).rows,
              ElementsAre(Row{"CODE-GUESSING", 3, 2, 1, 1, 10, 60, 120},
                          Row{"OTP-FLOODING", 1, 0, 0, 1, nullptr, nullptr, nullptr}));
}

}  // namespace
}  // namespace countersign::testing
