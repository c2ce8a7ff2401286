#include "web/decisions/ledger_follower.h"

#include "tests/web/decisions/history.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace countersign::decisions {
namespace {

LedgerFollower open(History& history) {
  auto follower = LedgerFollower::open(history.region.files().ledger());
  EXPECT_TRUE(follower &&
              follower->load(history.region.files().index(), history.now(), [] { return false; }));
  return std::move(*follower);
}

std::string tenant_name(int number) { return fmt::format("tenant-{}", number); }

TEST(LedgerFollower, TakesInAllLogsTurnByTurn) {
  History history;
  auto follower = open(history);
  std::vector<Happened> all;
  for (int tenant = 0; tenant < 100; ++tenant) {
    for (int i = 0; i < 3; ++i) all.push_back({.tenant = tenant_name(tenant)});
  }
  history.tell_all(all);
  int looks = 1;
  for (;; ++looks) {
    const auto before = follower.book().size();
    const auto more = follower.keep_up(40);
    ASSERT_TRUE(more) << more.error().message;
    EXPECT_LE(follower.book().size() - before, 40u);
    if (!*more) break;
    ASSERT_LT(looks, 100);
  }
  EXPECT_EQ(follower.book().size(), 300u);
  EXPECT_GT(looks, 300 / 40);
  history.tell({.tenant = tenant_name(99)});
  while (*follower.keep_up(40)) {
  }
  EXPECT_EQ(follower.book().size(), 301u) << "and begins again";
}

TEST(LedgerFollower, GivesATenantItsTurnAtOnce) {
  History history;
  auto follower = open(history);
  const base::TenantId acme("acme");
  auto log = follower.catch_up(acme);
  ASSERT_TRUE(log);
  EXPECT_EQ(log->number, LedgerFollower::kNoLog);
  EXPECT_EQ(log->name.text, "log.example.com/eu-1/acme");
  for (int tenant = 0; tenant < 40; ++tenant) history.tell({.tenant = tenant_name(tenant)});
  history.tell_all({{}, {.type = "challenge.sent"}, {}});
  log = follower.catch_up(acme);
  ASSERT_TRUE(log);
  EXPECT_EQ(log->size, 3u);
  EXPECT_EQ(follower.book().size(), 2u) << "and nobody else's";
  EXPECT_EQ(follower.catch_up(acme)->size, 3u);
  EXPECT_EQ(follower.book().size(), 2u) << "nothing is taken in twice";
}

TEST(LedgerFollower, KnowsWhatCameAfterItWasLoaded) {
  History history;
  history.tell({});
  auto follower = open(history);
  history.tell({});
  history.tell({.tenant = "globex"});
  const auto acme = follower.catch_up(base::TenantId("acme")),
             globex = follower.catch_up(base::TenantId("globex"));
  EXPECT_FALSE(follower.is_since_load(acme->number, 0));
  EXPECT_TRUE(follower.is_since_load(acme->number, 1));
  EXPECT_TRUE(follower.is_since_load(globex->number, 0));
}

TEST(LedgerFollower, StopsLoadingWhenItIsTold) {
  History history;
  history.tell({});
  auto follower = LedgerFollower::open(history.region.files().ledger());
  const auto done = follower->load(history.region.files().index(), history.now(), [] { return true; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, base::Code::aborted);
  EXPECT_TRUE(follower->load(history.region.files().index(), history.now(), [] { return false; }));
  EXPECT_EQ(follower->book().size(), 1u);
}

TEST(LedgerFollower, LetsALogThatCannotBeReadHoldUpNoOther) {
  History history;
  auto follower = open(history);
  history.tell({});
  history.tell({});
  history.tell({.tenant = "globex"});
  history.writer.reset();
  countersign::testing::tamper(history.region, "UPDATE records SET record=x'7b7d' WHERE place=1");
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(follower.keep_up(100));
    EXPECT_EQ(follower.book().size(), 2u) << "what stands before the fault, and the other log, once";
  }
  EXPECT_TRUE(follower.catch_up(base::TenantId("globex")));
  EXPECT_FALSE(follower.catch_up(base::TenantId("acme")));
}

TEST(LedgerFollower, TakesNothingInTwiceThatTheIndexHasToo) {
  History history;
  history.tell({.type = "user.suspended"});
  history.tell({});
  history.index();
  EXPECT_EQ(open(history).book().size(), 2u);
}

TEST(LedgerFollower, LeavesTheSystemLogOut) {
  History history;
  auto event = record::prepare_event({{"id", "1"},
                                      {"time", base::format_rfc3339(history.now())},
                                      {"type", "ledger.started"},
                                      {"tenant", "_system"}},
                                     {base::SourceName("countersign"), record::Proof::none},
                                     record::Vocabulary::system);
  ASSERT_TRUE(event);
  ASSERT_TRUE(countersign::testing::TestRegion::append(*history.writer, {*event}));
  auto heads = LogHeads::open(history.region.files().ledger());
  ASSERT_TRUE(heads && heads->learn());
  EXPECT_TRUE(heads->all().empty());
  history.tell({});
  ASSERT_TRUE(heads->learn());
  ASSERT_EQ(heads->all().size(), 1u);
  ASSERT_TRUE(heads->look(0));
  EXPECT_EQ(heads->all().front().size, 1u);
  auto follower = open(history);
  EXPECT_EQ(follower.book().size(), 1u);
}

}  // namespace
}  // namespace countersign::decisions
