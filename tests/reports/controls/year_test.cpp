#include "tests/reports/controls/year.h"

#include "reports/engine/build_report.h"
#include "reports/engine/guarded_run.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace countersign::testing {
namespace {

using reports::Outcome;

/// Every control and detection over the whole year.
std::vector<reports::ControlResult> run_all(const Year& year) {
  auto workspace = year.tale.workspace(Year::kFrom, Year::kUntil);
  std::vector<reports::ControlResult> out;
  for (const auto& one : reports::Catalogue::built_in().definitions()) {
    if (one.kind == reports::Kind::listing) continue;
    auto result = reports::run_control(workspace, one, {});
    EXPECT_TRUE(result) << one.id << ": " << result.error().message;
    if (result) out.push_back(std::move(*result));
  }
  return out;
}

std::string shown(const reports::ControlResult& result) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, result.exceptions.size()); ++i)
    out +=
        fmt::format("{}: {}\n", reports::to_text(result.exceptions[i].item), result.exceptions[i].observed);
  return out;
}

TEST(Year, ThatIsCleanHasNoExceptions) {
  const auto year = clean_year(7, {});
  // What this year has nothing of to test.
  const std::set<std::string> without{"EVIDENCE-ACCESS", "FOUR-EYES", "RETENTION-KEPT", "ERASURE-IN-TIME",
                                      "SEQUENCE-GAPS"};
  for (const auto& result : run_all(year)) {
    EXPECT_EQ(result.exceptions_total, 0u) << result.control.id << " " << result.wording() << "\n"
                                           << shown(result);
    EXPECT_TRUE(result.population > 0 || without.contains(result.control.id)) << result.control.id;
  }
}

TEST(Year, WithViolationsOfEveryControlHasEachFoundAndNothingElse) {
  const auto year = planted_year(8, {});
  for (const auto& result : run_all(year)) {
    const auto planted = year.planted.find(result.control.id);
    EXPECT_NE(planted, year.planted.end()) << "nothing was planted for " << result.control.id;
    if (planted == year.planted.end()) continue;
    const auto found = items(result);
    EXPECT_EQ(std::set<std::string>(found.begin(), found.end()), planted->second)
        << result.control.id << " " << result.wording() << "\n"
        << shown(result);
  }
}

}  // namespace
}  // namespace countersign::testing
