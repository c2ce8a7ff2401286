#include "web/standing/policy_difference.h"

#include "ledger/policy/default_policy.h"

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace countersign::standing {
namespace {

reports::ControlResult result(const std::string& id, const std::vector<reports::Cell>& items) {
  reports::ControlResult out;
  out.control.id = id;
  out.control.parameters = {{"lifetime_s", std::int64_t{600}, {}, {}, "s", "how long", ""}};
  out.control.population.sql = "SELECT 1";
  out.control.exceptions.sql = "SELECT 1";
  out.population = 100;
  out.exceptions_total = items.size();
  out.outcome = items.empty() ? reports::Outcome::no_exceptions : reports::Outcome::exceptions;
  for (const auto& item : items) {
    reports::Exception one;
    one.item = item;
    one.records = {3, 4};
    one.observed = "late";
    out.exceptions.push_back(one);
  }
  return out;
}

class PolicyDifference : public ::testing::Test {
 protected:
  PolicyDifference() { judged_.policy_now = judged_.policy_then = policy::default_policy(); }
  void add(reports::ControlResult now, reports::ControlResult then) {
    judged_.now.controls.push_back(std::move(now));
    judged_.then.controls.push_back(std::move(then));
  }
  std::vector<boost::json::object> told() {
    std::vector<boost::json::object> out;
    const auto difference = difference_of(judged_);
    for (const auto& one : difference.at("controls").as_array()) out.push_back(one.as_object());
    return out;
  }

  JudgedTwice judged_;
};

TEST_F(PolicyDifference, TellsNothingOfWhatStaysAsItIs) {
  add(result("A", {}), result("A", {}));
  add(result("B", {std::int64_t{7}}), result("B", {std::int64_t{7}}));
  EXPECT_TRUE(told().empty());
}

TEST_F(PolicyDifference, TellsWhichExceptionsComeAndWhichGo) {
  add(result("A", {std::int64_t{7}, std::int64_t{8}, std::string("7")}),
      result("A", {std::int64_t{8}, std::int64_t{9}}));
  const auto controls = told();
  ASSERT_EQ(controls.size(), 1u);
  const auto& one = controls.front();
  ASSERT_EQ(one.at("added").as_array().size(), 1u);
  EXPECT_EQ(one.at("added").at(0).at("item").to_number<int>(), 9);
  EXPECT_EQ(one.at("added").at(0).at("records").as_array().size(), 2u);
  EXPECT_EQ(one.at("removed").as_array().size(), 2u) << "a text is no number";
  EXPECT_EQ(one.at("removed_total").to_number<int>(), 2);
  EXPECT_EQ(one.at("now").at("exceptions").to_number<int>(), 3);
  EXPECT_EQ(one.at("then").at("state").as_string(), "failing");
}

TEST_F(PolicyDifference, TellsAPopulationThatIsAnother) {
  auto then = result("A", {});
  then.population = 90;
  add(result("A", {}), then);
  add(result("B", {}), result("B", {}));
  judged_.then.controls.back().population_sha256.bytes[0] = 1;
  EXPECT_EQ(told().size(), 2u);
}

TEST_F(PolicyDifference, TellsAParameterThatIsAnother) {
  auto then = result("A", {});
  then.control.parameters.front().value = std::int64_t{60};
  add(result("A", {}), then);
  const auto controls = told();
  ASSERT_EQ(controls.size(), 1u);
  EXPECT_EQ(controls.front().at("parameters").at(0).at("now").to_number<int>(), 600);
  EXPECT_EQ(controls.front().at("parameters").at(0).at("then").to_number<int>(), 60);
}

TEST_F(PolicyDifference, TellsOfWhoeverReadsWhatIsAnotherInThePolicy) {
  auto reader = result("A", {});
  reader.control.exceptions.sql = "SELECT factor FROM policy_factors";
  auto other = result("B", {});
  other.control.population.sql = "SELECT lockout_attempts FROM policy";
  add(reader, reader);
  add(other, other);
  EXPECT_TRUE(told().empty());
  judged_.policy_then.at("access").at("factors") = boost::json::array{"passkey"};
  ASSERT_EQ(told().size(), 1u);
  EXPECT_EQ(told().front().at("id").as_string(), "A");
  judged_.policy_then.at("access").at("lockout").at("attempts") = 3;
  EXPECT_EQ(told().size(), 2u);
}

TEST_F(PolicyDifference, ShowsTwentyAndCountsNoneWhereNotAllAreTold) {
  std::vector<reports::Cell> many;
  for (std::int64_t i = 0; i < 30; ++i) many.emplace_back(i);
  add(result("A", {}), result("A", many));
  EXPECT_EQ(told().front().at("added").as_array().size(), kDifferencesShown);
  EXPECT_EQ(told().front().at("added_total").to_number<int>(), 30);
  judged_.then.controls.front().exceptions_total = 31;
  EXPECT_TRUE(told().front().at("added_total").is_null());
  EXPECT_EQ(told().front().at("added").as_array().size(), 20u) << "none of them is flagged now";
  judged_.now.controls.front().exceptions_total += 1;
  EXPECT_TRUE(told().front().at("added").as_array().empty()) << "one of them may be flagged now";
}

}  // namespace
}  // namespace countersign::standing
