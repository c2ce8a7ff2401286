#include "web/decisions/decider.h"

#include "tests/web/decisions/history.h"

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

namespace countersign::decisions {
namespace {

TEST(Decider, ReadsWhatWasWrittenBeforeItWasAsked) {
  History history;
  auto decider = history.loaded();
  const auto tenant = tenant_with(900);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(outcome_of(decider, tenant, ask()), "step_up_required") << i;
    history.tell({});
    EXPECT_EQ(outcome_of(decider, tenant, ask()), "allowed") << i;
    history.tell({.type = "factor.reset"});
  }
}

TEST(Decider, TellsWhatItRestsOn) {
  History history;
  auto decider = history.loaded();
  const auto tenant = tenant_with(900);
  auto empty = decider.decide({tenant, ask()});
  ASSERT_TRUE(empty) << empty.error().message;
  EXPECT_EQ(document_of(empty->json).at("as_of"),
            (boost::json::object{{"log", "log.example.com/eu-1/acme"}, {"size", 0}}));
  history.tell({.type = "challenge.sent"});
  history.tell({.factor = "passkey"});
  const auto decided = decider.decide({tenant, ask()});
  ASSERT_TRUE(decided);
  EXPECT_EQ(decided->outcome, Outcome::allowed);
  const auto all = document_of(decided->json);
  EXPECT_EQ(all.at("as_of"), (boost::json::object{{"log", "log.example.com/eu-1/acme"}, {"size", 2}}));
  EXPECT_EQ(all.at("last_success").at("seq"), 1);
  EXPECT_EQ(all.at("last_success").at("factor"), "passkey");
  EXPECT_EQ(all.at("policy").as_string().size(), 34u) << "the entity tag, with its quotes";
  EXPECT_EQ(decided->json.find("ana"), std::string::npos) << "no personal value is repeated";
}

TEST(Decider, KnowsAPersonByAnyOfTheValuesThatTheEventsNamed) {
  History history;
  history.tell({});
  auto decider = history.loaded();
  const auto tenant = tenant_with(900);
  auto body = ask();
  body.actor_email.clear();
  EXPECT_EQ(outcome_of(decider, tenant, body), "allowed");
  body.actor_id.clear();
  body.actor_email = "ana@example.com";
  EXPECT_EQ(outcome_of(decider, tenant, body), "allowed");
  body.actor_email = "Ana@example.com";
  EXPECT_EQ(outcome_of(decider, tenant, body), "step_up_required") << "values are taken as they are spelled";
  body.actor_email = "bob@example.com";
  EXPECT_EQ(outcome_of(decider, tenant, body), "step_up_required");
  body.actor_email.clear();
  body.actor_phone = "ana";
  EXPECT_EQ(outcome_of(decider, tenant, body), "step_up_required") << "a value of another kind";
}

TEST(Decider, KnowsNothingOfWhoNeverCame) {
  History history;
  history.tell({.id = "bob", .email = "bob@example.com"});
  auto decider = history.loaded();
  const auto tenant = tenant_with(900);
  EXPECT_EQ(outcome_of(decider, tenant, ask("billing.refund")), "step_up_required");
  EXPECT_EQ(outcome_of(decider, tenant, ask("profile.view")), "allowed");
}

TEST(Decider, KeepsTheSamePersonOfTwoTenantsApart) {
  History history;
  history.tell({.tenant = "acme"});
  history.tell({.type = "user.suspended", .tenant = "globex"});
  auto decider = history.loaded();
  EXPECT_EQ(outcome_of(decider, tenant_with(900, 3, "acme"), ask()), "allowed");
  EXPECT_EQ(outcome_of(decider, tenant_with(900, 3, "globex"), ask()), "blocked");
  EXPECT_EQ(outcome_of(decider, tenant_with(900, 3, "initech"), ask()), "step_up_required");
}

TEST(Decider, BindsASuccessToTheSessionThatIsNamed) {
  History history;
  history.tell({.session = "hers"});
  history.tell({.type = "challenge.sent", .session = "stolen"});
  auto decider = history.loaded();
  const auto tenant = tenant_with(900);
  auto body = ask();
  EXPECT_EQ(outcome_of(decider, tenant, body), "allowed");
  body.session = "hers";
  EXPECT_EQ(outcome_of(decider, tenant, body), "allowed");
  body.session = "stolen";
  EXPECT_EQ(outcome_of(decider, tenant, body), "step_up_required");
  body.session = "never heard of";
  EXPECT_EQ(outcome_of(decider, tenant, body), "step_up_required");
}

TEST(Decider, LetsNoClockThatIsAheadLengthenAWindow) {
  History history;
  history.tell({.after_s = 3'600});
  auto decider = history.loaded();
  const auto tenant = tenant_with(900);
  history.region.pass(899);
  EXPECT_EQ(outcome_of(decider, tenant, ask()), "allowed");
  history.region.pass(1);
  EXPECT_EQ(outcome_of(decider, tenant, ask()), "step_up_required");
}

TEST(Decider, LocksOutAndLetsInAgain) {
  History history;
  auto decider = history.loaded();
  const auto tenant = tenant_with(900, 3);
  for (int i = 0; i < 2; ++i) {
    history.tell({.type = "challenge.failed"});
    history.region.pass(600);
  }
  EXPECT_EQ(outcome_of(decider, tenant, ask()), "step_up_required");
  history.tell({.type = "challenge.failed"});
  EXPECT_EQ(outcome_of(decider, tenant, ask("profile.view")), "locked_out");
  history.region.pass(1'798);
  EXPECT_EQ(outcome_of(decider, tenant, ask()), "locked_out");
  history.region.pass(2);
  EXPECT_EQ(outcome_of(decider, tenant, ask()), "step_up_required");
  for (int i = 0; i < 3; ++i) history.tell({.type = "challenge.failed"});
  EXPECT_EQ(outcome_of(decider, tenant, ask()), "locked_out");
  history.tell({.type = "factor.reset"});
  EXPECT_EQ(outcome_of(decider, tenant, ask()), "step_up_required");
}

TEST(Decider, GoesByThePolicyThatHoldsWhenItIsAsked) {
  History history;
  history.tell({.factor = "sms"});
  auto decider = history.loaded();
  EXPECT_EQ(outcome_of(decider, tenant_with(900), ask()), "allowed");
  EXPECT_EQ(outcome_of(decider, tenant_with(900, 3, "acme", {"totp"}), ask()), "step_up_required");
  EXPECT_EQ(outcome_of(decider, tenant_with(900), ask()), "allowed");
}

TEST(Decider, WithoutAWindowASuccessServesItsOwnActionOnce) {
  History history;
  auto decider = history.loaded();
  const auto tenant = tenant_with(0);
  history.tell({.challenge = "c-1", .action = "billing.refund"});
  auto body = ask();
  EXPECT_EQ(outcome_of(decider, tenant, body), "step_up_required") << "no challenge is named";
  body.challenge = "c-2";
  EXPECT_EQ(outcome_of(decider, tenant, body), "step_up_required") << "another challenge";
  body.challenge = "c-1";
  body.action = "billing.payout";
  EXPECT_EQ(outcome_of(decider, tenant, body), "step_up_required") << "another action";
  body.action = "billing.refund";
  body.session = "stolen";
  EXPECT_EQ(outcome_of(decider, tenant, body), "step_up_required") << "another session";
  body.session.clear();
  EXPECT_EQ(outcome_of(decider, tenant, body), "allowed");
  EXPECT_EQ(outcome_of(decider, tenant, body), "step_up_required") << "it has served";
  history.tell({.challenge = "c-1", .action = "billing.refund"});
  EXPECT_EQ(outcome_of(decider, tenant, body), "allowed") << "verified once more";
  history.tell({.challenge = "c-3", .action = "billing.refund"});
  history.region.pass(1'800);
  body.challenge = "c-3";
  EXPECT_EQ(outcome_of(decider, tenant, body), "step_up_required") << "too long ago";
}

TEST(Decider, AfterARestartASuccessOfBeforeServesNoActionOnce) {
  History history;
  const auto tenant = tenant_with(0);
  auto body = ask();
  body.challenge = "c-1";
  history.tell({.challenge = "c-1", .action = "billing.refund"});
  auto decider = history.loaded();
  EXPECT_EQ(outcome_of(decider, tenant, body), "step_up_required") << "it may have served";
  history.tell({.challenge = "c-1", .action = "billing.refund"});
  EXPECT_EQ(outcome_of(decider, tenant, body), "allowed");
}

TEST(Decider, DecidesNothingOnARecordThatItCannotRead) {
  History history;
  history.tell({});
  history.tell({.tenant = "globex"});
  auto decider = history.loaded();
  const auto acme = tenant_with(900), globex = tenant_with(900, 3, "globex");
  EXPECT_EQ(outcome_of(decider, acme, ask()), "allowed");
  history.tell({});
  history.tell({.tenant = "globex"});
  history.writer.reset();
  testing::tamper(history.region,
                  "UPDATE records SET record=x'7b7d' WHERE place=(SELECT max(place) FROM "
                  "records WHERE place<(1<<40))");
  EXPECT_FALSE(decider.keep_up());
  const auto failed = decider.decide({acme, ask()});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, base::Code::data_loss);
  EXPECT_EQ(outcome_of(decider, globex, ask()), "allowed") << "the other log is not at fault";
  auto again = history.loaded();
  EXPECT_FALSE(again.decide({acme, ask()}));
  EXPECT_EQ(outcome_of(again, globex, ask()), "allowed");
}

TEST(Decider, DecidesNothingWhileItHadToForgetTooMuch) {
  History history;
  auto options = history.options();
  options.facts_max = 10;
  auto decider = Decider::open(options);
  ASSERT_TRUE(decider && decider->load([] { return false; }));
  for (int i = 0; i < 10; ++i) history.tell({.id = fmt::format("user-{}", i), .email = ""});
  const auto tenant = tenant_with(900);
  EXPECT_EQ(outcome_of(*decider, tenant, ask()), "step_up_required");
  history.tell({});
  const auto full = decider->decide({tenant, ask()});
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, base::Code::unavailable);
  history.region.pass(3'600);
  EXPECT_EQ(outcome_of(*decider, tenant, ask()), "step_up_required");
}

}  // namespace
}  // namespace countersign::decisions
