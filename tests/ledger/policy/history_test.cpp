#include "ledger/policy/history.h"

#include "ledger/policy/change_id.h"
#include "ledger/policy/default_policy.h"
#include "ledger/policy/member_change.h"
#include "ledger/record/prepare.h"
#include "ledger/record/record.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::policy {
namespace {

namespace json = boost::json;

using base::TenantId;
using base::Timestamp;

const TenantId kAcme("acme"), kGlobex("globex");

/// A record of a system log, as the appliance writes them.
std::string record(std::uint64_t seq, std::int64_t received, const std::string& id,
                   const std::string& context, const TenantId& tenant = kAcme,
                   const std::string& type = "policy.changed",
                   const std::string& log = "audit.example.com/eu-1/_system", const json::object& more = {}) {
  json::object event{
      {"id", id},
      {"time", "2026-01-31T09:30:00Z"},
      {"type", type},
      {"tenant", "_system"},
      {"actor", {{"id", "ana"}, {"role", "operator"}}},
      {"action", {{"name", "policy put over HTTP"}, {"resource", tenant.value()}, {"context", context}}}};
  for (const auto& member : more) event[member.key()] = member.value();
  const auto prepared = record::prepare_event(event, {base::SourceName("countersign"), record::Proof::none},
                                              record::Vocabulary::system);
  EXPECT_TRUE(prepared);
  std::string out;
  record::write_record({.log = log,
                        .seq = base::seq_at(seq),
                        .prev = {},
                        .received = {received},
                        .source = "countersign",
                        .proof = "none",
                        .event = prepared->json},
                       out);
  return out;
}

/// A member of a policy: `access.lockout.attempts`.
std::string member(const json::object& policy, std::string_view path) {
  std::string pointer = "/";
  for (const char c : path) pointer += c == '.' ? '/' : c;
  return json::serialize(json::value(policy).at_pointer(pointer));
}

constexpr std::string_view kAttempts = "access.lockout.attempts", kWindow = "access.step_up.window_s",
                           kActions = "access.step_up.actions";

TEST(PolicyHistory, HasTheDefaultsWhereNobodyChangedAnything) {
  const PolicyHistory none;
  EXPECT_TRUE(none.of(kAcme).versions().empty());
  EXPECT_EQ(none.in_force(kAcme, {0}), default_policy());
}

TEST(PolicyHistory, JudgesATimeByWhatWasInForceThen) {
  PolicyHistory history;
  ASSERT_TRUE(history.add(record(1, 100, "a", "access.lockout.attempts: before 10, after 5")));
  ASSERT_TRUE(history.add(record(2, 200, "b", "access.step_up.window_s: before 900, after 60")));
  ASSERT_TRUE(history.add(record(3, 300, "c", "access.lockout.attempts: before 5, after 7")));
  ASSERT_TRUE(history.add(record(4, 150, "d", "access.lockout.attempts: before 10, after 99", kGlobex)));
  const auto at = [&](std::int64_t time) {
    const auto policy = history.in_force(kAcme, {time});
    return member(policy, kAttempts) + " " + member(policy, kWindow);
  };
  EXPECT_EQ(at(0), "10 900");
  EXPECT_EQ(at(99), "10 900");
  EXPECT_EQ(at(100), "5 900") << "from the moment on at which it was received";
  EXPECT_EQ(at(199), "5 900");
  EXPECT_EQ(at(200), "5 60");
  EXPECT_EQ(at(299), "5 60");
  EXPECT_EQ(at(1'000'000), "7 60");
  EXPECT_EQ(member(history.in_force(kGlobex, {150}), kAttempts), "99");
}

TEST(PolicyHistory, OrdersChangesOfOneMomentAsTheLogDoes) {
  PolicyHistory history;
  ASSERT_TRUE(history.add(record(9, 100, "a", "access.lockout.attempts: before 5, after 7")));
  ASSERT_TRUE(history.add(record(8, 100, "z", "access.lockout.attempts: before 10, after 5")));
  EXPECT_EQ(member(history.in_force(kAcme, {100}), kAttempts), "7");
  const auto versions = history.of(kAcme).versions();
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(member(versions[0].before, kAttempts), "10");
  EXPECT_EQ(member(versions[1].before, kAttempts), "5");
}

TEST(PolicyHistory, BelievesTheFirstWordOnWhatHeldBeforeIt) {
  PolicyHistory history;
  ASSERT_TRUE(history.add(record(1, 100, "a", "access.step_up.window_s: before 900, after 0")));
  ASSERT_TRUE(history.add(record(2, 200, "b", "access.lockout.attempts: before 3, after 5")));
  ASSERT_TRUE(history.add(record(3, 300, "c", "access.lockout.attempts: before 4, after 6")));
  EXPECT_EQ(member(history.in_force(kAcme, {50}), kAttempts), "3");
  EXPECT_EQ(member(history.in_force(kAcme, {150}), kAttempts), "3");
  const auto versions = history.of(kAcme).versions();
  EXPECT_EQ(member(versions[1].after, kAttempts), "5");
  EXPECT_EQ(member(versions[2].before, kAttempts), "4") << "what the record says";
}

TEST(PolicyHistory, TakesTheRecordsOfOneChangeTogetherAndOnlyTogether) {
  PolicyHistory history;
  ASSERT_TRUE(
      history.add(record(1, 100, change_id({"k", 1, 2}), "access.lockout.attempts: before 10, after 5")));
  EXPECT_TRUE(history.of(kAcme).versions().empty()) << "a change that was cut off was not made";
  ASSERT_TRUE(history.add(record(2, 110, change_id({"k", 2, 2}),
                                 "sharing with the role auditor: before pseudonymous, after none")));
  const auto versions = history.of(kAcme).versions();
  ASSERT_EQ(versions.size(), 1u);
  EXPECT_EQ(versions[0].from, Timestamp{110});
  EXPECT_EQ(versions[0].records, (std::vector<RecordAt>{{"audit.example.com/eu-1/_system", 1},
                                                        {"audit.example.com/eu-1/_system", 2}}));
  EXPECT_EQ(versions[0].role, "operator");
  EXPECT_EQ(versions[0].author.size(), 43u);
  EXPECT_EQ(member(versions[0].after, "sharing.auditor"), "\"none\"");
  EXPECT_EQ(member(history.in_force(kAcme, {105}), kAttempts), "10");
}

TEST(PolicyHistory, CountsWhatRegionsRepeatOnceAndFromTheFirstOn) {
  PolicyHistory history;
  const std::string context = "access.lockout.attempts: before 10, after 5";
  ASSERT_TRUE(history.add(record(7, 200, "a", context)));
  ASSERT_TRUE(
      history.add(record(3, 150, "a", context, kAcme, "policy.changed", "audit.example.com/us-1/_system")));
  ASSERT_TRUE(history.add(record(7, 200, "a", context)));
  const auto versions = history.of(kAcme).versions();
  ASSERT_EQ(versions.size(), 1u);
  EXPECT_EQ(versions[0].from, Timestamp{150});
}

/// A review of a change, by somebody.
std::string review(std::uint64_t seq, std::int64_t received, const std::string& id, const std::string& change,
                   const std::string& note, const TenantId& tenant = kAcme,
                   const std::string& log = "audit.example.com/eu-1/_system") {
  return record(seq, received, id, change, tenant, "policy.reviewed", log,
                {{"outcome", {{"reason", note}}}, {"actor", {{"id", "bob"}, {"role", "account"}}}});
}

TEST(PolicyHistory, SaysWhichChangesWereReviewed) {
  PolicyHistory history;
  ASSERT_TRUE(history.add(review(9, 300, "s", "k", "once more")));
  ASSERT_TRUE(
      history.add(record(1, 100, change_id({"k", 1, 2}), "access.lockout.attempts: before 10, after 5")));
  ASSERT_TRUE(history.add(record(2, 100, change_id({"k", 2, 2}),
                                 "sharing with the role auditor: before pseudonymous, after none")));
  ASSERT_TRUE(history.add(record(3, 150, "alone", "access.lockout.attempts: before 5, after 6")));
  ASSERT_TRUE(history.add(review(7, 250, "r", "k", "as agreed")));
  ASSERT_TRUE(history.add(review(4, 200, "r", "k", "as agreed", kAcme, "audit.example.com/us-1/_system")));
  ASSERT_TRUE(history.add(review(8, 260, "t", "k", "of another tenant", kGlobex)));
  ASSERT_TRUE(history.add(review(8, 260, "u", "k", "by a source", kAcme, "audit.example.com/eu-1/acme")));
  ASSERT_TRUE(history.add(review(8, 260, "v", "unknown", "of nothing")));
  const auto versions = history.of(kAcme).versions();
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(versions[0].change, "k");
  EXPECT_EQ(versions[1].change, "alone");
  EXPECT_TRUE(versions[1].reviews.empty());
  ASSERT_EQ(versions[0].reviews.size(), 2u) << "what regions repeat counts once";
  const auto& first = versions[0].reviews.front();
  EXPECT_EQ(first.at, Timestamp{200}) << "from the first region on";
  EXPECT_EQ(first.record, (RecordAt{"audit.example.com/us-1/_system", 4}));
  EXPECT_EQ(first.note, "as agreed");
  EXPECT_EQ(first.role, "account");
  EXPECT_EQ(first.by.size(), 43u);
  EXPECT_EQ(versions[0].reviews.back().note, "once more");
}

TEST(PolicyHistory, PartsBeforeAndAfterWhereAListHasTheseWordsInIt) {
  const auto said = [](const std::string& before, const std::string& after) {
    return read_member_change("monitoring.parameters: before " + before + ", after " + after);
  };
  const std::string tricky = R"(["A.b=x, after [1], after y"])";
  for (const auto& [before, after] :
       std::vector<std::pair<std::string, std::string>>{{tricky, "[]"}, {"[]", tricky}, {tricky, tricky}}) {
    const auto read = said(before, after);
    ASSERT_TRUE(read) << before;
    EXPECT_EQ(json::serialize(read->before), before);
    EXPECT_EQ(json::serialize(read->after), after);
  }
}

TEST(PolicyHistory, PassesOverWhatIsNoChangeOfTheAppliances) {
  PolicyHistory history;
  const std::string context = "access.lockout.attempts: before 10, after 5";
  ASSERT_TRUE(history.add(record(1, 100, "a", context, kAcme, "tenant.added")));
  ASSERT_TRUE(
      history.add(record(1, 100, "b", context, kAcme, "policy.changed", "audit.example.com/eu-1/acme")));
  EXPECT_TRUE(history.of(kAcme).versions().empty())
      << "a source may say that a policy of its own has changed";
  EXPECT_FALSE(history.add("{}"));
}

TEST(PolicyHistory, ShowsWhatItDoesNotUnderstandAndGoesOn) {
  PolicyHistory history;
  ASSERT_TRUE(history.add(record(1, 100, "a", "before: forever / after: hipaa")));
  ASSERT_TRUE(history.add(record(2, 200, "b", "access.lockout.attempts: before 10, after 5")));
  const auto versions = history.of(kAcme).versions();
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(versions[0].changes, std::vector<std::string>{"before: forever / after: hipaa"});
  EXPECT_EQ(versions[0].after, default_policy());
  EXPECT_EQ(member(versions[1].after, kAttempts), "5");
}

TEST(PolicyHistory, FollowsListsThatAreToldInParts) {
  PolicyHistory history;
  ASSERT_TRUE(history.add(record(1, 100, "a", R"(access.step_up.actions: before [], after ["b","d"])")));
  ASSERT_TRUE(
      history.add(record(2, 200, change_id({"k", 1, 2}), R"(access.step_up.actions: removed ["d"])")));
  ASSERT_TRUE(
      history.add(record(3, 200, change_id({"k", 2, 2}), R"(access.step_up.actions: added ["a","c"])")));
  const auto versions = history.of(kAcme).versions();
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(member(versions[1].before, kActions), R"(["b","d"])");
  EXPECT_EQ(member(versions[1].after, kActions), R"(["a","b","c"])");
}

TEST(PolicyHistory, FollowsListsOfWhichEachPlaceIsTold) {
  PolicyHistory history;
  const std::string a = R"({"types":"login.*","rule":"hipaa","keep":"6 years"})",
                    b = R"({"types":"challenge.*","rule":"custom","keep":"1 day"})";
  ASSERT_TRUE(
      history.add(record(1, 100, change_id({"k", 1, 2}), "retention.types[0]: before null, after " + a)));
  ASSERT_TRUE(
      history.add(record(2, 100, change_id({"k", 2, 2}), "retention.types[1]: before null, after " + b)));
  ASSERT_TRUE(history.add(
      record(3, 200, change_id({"l", 1, 2}), "retention.types[0]: before " + a + ", after " + b)));
  ASSERT_TRUE(history.add(
      record(4, 200, change_id({"l", 2, 2}), "retention.types[1]: before " + b + ", after null")));
  ASSERT_TRUE(history.add(record(5, 300, "m", "retention.keep: before forever, after 6 years")));
  const auto at = [&](std::int64_t time) {
    return member(history.in_force(kAcme, {time}), "retention.types");
  };
  EXPECT_EQ(at(0), "[]");
  EXPECT_EQ(at(100), "[" + a + "," + b + "]");
  EXPECT_EQ(at(200), "[" + b + "]");
  EXPECT_EQ(member(history.of(kAcme).versions()[1].before, "retention.types"), "[" + a + "," + b + "]");
  EXPECT_EQ(member(history.in_force(kAcme, {300}), "retention.keep"), "\"6 years\"");
}

TEST(MemberChange, IsRefusedWhereItIsOfNothingKnown) {
  for (const std::string context :
       {"", "access", "access: before {}, after {}", "access.speed: before 1, after 2",
        "region: before a, after b", "access.lockout.attempts: after 5", "access.lockout.attempts: before 5",
        "access.lockout.attempts: now 5", "access.step_up.actions: added x",
        "access.lockout.attempts[0]: before 1, after 2", "retention.types[99999]: before null, after {}",
        "retention.types[x]: before null, after {}", "retention.types[-1]: before null, after {}",
        "sharing with the role boss: before none, after full"})
    EXPECT_FALSE(read_member_change(context)) << context;
}

TEST(ChangeId, HoldsTheRecordsOfAChangeTogether) {
  const auto part = read_change_id(change_id({"0a1b", 2, 13}));
  EXPECT_EQ(part.change, "0a1b");
  EXPECT_EQ(part.number, 2u);
  EXPECT_EQ(part.of, 13u);
  for (const std::string id : {"0a1b", "policy.changed:x", "policy.changed:x:1", "policy.changed:x:0:2",
                               "policy.changed:x:3:2", "policy.changed:x:1:b"}) {
    const auto alone = read_change_id(id);
    EXPECT_EQ(alone.change, id);
    EXPECT_EQ(alone.of, 1u);
  }
}

}  // namespace
}  // namespace countersign::policy
