#include "ledger/witness/hearing.h"

#include "ledger/tree/checkpoint.h"
#include "tests/ledger/witness/cosigning_test.h"

#include <string>

namespace countersign::witness {
namespace {

using base::Code;

class HearingTest : public CosigningTest {
 protected:
  base::Result<Heard> heard_of(const TestRegion& region, std::uint64_t told = 0,
                               const base::TenantId& tenant = kAcme) {
    auto ledger = reader(region);
    const auto& identity = ledger.identity();
    const auto log = base::log_name(identity.origin, identity.region, tenant);
    return hear(ledger, log, keys_of_log(identity, log).value(), known_, exchange(), told);
  }
  Heard heard(const TestRegion& region, std::uint64_t told = 0) {
    auto out = heard_of(region, told);
    EXPECT_TRUE(out) << out.error().message;
    return out ? std::move(*out) : Heard{};
  }
  /// The witness has 50 records of the region; the copy has the first 20 of them.
  void sign_more_than(std::optional<TestRegion>& copy) {
    grow(region_, 0, 20);
    ASSERT_EQ(ask(region_, 0).kind, Asked::Kind::cosigned);
    shown_at_20_ = exchange()(
        std::string(kUrl) + "/" + monitoring_name("log.example.com/eu-1/acme") + "/checkpoint", nullptr);
    copy.emplace(1, region_);
    grow(region_, 20, 50);
    ASSERT_EQ(ask(region_, 20).kind, Asked::Kind::cosigned);
  }
  static void expect_unproven(const Heard& heard, alarm::Kind kind, std::uint64_t ours, std::uint64_t told) {
    ASSERT_TRUE(heard.contradiction);
    EXPECT_EQ(heard.contradiction->kind, kind);
    EXPECT_EQ(heard.told, told);
    EXPECT_TRUE(heard.contradiction->theirs.empty());
    EXPECT_EQ(tree::read_checkpoint_body(heard.contradiction->ours).value().size, ours);
    EXPECT_NE(heard.contradiction->what.find(std::to_string(told)), std::string::npos);
  }

  std::optional<base::Result<HttpAnswer>> shown_at_20_;
};

TEST_F(HearingTest, AWitnessThatShowsWhatItHasIsAskedNothingElse) {
  std::optional<TestRegion> copy;
  sign_more_than(copy);
  requests_ = 0;
  const auto level = heard(region_);
  EXPECT_EQ(requests_, 1);
  EXPECT_EQ(level.told, 50u);
  EXPECT_EQ(level.shown->size, 50u);
  EXPECT_FALSE(level.contradiction || level.cosigned || level.unknown);
  const auto older = heard(*copy);
  ASSERT_TRUE(older.contradiction);
  EXPECT_EQ(older.contradiction->kind, alarm::Kind::rollback);
  EXPECT_EQ(tree::read_checkpoint_body(older.contradiction->theirs).value().size, 50u) << "with the proof";
}

TEST_F(HearingTest, OneThatShowsNothingNamesTheSizeToWhoAsksForACosignature) {
  std::optional<TestRegion> copy;
  sign_more_than(copy);
  for (const auto& get :
       {HttpAnswer{404, ""}, HttpAnswer{405, ""}, HttpAnswer{500, ""}, HttpAnswer{200, "<html>"}}) {
    forced_get_ = get;
    expect_unproven(heard(*copy), alarm::Kind::rollback, 20, 50);
    const auto level = heard(region_);
    EXPECT_FALSE(level.contradiction) << get.status;
    EXPECT_EQ(level.told, 50u) << "what it has is the beginning of what is here, as it says itself";
    ASSERT_TRUE(level.cosigned);
    EXPECT_EQ(level.cosigned_size, 50u);
  }
}

TEST_F(HearingTest, RecordsThatNoCheckpointCoversYetAreNotMissing) {
  grow(region_, 0, 20);
  ASSERT_EQ(ask(region_, 0).kind, Asked::Kind::cosigned);
  grow(region_, 20, 50);
  ASSERT_EQ(ask(region_, 20).kind, Asked::Kind::cosigned);
  // As where a copy was taken between records and their checkpoint.
  const TestRegion copy(1, region_);
  testing::tamper(copy, "DELETE FROM checkpoints WHERE (place & 0xFFFFFFFFFF) > 20");
  forced_get_ = HttpAnswer{404, ""};
  for (const std::uint64_t told : {0u, 50u}) {
    const auto out = heard_of(copy, told);
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, Code::failed_precondition);
    EXPECT_NE(out.error().message.find("50"), std::string::npos) << out.error().message;
  }
  expect_unproven(heard(copy, 51), alarm::Kind::rollback, 20, 51);
}

TEST_F(HearingTest, OneThatShowsNothingTellsACopyThatGoesOnDifferently) {
  std::optional<TestRegion> fork;
  sign_more_than(fork);
  forced_get_ = HttpAnswer{404, ""};
  grow(*fork, 1'000, 1'030);
  expect_unproven(heard(*fork), alarm::Kind::split_view, 50, 50);
  grow(*fork, 1'030, 1'060);
  expect_unproven(heard(*fork), alarm::Kind::split_view, 80, 50);
}

TEST_F(HearingTest, WhatAWitnessNamedIsEnoughWhateverItShows) {
  std::optional<TestRegion> copy;
  sign_more_than(copy);
  // It may show what it has with a delay (C2SP tlog-witness).
  forced_get_ = shown_at_20_;
  EXPECT_FALSE(heard(*copy).contradiction) << "nothing else is known yet";
  expect_unproven(heard(*copy, 50), alarm::Kind::rollback, 20, 50);
  forced_get_ = base::Result<HttpAnswer>(base::fail(Code::unavailable, "it does not answer"));
  expect_unproven(heard(*copy, 50), alarm::Kind::rollback, 20, 50);
  EXPECT_EQ(heard_of(*copy).error().code, Code::unavailable);
}

TEST_F(HearingTest, OneThatHasCosignedNothingTakesWhatItIsShown) {
  grow(region_, 0, 20);
  forced_get_ = HttpAnswer{404, ""};
  const auto first = heard(region_);
  EXPECT_EQ(first.told, 0u);
  EXPECT_EQ(first.cosigned_size, 20u);
  EXPECT_FALSE(first.contradiction);
  EXPECT_EQ(heard(region_).told, 20u);
}

TEST_F(HearingTest, OneThatRefusesSaidNothing) {
  grow(region_, 0, 20);
  forced_get_ = HttpAnswer{404, ""};
  for (const long status : {400L, 403L, 404L, 503L}) {
    forced_status_ = status;
    const auto out = heard_of(region_);
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, Code::failed_precondition);
    EXPECT_NE(out.error().message.find(std::to_string(status)), std::string::npos) << out.error().message;
  }
}

TEST_F(HearingTest, OfALogThatIsNotHereOnlyWhatIsShownOrNamedIsKnown) {
  grow(region_, 0, 3);
  const base::TenantId other("globex");
  EXPECT_TRUE(heard_of(region_, 0, other)->unknown);
  const auto named = heard_of(region_, 7, other).value();
  ASSERT_TRUE(named.contradiction);
  EXPECT_EQ(named.contradiction->kind, alarm::Kind::rollback);
  EXPECT_TRUE(named.contradiction->ours.empty());
  forced_get_ = HttpAnswer{500, ""};
  EXPECT_EQ(heard_of(region_, 0, other).error().code, Code::failed_precondition);
  forced_get_ = HttpAnswer{200, "<html>"};
  EXPECT_EQ(heard_of(region_, 0, other).error().code, Code::failed_precondition)
      << "no log of ours can be held up by junk";
}

}  // namespace
}  // namespace countersign::witness
