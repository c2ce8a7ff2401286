#include "apps/waiting_events.h"

#include "apps/system_events.h"
#include "tests/apps/watched_appender.h"
#include "tests/support/test_region.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace countersign::apps {
namespace {

using testing::TestRegion;
using testing::WatchedAppender;

using Batches = std::vector<std::vector<std::string>>;

base::Timestamp at(std::int64_t microseconds) {
  return base::Timestamp{1'770'000'000'000'000 + microseconds};
}

TEST(WaitingEvents, AreWrittenInTheOrderOfTheirTimes) {
  TestRegion region;
  const auto writer = region.open_writer();
  WaitingEvents waiting;
  waiting.note(system_event("operator.added/brief", "operator.added", at(9)));
  waiting.note(system_event("operator.added/dpo", "operator.added", at(2)));
  waiting.note(system_event("tenant.added/zeta", "tenant.added", at(1)));
  waiting.note(system_event("tenant.added/acme", "tenant.added", at(2)));
  waiting.note(system_event("operator.revoked/dpo", "operator.revoked", at(1'000'000)));
  WatchedAppender watched(*writer);
  ASSERT_TRUE(waiting.write(watched, 2));
  EXPECT_EQ(watched.batches, (Batches{{"tenant.added/zeta", "operator.added/dpo"},
                                      {"tenant.added/acme", "operator.added/brief"},
                                      {"operator.revoked/dpo"}}));
  ASSERT_TRUE(waiting.write(watched, 2));
  EXPECT_EQ(watched.batches.size(), 3u) << "what is written waits no longer";
  writer->stop();
}

TEST(WaitingEvents, WaitOnWhereTheyCannotBeWritten) {
  TestRegion region;
  const auto writer = region.open_writer();
  WaitingEvents waiting;
  for (const auto* id : {"c", "b", "a"}) waiting.note(system_event(id, "ledger.started", at(0)));
  waiting.note(system_event("b", "ledger.started", at(5)));
  WatchedAppender watched(*writer);
  watched.fails_at = 1;
  EXPECT_EQ(waiting.write(watched, 1).error().code, base::Code::unavailable);
  watched.fails_at.reset();
  ASSERT_TRUE(waiting.write(watched, 1));
  EXPECT_EQ(watched.batches, (Batches{{"a"}, {"c"}, {"b"}})) << "in the order of what was noted last";
  writer->stop();
}

}  // namespace
}  // namespace countersign::apps
