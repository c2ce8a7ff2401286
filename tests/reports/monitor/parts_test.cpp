#include "ledger/projection/columns.h"
#include "reports/engine/workspace.h"
#include "reports/engine/workspace_sql.h"
#include "reports/monitor/noted_records.h"
#include "reports/monitor/position_book.h"
#include "reports/monitor/recent_sql.h"
#include "reports/monitor/workspace_select.h"
#include "tests/support/temp_dir.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace countersign::monitor {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(WorkspaceSelect, IsTheSelectOfATable) {
  EXPECT_EQ(workspace_select("x;\nCREATE TEMP TABLE a AS\nSELECT 1;\nCREATE TEMP TABLE b AS\nSELECT 2;", "a"),
            "SELECT 1");
  EXPECT_EQ(workspace_select("\nCREATE TEMP TABLE ab AS\nSELECT 1;", "a"), "");
}

TEST(WorkspaceSelect, FindsEveryTableThatTheMonitorFills) {
  EXPECT_THAT(std::string(workspace_select(reports::kEvidenceSql, "told_persons")),
              ::testing::AllOf(StartsWith("SELECT life"), EndsWith("GROUP BY life")));
  EXPECT_THAT(std::string(workspace_select(reports::kEvidenceSql, "evidence")),
              ::testing::AllOf(StartsWith("SELECT e.seq"), EndsWith("ORDER BY e.place")));
  for (const auto* table : {"policy", "policy_factors", "policy_actions"})
    EXPECT_THAT(std::string(workspace_select(reports::kPolicySql, table)), StartsWith("SELECT valid_from"))
        << table;
}

// However large the index is, a run costs what the run has: each step finds events of it by their place, or
// those of one challenge.
TEST(RecentSql, NeverGoesThroughTheWholeIndex) {
  const testing::TempDir folder;
  const auto file = folder / "index.sqlite";
  {
    auto index = sqlite::Connection::open(file, {.access = sqlite::Access::create}).value();
    ASSERT_TRUE(index.execute(projection::index_schema()));
  }
  auto workspace = reports::Workspace::empty();
  ASSERT_TRUE(workspace);
  auto& connection = workspace->connection();
  ASSERT_TRUE(connection.attach(file, "projection"));
  ASSERT_TRUE(connection.execute(recent_schema_sql()));
  auto columns =
      connection.prepare("SELECT group_concat(name, ', ') FROM pragma_table_info('evidence')").value();
  ASSERT_TRUE(columns.step().value());
  auto steps = take_sql();
  steps.push_back(insert_sql(columns.text(0)));
  int looked_up = 0;
  for (const auto& step : steps) {
    auto plan = connection.prepare("EXPLAIN QUERY PLAN " + step);
    ASSERT_TRUE(plan) << step << "\n" << plan.error().message;
    while (plan->step().value()) {
      const std::string line(plan->text(3));
      if (line.find("projection.events") == std::string::npos) continue;
      ++looked_up;
      EXPECT_THAT(line, ::testing::AnyOf(HasSubstr("INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
                                         HasSubstr("(life=?")))
          << step;
    }
  }
  EXPECT_GE(looked_up, 3);
}

// What the monitor writes into these tables by itself has the columns that a workspace has.
TEST(WorkspaceSelect, HeardAndSourcesAreWhatTheMonitorTakesThemFor) {
  auto workspace = reports::Workspace::empty();
  ASSERT_TRUE(workspace);
  const auto columns = [&](const char* table) {
    auto rows = workspace->connection().prepare(
        fmt::format("SELECT group_concat(name, ' ') FROM pragma_table_info('{}', 'temp')", table));
    EXPECT_TRUE(rows && rows->step());
    return std::string(rows->text(0));
  };
  EXPECT_EQ(columns("heard"), "source minute events skew_min_ms skew_max_ms first_seq last_seq");
  EXPECT_EQ(
      columns("sources"),
      "source first_received last_received events events_in_period proof added revoked first_heartbeat");
}

TEST(NotedRecords, KnowTheRecordsOfADetectionAndForgetTheOldest) {
  NotedRecords noted;
  noted.add("A", {1, 2});
  EXPECT_TRUE(noted.any_of("A", {0, 2}));
  EXPECT_FALSE(noted.any_of("B", {1, 2}));
  EXPECT_FALSE(noted.any_of("A", {0, 3}));
  std::vector<std::uint64_t> many(NotedRecords::kRecordsMax);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = 10 + i;
  noted.add("A", many);
  EXPECT_FALSE(noted.any_of("A", {1, 2}));
  EXPECT_TRUE(noted.any_of("A", {many.front(), many.back()}));
}

TEST(PositionBook, ReadsWhatItWrote) {
  const testing::TempDir folder;
  const auto file = folder.path() / "monitor.json";
  EXPECT_EQ(read_positions(file).error().code, base::Code::not_found);
  const Positions positions{{"log.example.com/eu-1/acme", {120, {1'767'225'600'000'001}}},
                            {"log.example.com/eu-1/globex", {0, {0}}}};
  ASSERT_TRUE(write_positions(file, positions));
  const auto read = read_positions(file);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, positions);
}

TEST(PositionBook, SaysWhichFileItCannotRead) {
  const testing::TempDir folder;
  const auto file = folder.path() / "monitor.json";
  for (const char* text :
       {"", "{}", R"({"v":2,"logs":{}})",
        R"({"v":1,"logs":{"a":{"next":-1,"judged_until":"2026-01-01T00:00:00Z"}}})",
        R"({"v":1,"logs":{"a":{"next":1,"judged_until":"today"}}})", R"({"v":1,"logs":{"a":7}})"}) {
    std::ofstream(file) << text;
    const auto read = read_positions(file);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, base::Code::data_loss) << text;
    EXPECT_THAT(read.error().message, HasSubstr(file.string())) << text;
  }
}

}  // namespace
}  // namespace countersign::monitor
