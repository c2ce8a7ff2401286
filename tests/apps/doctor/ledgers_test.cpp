#include "apps/system_events.h"
#include "ledger/store/head_memory.h"
#include "tests/apps/doctor/made.h"
#include "tests/support/test_region.h"

#include <gmock/gmock.h>

namespace countersign::doctor {
namespace {

using testing::appliance_of;
using ::testing::HasSubstr;
using testing::TestRegion;
using testing::the;

/// A region with signed records, which no writer has open any more.
class DoctorLedgers : public ::testing::Test {
 protected:
  DoctorLedgers() {
    config_.file = region_.dir() / "countersign.toml";
    config_.origin = region_.identity().origin;
    config_.data = region_.dir() / "data";
    config_.heads = region_.dir().path();
    config_.regions = {region_.identity().region};
    config_.places[config_.regions.front()] = {region_.files().folder, false};
    const auto writer = region_.open_writer();
    std::vector<record::PreparedEvent> batch;
    for (std::uint64_t n = 0; n < 10; ++n) batch.push_back(testing::sample_event(n));
    EXPECT_TRUE(TestRegion::append(*writer, std::move(batch)));
    EXPECT_TRUE(apps::append_system_events(*writer, {apps::system_event_now("ledger.started")}));
    writer->stop();
    now_ = region_.clock()();
  }

  Checks look() const { return check_ledgers(appliance_of(config_, now_)); }
  void remember(std::uint64_t size, const base::Digest& root) {
    auto memory = store::HeadMemory::open(config_.head_memory(config_.regions.front()));
    ASSERT_TRUE(memory);
    ASSERT_TRUE(memory->remember(
        {{base::log_name(config_.origin, config_.regions.front(), base::TenantId("acme")), {size, root}}}));
  }

  TestRegion region_;
  apps::Config config_;
  base::Timestamp now_;
};

TEST_F(DoctorLedgers, AreWell) {
  for (const auto& check : look()) EXPECT_EQ(check.state, State::ok) << check.what;
}

TEST_F(DoctorLedgers, ShorterThanWhatWasSignedIsARollback) {
  remember(12, base::Digest{});
  const auto check = the(look(), "ledger.heads/eu-1");
  EXPECT_EQ(check.state, State::fault);
  EXPECT_THAT(check.what, HasSubstr("12 records of"));
  EXPECT_THAT(check.what, HasSubstr("10 are here"));
}

TEST_F(DoctorLedgers, WithAnotherRootThanWasSignedIsARollback) {
  std::filesystem::remove(config_.head_memory(config_.regions.front()));
  remember(10, base::Digest{});
  EXPECT_THAT(the(look(), "ledger.heads/eu-1").what, HasSubstr("are others than were signed"));
}

TEST_F(DoctorLedgers, WithoutAMemoryOfWhatWasSignedIsAWarning) {
  const auto file = config_.head_memory(config_.regions.front());
  std::filesystem::remove(file);
  EXPECT_EQ(the(look(), "ledger.heads/eu-1").state, State::warning);
  testing::write(file, "damaged");
  EXPECT_EQ(the(look(), "ledger.heads/eu-1").state, State::fault);
}

TEST_F(DoctorLedgers, OfAnotherApplianceOrMissingIsAFault) {
  config_.origin = "other.example.com";
  EXPECT_THAT(the(look(), "ledger.readable/eu-1").what, HasSubstr("not of other.example.com/eu-1"));
  config_.places[config_.regions.front()] = {region_.dir() / "nowhere", false};
  EXPECT_THAT(the(look(), "ledger.readable/eu-1").run, HasSubstr("region init eu-1"));
}

TEST_F(DoctorLedgers, WithRecordsThatNobodySignedIsAWarningAndAFaultBesideADaemon) {
  testing::tamper(region_, "DELETE FROM checkpoints");
  now_.micros += kDay;
  auto appliance = appliance_of(config_, now_);
  EXPECT_EQ(the(check_ledgers(appliance), "ledger.checkpoint/eu-1").state, State::warning);
  appliance.running = true;
  EXPECT_EQ(the(check_ledgers(appliance), "ledger.checkpoint/eu-1").state, State::fault);
}

TEST_F(DoctorLedgers, KnowWhenTheClockWasSetBack) {
  const auto state = [&] {
    return the(check_clock(appliance_of(config_, now_)), "clock.records/eu-1").state;
  };
  EXPECT_EQ(state(), State::ok);
  now_.micros -= kDay;
  EXPECT_EQ(state(), State::fault);
}

}  // namespace
}  // namespace countersign::doctor
