// Every durable step of a rotation of the vault's keys goes wrong once, in every way, while events come;
// after each the process "restarts" on what is left and goes on by itself. What must hold: every acknowledged
// event is there, every token opens, no value has two, and in the end one generation of keys is left.

#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_call.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/vault_upkeep.h"
#include "ledger/vault/vault_reader.h"
#include "ledger/vault/vault_writer.h"
#include "tests/fault/fault_vfs.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <ostream>
#include <set>
#include <thread>

namespace countersign::fault {
namespace {

using testing::sample_event;
using testing::TestRegion;

constexpr std::uint64_t kBefore = 900, kAfter = 20;
constexpr std::uint64_t kEach = 5;  ///< one step in so many

std::unique_ptr<store::Writer> open_on_faults(TestRegion& region) {
  auto options = region.options();
  options.vfs = kVfsName;
  options.limits.checkpoint_interval_ms = 60'000;
  auto writer = store::Writer::open(std::move(options));
  return writer ? std::move(*writer) : nullptr;
}

/// Rotates to generation 2, or goes on with it, and appends meanwhile; gives how many were acknowledged.
std::uint64_t rotate(TestRegion& region, store::Writer& writer, bool wait) {
  const vault::Kek kek(crypto::Secret(std::vector<std::uint8_t>(32, 3)));
  const auto state = std::make_shared<store::VaultState>();
  const auto begun = store::call_on_ledger(
      writer, [&](store::LedgerThread& here) { return here.vault.begin_rotation(2, kek); });
  std::uint64_t acknowledged = 0;
  if (begun && writer.add_work(store::vault_upkeep(state))) {
    for (std::uint64_t n = kBefore; n < kBefore + kAfter; n += 10) {
      std::vector<record::PreparedEvent> batch;
      for (std::uint64_t i = n; i < n + 10; ++i) batch.push_back(sample_event(i));
      std::promise<bool> promise;
      auto future = promise.get_future();
      if (!writer.submit(std::move(batch),
                         [&](store::AppendResult result) { promise.set_value(result.has_value()); }))
        break;
      acknowledged += future.get() ? 10 : 0;
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait ? 20'000 : 100);
    while (state->running && region.fatal_errors() == 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return acknowledged;
}

void check(TestRegion& region, const std::string& what) {
  const auto keys =
      vault::open_keys(region.files().vault(), crypto::Secret(std::vector<std::uint8_t>(32, 3)));
  ASSERT_TRUE(keys) << what << ": " << keys.error().message;
  auto vault = vault::VaultReader::open(region.files().vault(), *keys);
  ASSERT_TRUE(vault) << what;
  std::set<std::pair<record::Kind, std::string>> values;
  const base::TenantId acme("acme");
  const auto read = vault->read_all(acme, [&](record::Kind kind, std::string_view, std::string_view value) {
    return values.emplace(kind, value).second
               ? base::Result<void>()
               : base::Result<void>(base::fail(base::Code::data_loss, "a value has two tokens"));
  });
  ASSERT_TRUE(read) << what << ": " << read.error().message;
  auto ledger = store::LedgerReader::open(region.files().ledger());
  ASSERT_TRUE(ledger) << what;
  const auto log = ledger->log(acme);
  ASSERT_TRUE(log) << what;
  ASSERT_GE(log->size, kBefore) << what;
  const auto opened =
      ledger->read(*log, 0, log->size, [&](base::Seq, std::string_view bytes) -> base::Result<void> {
        TRY_ASSIGN(const auto view, record::read_record(bytes));
        TRY_ASSIGN(const auto event, record::read_event(view.event));
        base::Result<void> all;
        TRY(record::for_each_token(event, [&](const record::TokenAt& at) {
          const auto disclosure = vault->disclose(acme, at.token);
          if (!disclosure || !disclosure->has_value())
            all = base::fail(base::Code::data_loss, "a token does not open");
        }));
        return all;
      });
  ASSERT_TRUE(opened) << what << ": " << opened.error().message;
}

struct Case {
  Fault fault;
  const char* name;
};
std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }

class EveryStepOfARotation : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override { register_fault_vfs(); }
};

TEST_P(EveryStepOfARotation, LosesNothingAndIsGoneOnFrom) {
  TestRegion filled;
  {
    auto writer = filled.open_writer();
    std::vector<record::PreparedEvent> events;
    for (std::uint64_t n = 0; n < kBefore; ++n) events.push_back(sample_event(n));
    ASSERT_TRUE(TestRegion::append(*writer, std::move(events)));
  }
  std::uint64_t steps = 0;
  {
    TestRegion region(1, filled);
    arm(Fault::none, 0);
    auto writer = open_on_faults(region);
    ASSERT_EQ(rotate(region, *writer, true), kAfter);
    writer->stop();
    steps = steps_taken();
    settle();
    ASSERT_EQ(vault::rows_by_generation(region.files().vault())->size(), 1u);
  }
  ASSERT_GT(steps, 40u);
  std::uint64_t struck = 0;
  // Each kind of fault strikes other steps, so that all together strike nearly each.
  for (std::uint64_t n = 1 + static_cast<std::uint64_t>(GetParam().fault) % kEach; n <= steps; n += kEach) {
    TestRegion region(n, filled);
    const auto what = fmt::format("{} at step {}", GetParam().name, n);
    settle();
    arm(GetParam().fault, n, 1);
    std::uint64_t acknowledged = 0;
    if (auto writer = open_on_faults(region)) {
      acknowledged = rotate(region, *writer, false);
      writer->stop();
    }
    struck += has_struck() ? 1 : 0;
    disarm();
    if (GetParam().fault == Fault::power_cut) lose_unsynced(n);
    ASSERT_NO_FATAL_FAILURE(check(region, what));
    {
      auto ledger = store::LedgerReader::open(region.files().ledger());
      ASSERT_GE(ledger->log(base::TenantId("acme"))->size, kBefore + acknowledged) << what;
    }
    {
      TestRegion again(n, region);
      auto writer = open_on_faults(again);
      ASSERT_NE(writer, nullptr) << what;
      ASSERT_EQ(rotate(again, *writer, true), kAfter) << what;
      writer->stop();
      ASSERT_EQ(again.fatal_errors(), 0) << what;
      ASSERT_NO_FATAL_FAILURE(check(again, what + ", after the restart"));
      const auto rows = vault::rows_by_generation(again.files().vault());
      ASSERT_EQ(rows->size(), 1u) << what;
      ASSERT_EQ(rows->begin()->first, 2u) << what;
    }
    settle();
  }
  EXPECT_GE(struck, steps / kEach * 9 / 10);
}

INSTANTIATE_TEST_SUITE_P(Vault, EveryStepOfARotation,
                         ::testing::Values(Case{Fault::fails, "fails"},
                                           Case{Fault::fails_but_done, "fails_but_done"},
                                           Case{Fault::disk_full, "disk_full"},
                                           Case{Fault::power_cut, "power_cut"}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace countersign::fault
