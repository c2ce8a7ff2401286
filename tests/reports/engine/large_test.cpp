#include "ledger/store/schema.h"
#include "reports/engine/build_report.h"
#include "reports/engine/report_json.h"
#include "reports/engine/workspace.h"
#include "tests/reports/engine/tale.h"
#include "tests/support/temp_dir.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace countersign::testing {
namespace {

using reports::Workspace;

constexpr const char* kFrom = "2026-01-01T00:00:00Z";
constexpr const char* kUntil = "2026-02-01T00:00:00Z";
constexpr int kChallenges = 7'000;  ///< three records each: more than a workspace makes by itself

std::string time_of(int second) {
  return fmt::format("2026-01-{:02}T{:02}:{:02}:{:02}Z", 1 + second / 86'400, second / 3'600 % 24,
                     second / 60 % 60, second % 60);
}

/// Challenges of fifty people, some of them not passed, of which a provider tells, too, without a name.
Tale told() {
  Tale tale;
  for (int i = 0; i < kChallenges; ++i) {
    const auto id = fmt::format("c{}", i), person = fmt::format("person-{}", i * 7 % 50);
    const auto device = fmt::format("device-{}", i % 60);
    tale.say(time_of(300 * i), "challenge.sent",
             {{"actor.id", person},
              {"challenge.id", id},
              {"challenge.factor", "sms"},
              {"challenge.purpose", i % 9 == 0 ? "signup" : "login"},
              {"device.fingerprint", device},
              {"device.country", i % 11 == 0 ? "FR" : "DE"}});
    tale.say(time_of(300 * i + 2), "challenge.delivered",
             {{"challenge.id", id}, {"actor.phone", "+49151" + person}, {"challenge.factor", "sms"}},
             "twilio");
    tale.say(time_of(300 * i + 9), i % 5 == 0 ? "challenge.failed" : "challenge.verified",
             {{"actor.id", person},
              {"challenge.id", id},
              {"challenge.factor", "sms"},
              {"device.fingerprint", device},
              {"device.country", i % 11 == 0 ? "FR" : "DE"}});
  }
  tale.system(kFrom, "ledger.verified", {{"outcome.reason", "intact"}});
  return tale;
}

reports::Scope scope_of(const Tale& tale) {
  return {base::TenantId("acme"), base::parse_rfc3339(kFrom).value(), base::parse_rfc3339(kUntil).value(), 0,
          tale.records().size(),  tale.system_records().size()};
}

/// All rows of a table, in the order in which they stand.
std::string rows_of(sqlite::Connection& connection, std::string_view table) {
  auto rows = connection.prepare(fmt::format("SELECT * FROM {}", table)).value();
  std::string out;
  while (rows.step().value()) {
    for (int i = 0; i < rows.column_count(); ++i)
      out += fmt::format("{}{}|", rows.is_null(i) ? "~" : "", rows.text(i));
    out += "\n";
  }
  return out;
}

std::string report_of(Workspace& workspace) {
  reports::ReportRequest request;
  request.log = "evidence.example.com/eu-1/acme";
  request.as_of.size = workspace.scope().end_seq;
  const auto report = reports::build_report(workspace, reports::Catalogue::built_in(), request);
  EXPECT_TRUE(report) << report.error().message;
  return report ? reports::to_json_text(*report) : "";
}

class LargeWorkspace : public ::testing::Test {
 protected:
  LargeWorkspace() : tale_(told()), file_(folder_ / "index.sqlite") { tale_.write_index(file_); }

  base::Result<Workspace> of_index() {
    return Workspace::of_index(file_, {0, 1}, scope_of(tale_), policy::TenantHistory());
  }

  const TempDir folder_;
  const Tale tale_;
  const std::filesystem::path file_;
};

TEST_F(LargeWorkspace, HasTheTablesThatItsSqlMakes) {
  auto workspace = of_index();
  ASSERT_TRUE(workspace) << workspace.error().message;
  ASSERT_TRUE(workspace->can_fork());
  EXPECT_EQ(workspace->events(), 3u * kChallenges);
  auto plain = sqlite::Connection::open(file_, {}).value();
  const auto scope = scope_of(tale_);
  ASSERT_TRUE(plain.execute("PRAGMA query_only=OFF"));
  ASSERT_TRUE(plain.run_script(workspace->sql(), [&](sqlite::Statement& statement) {
    const auto names = statement.parameter_names();
    for (int i = 0; i < static_cast<int>(names.size()); ++i) {
      const auto& name = names[static_cast<std::size_t>(i)];
      const std::map<std::string, std::int64_t> numbers{
          {"log", 0},
          {"system_log", 1},
          {"first_seq", 0},
          {"end_seq", static_cast<std::int64_t>(scope.end_seq)},
          {"system_size", static_cast<std::int64_t>(scope.system_size)},
          {"from", scope.from.micros},
          {"until", scope.until.micros}};
      name == "tenant" ? statement.bind_text(i + 1, "acme") : statement.bind(i + 1, numbers.at(name));
    }
  }));
  for (const auto* table : {"evidence", "challenges", "system", "heard", "sources", "days", "policy",
                            "policy_factors", "policy_actions"}) {
    const auto rows = rows_of(workspace->connection(), table);
    EXPECT_EQ(rows, rows_of(plain, table)) << table;
    EXPECT_TRUE(!rows.empty() || std::string_view(table) == "policy_actions") << table;
  }
}

TEST_F(LargeWorkspace, OfRecordsIsThatOfTheIndex) {
  auto of_records = tale_.workspace(kFrom, kUntil);
  auto of_the_index = of_index();
  ASSERT_TRUE(of_the_index) << of_the_index.error().message;
  ASSERT_TRUE(of_records.can_fork());
  const auto report = report_of(of_records);
  EXPECT_THAT(report, ::testing::HasSubstr("IMPOSSIBLE-TRAVEL"));
  EXPECT_EQ(report, report_of(*of_the_index));
  EXPECT_EQ(report, report_of(*of_the_index));
}

TEST_F(LargeWorkspace, IsReadByForksOfSeveralThreadsAtOnce) {
  auto workspace = of_index();
  ASSERT_TRUE(workspace) << workspace.error().message;
  const auto expected = rows_of(workspace->connection(), "evidence");
  std::atomic<int> same = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([&, fork = std::make_shared<Workspace>(workspace->fork().value())] {
        same += rows_of(fork->connection(), "evidence") == expected ? 1 : 0;
      });
  }
  EXPECT_EQ(same, 3);
}

TEST_F(LargeWorkspace, IsReadOnly) {
  auto workspace = of_index();
  ASSERT_TRUE(workspace) << workspace.error().message;
  EXPECT_FALSE(workspace->connection().execute("DELETE FROM evidence"));
  EXPECT_FALSE(workspace->connection().execute("UPDATE challenges SET sent = 0"));
}

// The index unites and parts two challenges, and says so by its progress, while workspaces are made of it.
TEST_F(LargeWorkspace, IsOfOneMomentWhileTheIndexGoesOn) {
  std::atomic<bool> stop = false;
  std::jthread writer([&] {
    auto index = sqlite::Connection::open(file_, {.access = sqlite::Access::read_write}).value();
    for (std::int64_t i = 0; !stop; ++i) {
      const auto first = store::place_of(0, 0), last = store::place_of(0, 3 * (kChallenges - 1));
      const auto done = index.execute(fmt::format(
          "BEGIN; UPDATE events SET life = {} WHERE life = {}; UPDATE progress SET next = next + 1; COMMIT",
          i % 2 == 0 ? last : first, i % 2 == 0 ? first : last));
      EXPECT_TRUE(done) << done.error().message;
    }
  });
  for (int i = 0; i < 12; ++i) {
    auto workspace = of_index();
    ASSERT_TRUE(workspace) << workspace.error().message;
    EXPECT_EQ(workspace->connection()
                  .query_integer("SELECT count(*) FROM (SELECT life FROM evidence WHERE life IS NOT NULL"
                                 " EXCEPT SELECT life FROM challenges)")
                  .value(),
              0);
    EXPECT_EQ(workspace->connection()
                  .query_integer(
                      "SELECT count(*) FROM (SELECT life FROM challenges EXCEPT SELECT life FROM evidence)")
                  .value(),
              0);
  }
  stop = true;
}

}  // namespace
}  // namespace countersign::testing
