#include "apps/answers_settings.h"

#include "apps/config_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::apps {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

base::Result<AnswersSettings> read(const std::string& text) {
  const auto parsed = toml::parse(text);
  EXPECT_TRUE(parsed) << text;
  Table top(&parsed.table(), "");
  return read_answers(top);
}

std::string error_of(const std::string& text) {
  const auto settings = read(text);
  return settings ? "it was taken" : settings.error().message;
}

TEST(AnswersSettings, NameControlsAndNothingElse) {
  EXPECT_TRUE(read("")->watch.empty());
  EXPECT_THAT(read("[answers]\nwatch=['PRIVILEGED-MFA','OTP-LIFETIME']")->watch,
              ElementsAre("OTP-LIFETIME", "PRIVILEGED-MFA"));
  for (const auto* wrong : {"GONE", "privileged-mfa", "CODE-GUESSING", ""})
    EXPECT_THAT(error_of("[answers]\nwatch=['" + std::string(wrong) + "']"),
                HasSubstr("answers.watch must hold ids of controls"))
        << wrong;
  EXPECT_THAT(error_of("[answers]\nwatch='PRIVILEGED-MFA'"),
              HasSubstr("answers.watch must be a list of strings"));
  EXPECT_THAT(error_of("[answers]\nwatches=[]"), HasSubstr("there is no setting answers.watches"));
}

}  // namespace
}  // namespace countersign::apps
