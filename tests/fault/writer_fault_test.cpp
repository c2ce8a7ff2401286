// Every durable step of a small workload goes wrong once, in every way; after each the process "restarts" on
// what is left. What must hold: every acknowledged event is in the ledger exactly once, every record chains,
// and every token of a record opens.

#include "ledger/base/encoding.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/vault_reader.h"
#include "tests/fault/fault_vfs.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <ostream>
#include <set>

namespace countersign::fault {
namespace {

using testing::sample_event;
using testing::TestRegion;

constexpr std::uint64_t kBatches = 3;
constexpr std::uint64_t kEach = 30;
constexpr std::uint64_t kBefore =
    210;  ///< there before anything goes wrong: so a tile of 256 becomes full in between

/// Acknowledged events: id and record hash.
using Acknowledged = std::map<std::string, base::Digest>;

std::unique_ptr<store::Writer> open_on_faults(TestRegion& region) {
  auto options = region.options();
  options.vfs = kVfsName;
  options.limits.checkpoint_interval_ms = 60'000;
  auto writer = store::Writer::open(std::move(options));
  return writer ? std::move(*writer) : nullptr;
}

/// Sends the batches until one fails; says what was acknowledged.
void run_workload(store::Writer& writer, Acknowledged& acknowledged) {
  for (std::uint64_t b = 0; b < kBatches; ++b) {
    std::vector<record::PreparedEvent> batch;
    std::vector<std::string> ids;
    for (std::uint64_t n = b * kEach; n < (b + 1) * kEach; ++n) {
      batch.push_back(sample_event(n));
      ids.push_back(batch.back().id);
    }
    std::promise<store::AppendResult> promise;
    auto future = promise.get_future();
    if (!writer.submit(std::move(batch),
                       [&](store::AppendResult result) { promise.set_value(std::move(result)); }))
      return;
    const auto result = future.get();
    if (!result) continue;
    for (std::size_t i = 0; i < ids.size(); ++i) acknowledged[ids[i]] = (*result)[i].receipt.hash;
  }
}

/// Reads the whole ledger; fails the test where a record is missing, doubled, not chained or its tokens do
/// not open.
void check_ledger(TestRegion& region, const Acknowledged& acknowledged, const std::string& what) {
  auto reader = store::LedgerReader::open(region.files().ledger());
  ASSERT_TRUE(reader) << what << ": " << reader.error().message;
  auto vault = vault::VaultReader::open(region.files().vault(), region.keys());
  ASSERT_TRUE(vault) << what;
  std::map<std::string, base::Digest> stored;
  const auto logs = reader->logs();
  ASSERT_TRUE(logs) << what;
  for (const auto& log : *logs) {
    base::Digest prev;
    const auto read =
        reader->read(log, 0, log.size, [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
          const auto view = record::read_record(bytes);
          if (!view) return base::fail(view.error());
          const auto event = record::read_event(view->event);
          if (!event) return base::fail(event.error());
          if (view->seq != seq || view->prev != prev)
            return base::fail(base::Code::data_loss, "the chain is broken");
          prev = record::record_hash(bytes);
          if (!stored.emplace(std::string(event->plain(record::kId)), prev).second)
            return base::fail(base::Code::data_loss, "an event stands twice");
          base::Result<void> opened;
          TRY(record::for_each_token(*event, [&](const record::TokenAt& at) {
            const auto disclosure = vault->disclose(base::TenantId("acme"), at.token);
            if (!disclosure || !disclosure->has_value())
              opened = base::fail(base::Code::data_loss, "a token does not open");
          }));
          return opened;
        });
    ASSERT_TRUE(read) << what << ": " << read.error().message;
  }
  for (const auto& [id, hash] : acknowledged) {
    ASSERT_TRUE(stored.contains(id)) << what << ": acknowledged event " << id << " is lost";
    ASSERT_EQ(stored.at(id), hash) << what << ": the receipt of " << id << " names another record";
  }
}

/// Puts in what is there before. The ids are none of the workload's.
void fill(TestRegion& region) {
  auto writer = region.open_writer();
  std::vector<record::PreparedEvent> events;
  for (std::uint64_t n = 0; n < kBefore; ++n) events.push_back(sample_event(1'000'000 + n));
  ASSERT_TRUE(TestRegion::append(*writer, std::move(events)));
}

/// How many durable steps the workload takes without any fault.
std::uint64_t count_steps(const TestRegion& filled) {
  TestRegion region(1, filled);
  arm(Fault::none, 0);
  auto writer = open_on_faults(region);
  Acknowledged acknowledged;
  run_workload(*writer, acknowledged);
  writer->stop();
  EXPECT_EQ(acknowledged.size(), kBatches * kEach);
  const auto steps = steps_taken();
  settle();
  return steps;
}

struct Case {
  Fault fault;
  const char* name;
  std::uint64_t steps;
};
std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }

class EveryStep : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override { register_fault_vfs(); }
};

TEST_P(EveryStep, LosesNothingAcknowledgedAndServesNothingHalfWritten) {
  TestRegion filled;
  ASSERT_NO_FATAL_FAILURE(fill(filled));
  const auto steps = count_steps(filled);
  ASSERT_GT(steps, 30u);
  RecordProperty("steps", std::to_string(steps));
  std::uint64_t struck = 0;
  // The number of steps varies a little with the writer's timing: a few more than were counted.
  for (std::uint64_t n = 1; n <= steps + 5; ++n) {
    TestRegion region(n, filled);
    Acknowledged acknowledged;
    const auto what = fmt::format("{} at step {}", GetParam().name, n);
    settle();
    arm(GetParam().fault, n, GetParam().steps);
    if (auto writer = open_on_faults(region)) {
      run_workload(*writer, acknowledged);
      writer->stop();
    }
    struck += has_struck() ? 1 : 0;
    disarm();
    if (GetParam().fault == Fault::power_cut) lose_unsynced(n);
    ASSERT_NO_FATAL_FAILURE(check_ledger(region, acknowledged, what));
    // The process comes back, takes the rest, and everything is there once.
    {
      auto writer = open_on_faults(region);
      ASSERT_NE(writer, nullptr) << what;
      run_workload(*writer, acknowledged);
      writer->stop();
    }
    settle();
    ASSERT_EQ(acknowledged.size(), kBatches * kEach) << what;
    ASSERT_NO_FATAL_FAILURE(check_ledger(region, acknowledged, what + ", after the restart"));
  }
  EXPECT_GE(struck, steps * 9 / 10);
}

INSTANTIATE_TEST_SUITE_P(Writer, EveryStep,
                         ::testing::Values(Case{Fault::fails, "fails", 1},
                                           Case{Fault::fails_but_done, "fails_but_done", 1},
                                           Case{Fault::short_write, "short_write", 1},
                                           Case{Fault::disk_full, "disk_full", 1},
                                           Case{Fault::disk_full, "disk_full_for_a_while", 7},
                                           Case{Fault::power_cut, "power_cut", 1}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(DiskFull, IsAnsweredAsSuchAndIngestGoesOnByItself) {
  register_fault_vfs();
  TestRegion region;
  arm(Fault::none, 0);
  auto writer = open_on_faults(region);
  ASSERT_NE(writer, nullptr);
  const auto batch = [](std::uint64_t first) {
    std::vector<record::PreparedEvent> events;
    for (std::uint64_t n = first; n < first + 20; ++n) events.push_back(sample_event(n));
    return events;
  };
  ASSERT_TRUE(TestRegion::append(*writer, batch(0)));
  arm(Fault::disk_full, 1, UINT32_MAX);
  for (int i = 0; i < 3; ++i) {
    const auto refused = TestRegion::append(*writer, batch(20));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Code::resource_exhausted) << refused.error().message;
  }
  disarm();
  const auto taken = TestRegion::append(*writer, batch(20));
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->front().status, store::AppendStatus::appended);
  EXPECT_EQ(region.fatal_errors(), 0);
  writer->stop();
  settle();
  Acknowledged none;
  check_ledger(region, none, "after a full disk");
}

}  // namespace
}  // namespace countersign::fault
