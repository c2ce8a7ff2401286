#include "apps/service_user.h"

#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

namespace countersign::apps {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ShellWord, IsReadBackAsItWas) {
  EXPECT_EQ(shell_word("/etc/countersign"), "/etc/countersign");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("$(x)"), "'$(x)'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(ShellCommand, ShowsNoToken) {
  EXPECT_EQ(shell_command({"countersign", "ingest", "--token", "cst_abc", "a b"}),
            "countersign ingest --token … 'a b'");
  EXPECT_EQ(shell_command({"countersign", "--token=cst_abc"}), "countersign --token=…");
}

TEST(OwnerOf, IsThatOfTheNearestFolderThatIsThere) {
  const testing::TempDir dir;
  EXPECT_EQ(owner_of(dir / "not/there"), ::geteuid());
  EXPECT_EQ(user_name(4'000'000'001u), "#4000000001");
  EXPECT_EQ(account_named("root")->uid, 0u);
  EXPECT_FALSE(account_named("no-such-user"));
}

TEST(CheckNotRoot, RefusesRootOverAnothersDataAndSaysWhatToRun) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  const testing::TempDir dir;
  Config config;
  config.file = dir / "countersign.toml";
  config.data = dir / "data";
  const std::vector<std::string> words = {"countersign", "tenant", "add", "acme"};
  EXPECT_TRUE(check_not_root(config, 0, words)) << "root's own";
  ASSERT_EQ(::chown(dir.path().c_str(), 12345, 12345), 0);
  EXPECT_TRUE(check_not_root(config, 12345, words));
  const auto done = check_not_root(config, 0, words);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, base::Code::permission_denied);
  EXPECT_THAT(done.error().message, HasSubstr("-u '#12345' "));
  EXPECT_THAT(done.error().message,
              HasSubstr("countersign --config " + config.file.string() + " tenant add acme"));
  const auto named = check_not_root(config, 0, {"countersign", "--config", "x.toml", "log"});
  EXPECT_THAT(named.error().message, HasSubstr("countersign --config x.toml log"));
  config.file = "/etc/countersign/countersign.toml";
  EXPECT_THAT(check_not_root(config, 0, words).error().message, Not(HasSubstr("--config")));
}

}  // namespace
}  // namespace countersign::apps
