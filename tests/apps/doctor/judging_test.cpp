#include "tests/apps/doctor/made.h"

#include <gmock/gmock.h>

namespace countersign::doctor {
namespace {

using testing::appliance_of;
using ::testing::HasSubstr;
using testing::kNow;

base::Timestamp before(std::int64_t micros) { return {kNow.micros - micros}; }
base::Timestamp after(std::int64_t micros) { return {kNow.micros + micros}; }

class RoomOnDisk : public ::testing::Test {
 protected:
  Check judge(std::uint64_t free, std::optional<double> bytes_a_day = {}) {
    return judge_space(appliance_, "storage.space/eu-1", "/data/eu-1",
                       {free, 1'000'000'000, 16'000'000, bytes_a_day});
  }
  apps::Config config_;
  const Appliance appliance_ = appliance_of(config_);
};

TEST_F(RoomOnDisk, BelowTheReserveIsAFaultAndLittleMoreAWarning) {
  EXPECT_EQ(judge(15'999'999).state, State::fault);
  EXPECT_THAT(judge(15'999'999).what, HasSubstr("refused with 507"));
  EXPECT_EQ(judge(16'000'000).state, State::warning);
  EXPECT_EQ(judge(63'999'999).state, State::warning);
  EXPECT_EQ(judge(64'000'000).state, State::ok);
}

TEST_F(RoomOnDisk, IsJudgedByTheDaysForWhichItIsEnough) {
  EXPECT_EQ(judge(100'000'000, 29'000'000.0).state, State::fault) << "less than three days";
  EXPECT_EQ(judge(100'000'000, 27'000'000.0).state, State::warning) << "less than thirty";
  EXPECT_EQ(judge(100'000'000, 2'000'000.0).state, State::ok);
  EXPECT_THAT(judge(100'000'000, 2'000'000.0).what, HasSubstr("enough for 42 days"));
  EXPECT_EQ(judge(100'000'000, 0.0).state, State::ok) << "what does not grow";
  EXPECT_FALSE(judge(16'000'000).mend.empty());
  EXPECT_TRUE(judge(100'000'000).mend.empty());
}

TEST(FileSystem, OfTheNetworkIsAFaultAndMemoryAWarning) {
  for (const auto* type : {"nfs4", "cifs", "9p", "fuse.sshfs"})
    EXPECT_EQ(judge_file_system("x", "/data", type).state, State::fault) << type;
  EXPECT_EQ(judge_file_system("x", "/data", "tmpfs").state, State::warning);
  for (const auto* type : {"ext4", "xfs", "btrfs", "overlay"})
    EXPECT_EQ(judge_file_system("x", "/data", type).state, State::ok) << type;
}

TEST(ClockOfTheMachine, IsWrongWhereItIsBehindWhatWasRecorded) {
  const apps::Config config;
  const auto appliance = appliance_of(config);
  EXPECT_EQ(judge_clock(appliance, "x", before(kDay), kNow).state, State::ok);
  EXPECT_EQ(judge_clock(appliance, "x", after(2 * kSecond), kNow).state, State::ok);
  const auto check = judge_clock(appliance, "x", after(3 * kHour), kNow);
  EXPECT_EQ(check.state, State::fault);
  EXPECT_THAT(check.what, HasSubstr("3 hours behind"));
  EXPECT_THAT(check.run, HasSubstr("timedatectl"));
}

TEST(Validity, WarnsThirtyDaysAheadAndIsAFaultInTheLastWeek) {
  const auto judge = [](base::Timestamp from, base::Timestamp until) {
    return judge_validity("x", "the certificate", from, until, kNow, "renew it", "renew").state;
  };
  EXPECT_EQ(judge(before(kDay), after(31 * kDay)), State::ok);
  EXPECT_EQ(judge(before(kDay), after(29 * kDay)), State::warning);
  EXPECT_EQ(judge(before(kDay), after(6 * kDay)), State::fault);
  EXPECT_EQ(judge(before(2 * kDay), before(kDay)), State::fault);
  EXPECT_EQ(judge(after(kDay), after(90 * kDay)), State::fault);
  EXPECT_THAT(judge_validity("x", "it", before(2 * kDay), before(kDay), kNow, "", "").what,
              HasSubstr("has expired on 2025-12-31"));
}

TEST(Age, IsHeldAgainstTheIntervalAndBeginsWithTheLog) {
  const auto judge = [](std::optional<base::Timestamp> last, base::Timestamp since, double hours) {
    return judge_age("x", "it was done", last, since, kNow, hours, "do it", "do").state;
  };
  EXPECT_EQ(judge(before(47 * kHour), {}, 24), State::ok);
  EXPECT_EQ(judge(before(49 * kHour), {}, 24), State::warning);
  EXPECT_EQ(judge(before(8 * kDay), {}, 24), State::fault);
  EXPECT_EQ(judge({}, before(kHour), 24), State::ok) << "it is new";
  EXPECT_EQ(judge({}, before(3 * kDay), 24), State::warning);
  EXPECT_EQ(judge(before(49 * kHour), {}, 0), State::warning) << "nobody does it by itself";
  EXPECT_EQ(judge(before(49 * kHour), {}, 168), State::ok);
}

TEST(ListenedOn, IsWhatTheKernelSaysIsListeningAtThePort) {
  constexpr auto kTable =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
      "   0: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000\n"
      "   1: 0100007F:1A00 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000\n";
  EXPECT_TRUE(is_listened_on(kTable, 0x20FB));
  EXPECT_FALSE(is_listened_on(kTable, 0x1A00)) << "a connection";
  EXPECT_FALSE(is_listened_on(kTable, 0x20FC));
  EXPECT_FALSE(is_listened_on("", 8443));
}

}  // namespace
}  // namespace countersign::doctor
