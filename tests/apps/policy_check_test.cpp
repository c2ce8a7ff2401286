#include "apps/policy_check.h"

#include "reports/engine/catalogue.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace countersign::apps {
namespace {

base::Result<void> check(const std::string& setting) {
  endpoints::PolicyWish wish;
  wish.monitoring = *ingest::MonitoringPolicy::parse({{"parameters", {setting}}});
  return check_policy(wish);
}

TEST(CheckPolicy, TakesEveryParameterOfEveryControlWithItsOwnValue) {
  EXPECT_TRUE(check_policy({}));
  std::size_t checked = 0;
  for (const auto& control : reports::Catalogue::built_in().definitions()) {
    for (const auto& one : control.parameters) {
      const auto* number = std::get_if<std::int64_t>(&one.value);
      const auto* text = std::get_if<std::string>(&one.value);
      const auto value = number != nullptr ? fmt::to_string(*number)
                         : text != nullptr ? *text
                                           : std::string();
      if (value.empty()) continue;
      const auto setting = fmt::format("{}.{}={}", control.id, one.name, value);
      const auto good = check(setting);
      EXPECT_TRUE(good) << setting << ": " << (good ? "" : good.error().message);
      ++checked;
    }
  }
  EXPECT_GT(checked, 20u);
}

TEST(CheckPolicy, NamesTheMemberAndWhatWouldBeRight) {
  for (const auto& [setting, named] : std::vector<std::pair<std::string, std::string>>{
           {"NO-SUCH.thing=1", "there is no control NO-SUCH; those with parameters are "},
           {"NO-SUCH.thing=1", "OTP-ATTEMPTS, OTP-LIFETIME"},
           {"OTP-ATTEMPTS.tries=1",
            "OTP-ATTEMPTS has no parameter tries; it has attempts_most, refused_words"},
           {"OTP-ATTEMPTS.attempts_most=11", "'OTP-ATTEMPTS.attempts_most=11': the value must be at least 1"},
           {"OTP-ATTEMPTS.attempts_most=0", "at most 10"},
           {"OTP-ATTEMPTS.attempts_most=few", "must be a whole number"}}) {
    const auto refused = check(setting);
    ASSERT_FALSE(refused) << setting;
    EXPECT_EQ(refused.error().code, base::Code::invalid_argument);
    EXPECT_TRUE(refused.error().message.starts_with("monitoring.parameters: '")) << refused.error().message;
    EXPECT_NE(refused.error().message.find(named), std::string::npos) << refused.error().message;
  }
}

}  // namespace
}  // namespace countersign::apps
