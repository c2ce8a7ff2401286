#include "web/decisions/decision.h"

#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace countersign::decisions {
namespace {

namespace json = boost::json;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kNow = 100'000;  ///< seconds

base::Digest session(std::uint8_t byte) {
  base::Digest out;
  out.bytes.fill(byte);
  return out;
}

std::uint8_t factor(std::string_view name) {
  const auto all = record::factors();
  return static_cast<std::uint8_t>(std::find(all.begin(), all.end(), name) - all.begin());
}

/// What happened, and how many seconds ago. Records stand in the order in which they are written.
struct Ago {
  FactKind kind;
  std::int64_t s;
  std::string_view name = "totp";
  std::uint8_t session = 0;
};

using enum FactKind;

Known known(const std::vector<Ago>& history) {
  Known out;
  std::uint64_t seq = 0;
  for (const auto& one : history) {
    Fact fact;
    fact.kind = one.kind;
    fact.seq = seq++;
    fact.factor = factor(one.name);
    fact.time = fact.received = {(kNow - one.s) * kSecond};
    fact.has_session = one.session != 0;
    if (fact.has_session) fact.session = session(one.session);
    out.facts.insert(out.facts.begin(), fact);
  }
  return out;
}

ingest::AccessPolicy policy(std::int64_t window_s, unsigned attempts = 3,
                            json::array factors = {"totp", "passkey"}) {
  return ingest::AccessPolicy::parse({{"factors", std::move(factors)},
                                      {"step_up", {{"actions", {"billing.*"}}, {"window_s", window_s}}},
                                      {"lockout", {{"attempts", std::int64_t{attempts}}}}})
      .value();
}

Verdict judged(const ingest::AccessPolicy& by, const std::vector<Ago>& history,
               const Question& question = {"billing.refund", false, {}},
               base::Timestamp now = {kNow * kSecond}) {
  return judge(by, known(history), question, now, nullptr);
}

TEST(Decision, FollowsThePolicyAndTheHistory) {
  struct Row {
    const char* what;
    std::int64_t window_s;
    unsigned attempts;
    std::vector<Ago> history;
    const char* action;
    Outcome expected;
  };
  const std::vector<Row> rows{
      {"nothing happened", 900, 3, {}, "billing.refund", Outcome::step_up_required},
      {"the action is not listed", 900, 3, {}, "profile.view", Outcome::allowed},
      {"a fresh success", 900, 3, {{success, 1}}, "billing.refund", Outcome::allowed},
      {"a success long ago", 900, 3, {{success, 901}}, "billing.refund", Outcome::step_up_required},
      {"a longer window", 1'800, 3, {{success, 901}}, "billing.refund", Outcome::allowed},
      {"a window of none", 0, 3, {{success, 0}}, "billing.refund", Outcome::step_up_required},
      {"a window of none, not listed", 0, 3, {}, "profile.view", Outcome::allowed},
      {"a factor that may not serve",
       900,
       3,
       {{success, 1, "sms"}},
       "billing.refund",
       Outcome::step_up_required},
      {"of two one that may",
       900,
       3,
       {{success, 2}, {success, 1, "sms"}},
       "billing.refund",
       Outcome::allowed},
      {"factors reset since",
       900,
       3,
       {{success, 2}, {reset, 1}},
       "billing.refund",
       Outcome::step_up_required},
      {"a factor removed since",
       900,
       3,
       {{success, 2}, {removed, 1}},
       "billing.refund",
       Outcome::step_up_required},
      {"reset, and a success since", 900, 3, {{reset, 2}, {success, 1}}, "billing.refund", Outcome::allowed},
      {"reset in the same instant", 900, 3, {{reset, 1}, {success, 1}}, "billing.refund", Outcome::allowed},
      {"a success of before the reset that comes late",
       900,
       3,
       {{reset, 2}, {success, 3}},
       "billing.refund",
       Outcome::step_up_required},
      {"a reset of before the success that comes late",
       900,
       3,
       {{success, 2}, {reset, 3}},
       "billing.refund",
       Outcome::step_up_required},
      {"suspended and provisioned since",
       900,
       3,
       {{success, 2}, {blocked, 1}},
       "billing.refund",
       Outcome::step_up_required},
      {"two failures of three",
       900,
       3,
       {{failure, 2}, {failure, 1}},
       "billing.refund",
       Outcome::step_up_required},
      {"three failures of three",
       900,
       3,
       {{failure, 3}, {failure, 2}, {failure, 1}},
       "billing.refund",
       Outcome::locked_out},
      {"locked out of what is not listed, too", 900, 1, {{failure, 1}}, "profile.view", Outcome::locked_out},
      {"locked out in spite of a success before",
       900,
       2,
       {{success, 9}, {failure, 2}, {failure, 1}},
       "billing.refund",
       Outcome::locked_out},
      {"a success between",
       900,
       2,
       {{failure, 3}, {success, 2}, {failure, 1}},
       "billing.refund",
       Outcome::allowed},
      {"a success between with a factor that may not serve",
       900,
       2,
       {{failure, 3}, {success, 2, "sms"}, {failure, 1}},
       "billing.refund",
       Outcome::locked_out},
      {"a reset between",
       900,
       2,
       {{failure, 3}, {reset, 2}, {failure, 1}},
       "billing.refund",
       Outcome::step_up_required},
      {"a removal clears nothing",
       900,
       2,
       {{failure, 3}, {removed, 2}, {failure, 1}},
       "billing.refund",
       Outcome::locked_out},
      {"a success of before that comes late clears nothing",
       900,
       2,
       {{failure, 3}, {failure, 2}, {success, 60}},
       "billing.refund",
       Outcome::locked_out},
      {"the last failure half an hour ago",
       900,
       2,
       {{failure, 1'801}, {failure, 1'800}},
       "billing.refund",
       Outcome::step_up_required},
      {"the last failure just within half an hour",
       900,
       2,
       {{failure, 1'801}, {failure, 1'799}},
       "billing.refund",
       Outcome::locked_out},
      {"failures more than half an hour apart",
       900,
       2,
       {{failure, 1'801}, {failure, 1}},
       "billing.refund",
       Outcome::step_up_required},
      {"failures just within half an hour",
       900,
       2,
       {{failure, 1'800}, {failure, 1}},
       "billing.refund",
       Outcome::locked_out},
  };
  for (const auto& row : rows) {
    const auto verdict = judged(policy(row.window_s, row.attempts), row.history, {row.action, false, {}});
    EXPECT_EQ(verdict.outcome, row.expected) << row.what << ": " << to_string(verdict.outcome);
    EXPECT_EQ(verdict.listed, row.action == std::string_view("billing.refund")) << row.what;
  }
}

TEST(Decision, EndsAWindowToTheMicrosecond) {
  const auto by = policy(900);
  const base::Timestamp end{(kNow + 900) * kSecond};
  const Question question{"billing.refund", false, {}};
  for (const auto& [offset, expected] :
       {std::pair{-kSecond, Outcome::allowed}, std::pair{std::int64_t{-1}, Outcome::allowed},
        std::pair{std::int64_t{0}, Outcome::step_up_required},
        std::pair{kSecond, Outcome::step_up_required}}) {
    const auto verdict = judged(by, {{success, 0}}, question, {end.micros + offset});
    EXPECT_EQ(verdict.outcome, expected) << offset;
    EXPECT_EQ(verdict.good_until, expected == Outcome::allowed ? std::optional(end) : std::nullopt);
    EXPECT_TRUE(verdict.success) << "it is still the last";
  }
  EXPECT_FALSE(judged(by, {{success, 1'800}}).success) << "half an hour is past";
}

TEST(Decision, EndsALockOutHalfAnHourAfterTheLastFailure) {
  const auto by = policy(900, 3);
  // The first is past already when the lock-out ends.
  const std::vector<Ago> history{{failure, 1'200}, {failure, 600}, {failure, 0}};
  const base::Timestamp end{(kNow + 1'800) * kSecond};
  const Question question{"billing.refund", false, {}};
  auto verdict = judged(by, history, question, {end.micros - 1});
  EXPECT_EQ(verdict.outcome, Outcome::locked_out);
  EXPECT_EQ(verdict.locked_until, end);
  EXPECT_EQ(verdict.failures, 3u);
  verdict = judged(by, history, question, end);
  EXPECT_EQ(verdict.outcome, Outcome::step_up_required);
  EXPECT_EQ(verdict.locked_until, std::nullopt);
  EXPECT_EQ(verdict.failures, 0u);
}

TEST(Decision, BlocksWhoeverElseHasProvedHimself) {
  auto of_ana = known({{success, 1}});
  of_ana.blocked = true;
  EXPECT_EQ(judge(policy(900), of_ana, {"billing.refund", false, {}}, {kNow * kSecond}, nullptr).outcome,
            Outcome::blocked);
  EXPECT_EQ(judge(policy(900), of_ana, {"profile.view", false, {}}, {kNow * kSecond}, nullptr).outcome,
            Outcome::blocked);
}

TEST(Decision, TakesOnlyASuccessOfTheSessionThatIsNamed) {
  const auto by = policy(900);
  const std::vector<Ago> history{{success, 20, "totp", 7}, {success, 10, "totp", 8}, {success, 5, "totp", 0}};
  const auto of = [&](std::optional<base::Digest> token) {
    return judged(by, history, {"billing.refund", true, token});
  };
  EXPECT_EQ(of(session(7)).success->seq, 0u);
  EXPECT_EQ(of(session(8)).success->seq, 1u);
  EXPECT_EQ(of(session(9)).outcome, Outcome::step_up_required);
  EXPECT_EQ(of(std::nullopt).outcome, Outcome::step_up_required) << "nobody knows the session";
  EXPECT_EQ(of(base::Digest()).outcome, Outcome::step_up_required) << "a success without one is of none";
  EXPECT_EQ(judged(by, history).success->seq, 2u) << "no session is named: any";
}

TEST(Decision, GoesByTheSuccessThatWasLast) {
  const auto verdict = judged(policy(900), {{success, 10}, {success, 50}});
  EXPECT_EQ(verdict.success->seq, 0u) << "the other one came late";
  EXPECT_EQ(verdict.good_until, (base::Timestamp{(kNow - 10 + 900) * kSecond}));
}

TEST(Decision, AsksForASuccessOfItsOwnOnlyWhereItIsNeeded) {
  std::vector<std::uint64_t> asked;
  const auto serves = [&](const Fact& fact) {
    asked.push_back(fact.seq);
    return fact.seq == 0;
  };
  const Question question{"billing.refund", false, {}};
  const base::Timestamp now{kNow * kSecond};
  const auto history = known({{success, 3}, {success, 2}, {success, 1, "sms"}});
  auto verdict = judge(policy(0), history, question, now, serves);
  EXPECT_EQ(verdict.outcome, Outcome::allowed);
  EXPECT_EQ(verdict.used, 0u);
  EXPECT_EQ(asked, (std::vector<std::uint64_t>{1, 0})) << "the newest first, with a factor that may serve";
  asked.clear();
  auto locked = history;
  for (int i = 0; i < 3; ++i) locked.facts.insert(locked.facts.begin(), known({{failure, 0}}).facts.front());
  EXPECT_EQ(judge(policy(0), locked, question, now, serves).outcome, Outcome::locked_out);
  auto blocked_one = history;
  blocked_one.blocked = true;
  EXPECT_EQ(judge(policy(0), blocked_one, question, now, serves).outcome, Outcome::blocked);
  EXPECT_EQ(judge(policy(0), history, {"profile.view", false, {}}, now, serves).outcome, Outcome::allowed);
  EXPECT_EQ(judge(policy(900), history, question, now, serves).outcome, Outcome::allowed);
  EXPECT_EQ(judge(policy(1), history, question, now, serves).outcome, Outcome::step_up_required);
  EXPECT_TRUE(asked.empty()) << "none of these uses it up";
}

TEST(Decision, IsToldInOneDocument) {
  const auto by = policy(900);
  const Telling telling{"billing.refund", "\"0123\"", "log.example.com/eu-1/acme", 7, "eu-1"};
  EXPECT_EQ(to_json(judged(by, {{failure, 2}, {success, 1}, {failure, 0}}), by, telling),
            R"({"decision":"allowed","step_up":{"needed":false,"factors":["totp","passkey"]},)"
            R"("good_until":"1970-01-02T04:01:39.000000Z",)"
            R"("last_success":{"time":"1970-01-02T03:46:39.000000Z","factor":"totp","seq":1},)"
            R"("window_s":900,"action":{"name":"billing.refund","listed":true},"locked_out_until":null,)"
            R"("failures":1,"policy":"\"0123\"","as_of":{"log":"log.example.com/eu-1/acme","size":7},)"
            R"("region":"eu-1"})");
  EXPECT_EQ(to_json(judged(by, {{failure, 2}, {failure, 1}, {failure, 0}}), by, telling),
            R"({"decision":"locked_out","step_up":{"needed":false,"factors":[]},"good_until":null,)"
            R"("last_success":null,"window_s":900,"action":{"name":"billing.refund","listed":true},)"
            R"("locked_out_until":"1970-01-02T04:16:40.000000Z","failures":3,"policy":"\"0123\"",)"
            R"("as_of":{"log":"log.example.com/eu-1/acme","size":7},"region":"eu-1"})");
  const auto needed = base::parse_json(to_json(judged(by, {}), by, telling), {});
  ASSERT_TRUE(needed);
  EXPECT_EQ(needed->value.at("decision").as_string(), "step_up_required");
  EXPECT_TRUE(needed->value.at("step_up").at("needed").as_bool());
}

}  // namespace
}  // namespace countersign::decisions
