#include "apps/system_events.h"
#include "tests/apps/watched_appender.h"
#include "tests/support/test_region.h"

#include <boost/json/object.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

namespace countersign::apps {
namespace {

using testing::TestRegion;
using testing::WatchedAppender;

TEST(Outbox, IsAppendedInTheOrderInWhichItWasFilled) {
  TestRegion region;
  const auto writer = region.open_writer();
  std::vector<std::string> left;
  for (int i = 0; i < 30; ++i) {
    const auto event =
        system_event_now("user.role_changed", {{"action", {{"context", fmt::format("{}", i)}}}});
    left.push_back(std::string(event.at("id").as_string()));
    ASSERT_TRUE(leave_in_outbox(region.files(), event));
  }
  ASSERT_FALSE(std::ranges::is_sorted(left)) << "the ids do not say the order";
  std::ofstream(region.files().folder / "outbox" / "00-no-event.json") << "{}";

  WatchedAppender watched(*writer);
  for (const std::size_t expected : {12u, 12u, 6u, 0u})
    EXPECT_EQ(empty_outbox(region.files(), watched, 12).value(), expected);
  EXPECT_EQ(watched.ids(), left);
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(region.files().folder / "outbox"))
    files.push_back(entry.path().filename());
  EXPECT_EQ(files, std::vector<std::string>{"00-no-event.json.refused"});
  writer->stop();
}

TEST(Outbox, TakesEventsWhoseIdsAreNoNamesOfFiles) {
  TestRegion region;
  const auto writer = region.open_writer();
  const std::string id = "finding.acknowledged/acme/0123456789abcdef";
  ASSERT_TRUE(leave_in_outbox(region.files(), system_event(id, "finding.acknowledged", region.clock()())));
  WatchedAppender watched(*writer);
  EXPECT_EQ(empty_outbox(region.files(), watched, 12).value(), 1u);
  EXPECT_EQ(watched.ids(), std::vector<std::string>{id});
  writer->stop();
}

TEST(Outbox, TakesManyEventsInAFewFiles) {
  TestRegion region;
  const auto writer = region.open_writer();
  std::vector<boost::json::object> events;
  std::vector<std::string> left;
  for (int i = 0; i < 300; ++i) {
    events.push_back(system_event_now("user.provisioned"));
    left.push_back(std::string(events.back().at("id").as_string()));
  }
  ASSERT_TRUE(leave_in_outbox(region.files(), events));
  const auto folder = region.files().folder / "outbox";
  const auto files = std::distance(std::filesystem::directory_iterator(folder), {});
  EXPECT_EQ(files, 3);
  WatchedAppender watched(*writer);
  std::size_t taken = 0;
  while (const auto few = empty_outbox(region.files(), watched, 50).value()) taken += few;
  EXPECT_EQ(taken, 300u);
  EXPECT_EQ(watched.ids(), left);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  writer->stop();
}

}  // namespace
}  // namespace countersign::apps
