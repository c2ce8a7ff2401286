#include "apps/doctor/check.h"

#include "ledger/base/file.h"
#include "tests/apps/doctor/made.h"

namespace countersign::doctor {
namespace {

using testing::appliance_of;

TEST(DoctorCommand, IsRunByTheOwnerAndNamesAConfigurationThatIsNotTheUsualOne) {
  apps::Config config;
  config.file = "/home/ana/it's here/countersign.toml";
  auto appliance = appliance_of(config);
  const std::string own = "countersign --config '/home/ana/it'\\''s here/countersign.toml' doctor";
  EXPECT_EQ(appliance.command("doctor"), own);
  appliance.runs_as = appliance.owner->uid + 1;
  EXPECT_TRUE(appliance.command("doctor").ends_with(own)) << appliance.command("doctor");
  EXPECT_NE(appliance.command("doctor").find(" -u keeper "), std::string::npos);
  appliance.installed = true;
  EXPECT_EQ(appliance.command("doctor").find("--config"), std::string::npos);
}

TEST(DoctorCommand, OfTheServiceIsRootsAndThereIsNoneWithoutAUnit) {
  apps::Config config;
  config.file = "/home/ana/countersign.toml";
  auto appliance = appliance_of(config);
  appliance.program = "/opt/bin/countersign";
  EXPECT_EQ(appliance.start(), "/opt/bin/countersignd --config /home/ana/countersign.toml &");
  EXPECT_EQ(appliance.reload(), "");
  appliance.installed = true;
  EXPECT_EQ(appliance.start(), "/opt/bin/countersignd &");
  appliance.has_unit = true;
  appliance.runs_as = 1000;
  EXPECT_EQ(appliance.start(), "sudo systemctl start countersign");
  appliance.runs_as = 0;
  EXPECT_EQ(appliance.restart(), "systemctl restart countersign");
}

TEST(IsLocked, TellsALockFromNoneAndLeavesBothAlone) {
  const testing::TempDir dir;
  const auto file = dir / "lock";
  EXPECT_FALSE(is_locked(file));
  testing::write(file, "1");
  EXPECT_FALSE(is_locked(file));
  const auto held = base::wait_for_lock(file, base::FileLock::alone);
  ASSERT_TRUE(held);
  EXPECT_TRUE(is_locked(file));
  testing::write(dir / "other", "1");
  EXPECT_FALSE(is_locked(dir / "other"));
}

TEST(Spelling, OfTimesAndBytesIsThatOfPeople) {
  EXPECT_EQ(spell_duration(3 * kDay + kHour), "3 days");
  EXPECT_EQ(spell_duration(30 * kHour), "30 hours");
  EXPECT_EQ(spell_duration(3 * kHour), "3 hours");
  EXPECT_EQ(spell_duration(200 * kSecond), "3 minutes");
  EXPECT_EQ(spell_duration(119 * kSecond), "119 s");
  EXPECT_EQ(spell_bytes(16'777'216), "16 MB");
  EXPECT_EQ(spell_bytes(20'000'000'000), "20 GB");
  EXPECT_EQ(spell_bytes(9'000), "9 kB");
}

}  // namespace
}  // namespace countersign::doctor
