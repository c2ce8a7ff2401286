#include "ledger/projection/received.h"

#include "ledger/projection/coverage.h"
#include "ledger/projection/index.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/schema.h"
#include "tests/support/test_region.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace countersign::projection {
namespace {

using base::Timestamp;
using testing::TestRegion;

constexpr std::int64_t kMinute_us = 60'000'000;

class IndexedRecords : public ::testing::Test {
 protected:
  /// Records of two tenants, received some seconds or hours after one another.
  IndexedRecords() {
    std::mt19937 random(11);
    std::uint64_t told = 0;
    const auto writer = region_.open_writer();
    for (std::uint64_t n = 0; n < kRecords; ++n) {
      if (random() % 3 != 0) region_.pass(random() % 7 == 0 ? 3'600 : 5);
      for (const auto* tenant : {"globex", "acme"}) {
        std::vector<record::PreparedEvent> batch;
        batch.push_back(testing::sample_event(told++, tenant, n % 5 == 0 ? "shop" : "app"));
        EXPECT_TRUE(TestRegion::append(*writer, std::move(batch)));
      }
    }
    writer->stop();
    auto index = Index::open(region_.files().index());
    auto reader = store::LedgerReader::open(region_.files().ledger());
    EXPECT_TRUE(index && reader && index->advance(*reader, 100'000));
    log_ = reader->log(base::TenantId("acme"))->number;
    auto connection = sqlite::Connection::open(region_.files().index(), {}).value();
    auto rows = connection.prepare("SELECT received FROM events WHERE log=?1 ORDER BY place").value();
    rows.bind(1, log_);
    while (rows.step().value()) received_.push_back(rows.integer(0));
  }
  std::uint64_t scanned(std::int64_t time) const {
    return static_cast<std::uint64_t>(std::lower_bound(received_.begin(), received_.end(), time) -
                                      received_.begin());
  }

  static constexpr std::uint64_t kRecords = 120;
  TestRegion region_;
  std::int64_t log_ = 0;
  std::vector<std::int64_t> received_;
};

TEST_F(IndexedRecords, AreFoundByTheTimeOfReceipt) {
  auto reader = ReceivedReader::open(region_.files().index());
  ASSERT_TRUE(reader) << reader.error().message;
  ASSERT_EQ(received_.size(), kRecords);
  for (const auto one : received_) {
    for (const auto time : {one - 1, one, one + 1})
      EXPECT_EQ(reader->first_at(log_, {time}, kRecords).value(), scanned(time));
  }
  EXPECT_EQ(reader->first_at(log_, {0}, kRecords).value(), 0u);
  EXPECT_EQ(reader->first_at(log_, {INT64_MAX}, kRecords).value(), kRecords);
  EXPECT_EQ(reader->first_at(log_, {INT64_MAX}, 50).value(), 50u);
  EXPECT_EQ(reader->first_at(log_, {0}, 0).value(), 0u);
  EXPECT_EQ(reader->first_at(99, {0}, 0).value(), 0u);
  EXPECT_EQ(reader->last_in(log_, 0, kRecords).value()->micros, received_.back());
  EXPECT_EQ(reader->last_in(log_, 3, 4).value()->micros, received_[3]);
  EXPECT_FALSE(reader->last_in(log_, 4, 4).value());
}

TEST_F(IndexedRecords, CountWithTheOneBeforeWhereTheyWereRetired) {
  auto connection =
      sqlite::Connection::open(region_.files().index(), {.access = sqlite::Access::read_write}).value();
  const auto forget = [&](std::uint64_t begin, std::uint64_t end) {
    auto gone = connection.prepare("DELETE FROM events WHERE place>=?1 AND place<?2").value();
    ASSERT_TRUE(gone.bind(1, store::place_of(log_, begin)).bind(2, store::place_of(log_, end)).run());
  };
  forget(0, 4);
  forget(20, 61);
  forget(110, kRecords);
  auto reader = ReceivedReader::open(region_.files().index());
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->first_at(log_, {0}, kRecords).value(), 4u);
  EXPECT_EQ(reader->first_at(log_, {received_[40]}, kRecords).value(), 61u);
  EXPECT_EQ(reader->first_at(log_, {received_[61] + 1}, kRecords).value(), scanned(received_[61] + 1));
  EXPECT_EQ(reader->first_at(log_, {received_[19]}, kRecords).value(), scanned(received_[19]));
  EXPECT_EQ(reader->first_at(log_, {received_.back()}, kRecords).value(), kRecords);
}

TEST_F(IndexedRecords, NameTheSourcesOfALogAndWhenEachWasHeardLast) {
  auto reader = CoverageReader::open(region_.files().index());
  ASSERT_TRUE(reader);
  EXPECT_THAT(reader->sources_of(log_).value(), ::testing::ElementsAre("app", "shop"));
  EXPECT_THAT(reader->sources_of(99).value(), ::testing::IsEmpty());
  const auto last = received_.back() / kMinute_us * kMinute_us;
  EXPECT_EQ(reader->last_heard_in(log_, "app", {0}, {INT64_MAX}).value()->micros, last);
  EXPECT_EQ(reader->last_heard_in(log_, "app", {0}, {last + kMinute_us}).value()->micros, last);
  EXPECT_LT(reader->last_heard_in(log_, "app", {0}, {last + kMinute_us - 1}).value()->micros, last)
      << "a part of the minute may not be told of";
  EXPECT_FALSE(reader->last_heard_in(log_, "app", {last + 1}, {INT64_MAX}).value());
  EXPECT_FALSE(reader->last_heard_in(log_, "nobody", {0}, {INT64_MAX}).value());
}

TEST(ReceivedReader, IsUnavailableWhileThereIsNoIndex) {
  const TestRegion region;
  EXPECT_EQ(ReceivedReader::open(region.files().index()).error().code, base::Code::unavailable);
}

}  // namespace
}  // namespace countersign::projection
