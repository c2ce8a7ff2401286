#include "apps/appliance_state.h"

#include "ledger/store/writer.h"
#include "tests/support/test_region.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace countersign::apps {
namespace {

const base::RegionId kRegion("eu-1");

class ApplianceState : public ::testing::Test {
 protected:
  ApplianceState() {
    config_.data = dir_.path();
    config_.origin = "log.example.com";
    config_.regions = {kRegion};
    config_.places[kRegion] = {region_.files().folder, false};
    config_.elsewhere[base::RegionId("us-1")] = "https://us.example.com";
  }
  testing::TempDir dir_;
  testing::TestRegion region_;
  std::unique_ptr<store::Writer> writer_ = region_.open_writer();
  base::Metrics metrics_;
  Config config_;
};

TEST_F(ApplianceState, TellsWhereRegionsLieAndWhatTheyHold) {
  std::filesystem::create_directories(region_.files().bundles());
  std::ofstream(region_.files().bundles() / "one.zip") << std::string(1'000, 'x');
  const auto state = regions_state(config_);
  ASSERT_TRUE(state);
  const auto& regions = state->at("regions").as_array();
  ASSERT_EQ(regions.size(), 2u);
  const auto& here = regions[0].as_object();
  EXPECT_EQ(here.at("bytes").at("bundles"), 1'000u);
  EXPECT_GT(here.at("bytes").at("ledger").to_number<std::uint64_t>(), 0u);
  EXPECT_GE(here.at("bytes").at("all").to_number<std::uint64_t>(),
            here.at("bytes").at("ledger").to_number<std::uint64_t>() + 1'000);
  EXPECT_GT(here.at("free_bytes").to_number<std::uint64_t>(), 0u);
  EXPECT_EQ(here.at("made"), true);
  EXPECT_EQ(regions[1].at("address"), "https://us.example.com");
}

TEST_F(ApplianceState, SaysOfARegionThatIsGoneThatItIs) {
  config_.places[kRegion] = {dir_ / "gone", false};
  const auto state = regions_state(config_);
  ASSERT_TRUE(state);
  const auto& here = state->at("regions").as_array()[0].as_object();
  EXPECT_EQ(here.at("made"), false);
  EXPECT_FALSE(here.contains("logs"));
  EXPECT_FALSE(records_of_tenants(config_));
}

TEST_F(ApplianceState, TellsWhetherTheRegistryOfTheFileIsInForce) {
  ingest::Registry in_force;
  const auto is = [&] {
    return health_state(config_, in_force, metrics_)->at("registry").at("in_force").as_bool();
  };
  EXPECT_TRUE(is()) << "there is none";
  ASSERT_TRUE(
      ingest::add_tenant(config_.registry(), base::TenantId("acme"), kRegion, {}, base::system_clock()));
  EXPECT_FALSE(is());
  in_force = *ingest::Registry::load(config_.registry());
  EXPECT_TRUE(is());
  std::ofstream(config_.registry()) << "{";
  EXPECT_FALSE(is());
}

TEST_F(ApplianceState, TellsHowMuchWaitsForTheLedger) {
  metrics_
      .get("countersign_ledger_queue_events", "Events waiting for the ledger", base::MetricType::gauge,
           {{"region", "eu-1"}})
      .set(7);
  const auto health = health_state(config_, {}, metrics_);
  EXPECT_EQ(health->at("regions").at(0).at("queue_events"), 7);
  EXPECT_TRUE(health->at("certificate").as_object().contains("error")) << "there is no file";
  EXPECT_EQ(health->at("openssl").as_string().subview(0, 2), "3.");
}

}  // namespace
}  // namespace countersign::apps
