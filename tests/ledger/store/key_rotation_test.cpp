#include "ledger/base/encoding.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_call.h"
#include "ledger/store/vault_upkeep.h"
#include "ledger/store/verify_ledger.h"
#include "ledger/vault/schema.h"
#include "ledger/vault/vault_reader.h"
#include "ledger/vault/vault_writer.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace countersign::store {
namespace {

using testing::sample_event;
using testing::tamper;
using testing::TestRegion;
using tree::CheckpointKey;

void append(Writer& writer, std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t n = first; n < first + count;) {
    std::vector<record::PreparedEvent> batch;
    for (; n < first + count && batch.size() < 50; ++n) batch.push_back(sample_event(n));
    const auto done = TestRegion::append(writer, std::move(batch));
    ASSERT_TRUE(done) << done.error().message;
  }
}

LedgerReport verify(const TestRegion& region, VerifyLedgerOptions options = {}) {
  options.threads = 2;
  auto report = verify_ledger(region.files().ledger(), options, {});
  EXPECT_TRUE(report) << report.error().message;
  return report ? std::move(*report) : LedgerReport{};
}

LedgerReport verify_trusting(const TestRegion& region, const crypto::Ed25519PublicKey& key) {
  VerifyLedgerOptions options;
  options.log_key = &key;
  return verify(region, options);
}

std::string first_fault(const LedgerReport& report) {
  return report.faults.empty() ? std::string() : report.faults.front().what;
}

std::string hex_literal(std::string_view bytes) { return "x'" + base::to_hex(base::bytes_of(bytes)) + "'"; }

/// A region whose log key, clock and log key again were rotated, with records before, between and after.
class RotatedLedger : public ::testing::Test {
 protected:
  void SetUp() override {
    auto writer = region_.open_writer();
    append(*writer, 0, 300);
    kept_ = region_.log_key().public_key();
    first_signer_ = [log = seed_of(region_.log_key()), clock = seed_of(region_.clock_key())](
                        const base::LogName& name, std::uint64_t size, const base::Digest& root,
                        std::int64_t time) {
      const auto log_key = std::move(crypto::Ed25519Key::from_seed(log)).value();
      const auto clock_key = std::move(crypto::Ed25519Key::from_seed(clock)).value();
      return tree::sign_checkpoint({name, size, root}, log_key, clock_key, time);
    };
    ASSERT_TRUE(region_.take_over(*writer, CheckpointKey::log, 21));
    append(*writer, 300, 300);
    ASSERT_TRUE(region_.take_over(*writer, CheckpointKey::clock, 22));
    append(*writer, 600, 300);
    ASSERT_TRUE(region_.take_over(*writer, CheckpointKey::log, 23));
    append(*writer, 900, 100);
    writer->stop();
  }
  static std::vector<std::uint8_t> seed_of(const crypto::Ed25519Key& key) {
    return {key.seed().begin(), key.seed().end()};
  }
  CheckpointRow newest() {
    auto reader = LedgerReader::open(region_.files().ledger());
    return **reader->newest_checkpoint(*reader->log(base::TenantId("acme")));
  }
  TestRegion region_;
  crypto::Ed25519PublicKey kept_{};
  CheckpointSigner first_signer_;
};

TEST_F(RotatedLedger, Verifies) {
  const auto report = verify(region_);
  EXPECT_EQ(first_fault(report), "");
  ASSERT_EQ(report.logs.size(), 1u);
  EXPECT_EQ(report.logs[0].checkpointed, 1000u);
  const auto newest_key = region_.log_key().public_key();
  const auto stranger = std::move(crypto::Ed25519Key::from_seed(std::vector<std::uint8_t>(32, 99))).value();
  EXPECT_EQ(first_fault(verify_trusting(region_, kept_)), "") << "who trusts the first key";
  EXPECT_EQ(first_fault(verify_trusting(region_, newest_key)), "") << "who trusts the newest";
  EXPECT_NE(first_fault(verify_trusting(region_, stranger.public_key())), "");
}

TEST_F(RotatedLedger, GoesOnAfterARestart) {
  {
    auto writer = region_.open_writer();
    append(*writer, 1000, 50);
    writer->stop();
  }
  EXPECT_EQ(first_fault(verify(region_)), "");
}

TEST_F(RotatedLedger, NoticesAnEndorsementThatIsMissingAlteredOrAnothers) {
  for (const auto* number : {"1", "2", "3"}) {
    TestRegion copy(1, region_);
    tamper(copy, fmt::format("DELETE FROM identity WHERE name='rotation/{}'", number));
    const auto report = verify_ledger(copy.files().ledger(), {}, {});
    EXPECT_TRUE(!report || !report->faults.empty()) << "removed " << number;
  }
  const auto& notes = region_.identity().rotations;
  auto altered = notes[0];
  altered[altered.find("\nlog\n") + 6] ^= 1;
  const auto stranger = std::move(crypto::Ed25519Key::from_seed(std::vector<std::uint8_t>(32, 99))).value();
  auto rotation = *tree::parse_rotation(tree::parse_note(notes[0])->text);
  const auto forged = tree::sign_rotation(rotation, stranger, &stranger);
  for (const auto& note : {altered, forged}) {
    TestRegion copy(1, region_);
    tamper(copy, "UPDATE identity SET value=" + hex_literal(note) + " WHERE name='rotation/1'");
    EXPECT_NE(first_fault(verify(copy)).find("endorsement 1"), std::string::npos);
    EXPECT_FALSE(Writer::open(copy.options())) << "a daemon does not sign on top of it";
  }
}

TEST_F(RotatedLedger, RefusesACheckpointThatARetiredKeySignedAfterwards) {
  auto row = newest();
  const auto body = tree::read_checkpoint_body(row.note).value();
  const auto replace = [&](std::int64_t time, std::uint64_t size) {
    TestRegion copy(1, region_);
    const auto note = first_signer_(body.origin, body.size, body.root, time);
    tamper(copy, fmt::format("UPDATE checkpoints SET note={}, time={} WHERE place={}",
                             "CAST(" + hex_literal(note) + " AS TEXT)", time, place_of(0, size)));
    return first_fault(verify(copy));
  };
  EXPECT_NE(replace(row.time + 1000, row.size).find("did not hold at its time"), std::string::npos);
  // Dated back to when the key held: the sizes before it are signed by later keys.
  EXPECT_NE(replace(1'767'225'600, row.size).find("retired before"), std::string::npos);
}

TEST(TakeOver, StatesNoTimeBeforeACheckpointEvenIfTheClockGoesBack) {
  TestRegion region;
  auto options = region.options();
  auto now = std::make_shared<std::atomic<std::int64_t>>(1'800'000'000'000'000);
  options.clock = [now] { return base::Timestamp{now->load()}; };
  auto writer = std::move(*Writer::open(std::move(options)));
  append(*writer, 0, 20);
  *now -= 3'600'000'000;
  ASSERT_TRUE(region.take_over(*writer, CheckpointKey::log, 31));
  append(*writer, 20, 20);
  *now -= 3'600'000'000;
  ASSERT_TRUE(region.take_over(*writer, CheckpointKey::clock, 32));
  append(*writer, 40, 20);
  writer->stop();
  EXPECT_EQ(first_fault(verify(region)), "");
}

TEST(VaultUpkeep, RotatesWhileEventsComeAndGivesNoValueTwoTokens) {
  TestRegion region;
  auto writer = region.open_writer();
  append(*writer, 0, 3000);
  // Many values, so that those of the events wait for their turn while events come.
  ASSERT_TRUE(call_on_ledger(*writer, [](LedgerThread& here) -> base::Result<void> {
    TRY(here.vault.begin());
    for (int i = 0; i < 20'000; ++i) {
      const auto value = fmt::format("filler-{}", i);
      const auto lookup = vault::lookup_of(here.vault.newest().lookup, "acme", "name", value);
      TRY(here.vault.token_for("acme", record::Kind::name, lookup, value));
    }
    return here.vault.commit();
  }));
  const vault::Kek kek(crypto::Secret(std::vector<std::uint8_t>(32, 3)));
  std::atomic<bool> ended{false};
  std::atomic<std::uint64_t> sent{3000};
  std::thread sender([&] {
    while (!ended && region.fatal_errors() == 0) {
      append(*writer, sent, 50);
      sent += 50;
    }
  });
  for (const std::uint32_t generation : {2u, 3u}) {
    const auto state = std::make_shared<VaultState>();
    EXPECT_TRUE(call_on_ledger(
        *writer, [&](LedgerThread& here) { return here.vault.begin_rotation(generation, kek); }));
    EXPECT_TRUE(writer->add_work(vault_upkeep(state)));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (state->running && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_FALSE(state->running);
    EXPECT_FALSE(state->rotating);
    EXPECT_FALSE(state->puts_away);
    EXPECT_EQ(state->generation, generation);
  }
  ended = true;
  sender.join();
  writer->stop();
  EXPECT_GT(sent, 3000u);
  EXPECT_EQ(region.fatal_errors(), 0);
  const auto rows = vault::rows_by_generation(region.files().vault());
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->begin()->first, 3u);
  auto reader = vault::VaultReader::open(region.files().vault(), region.keys());
  std::map<std::pair<record::Kind, std::string>, std::string> tokens;
  ASSERT_TRUE(reader->read_all(
      base::TenantId("acme"), [&](record::Kind kind, std::string_view token, std::string_view value) {
        EXPECT_TRUE(tokens.emplace(std::pair(kind, std::string(value)), token).second)
            << "a value has two tokens";
        return base::Result<void>();
      }));
  EXPECT_EQ(tokens.size(), static_cast<std::size_t>(rows->begin()->second));
  EXPECT_EQ(first_fault(verify(region)), "");
}

TEST(Work, IsDroppedWhenTheLedgerStops) {
  TestRegion region;
  auto writer = region.open_writer();
  auto alive = std::make_shared<int>(1);
  ASSERT_TRUE(writer->add_work([alive](LedgerThread&) -> base::Result<std::optional<std::int64_t>> {
    return std::optional<std::int64_t>(3'600'000);
  }));
  while (alive.use_count() < 2) std::this_thread::yield();
  writer->stop();
  EXPECT_EQ(alive.use_count(), 1);
  const auto refused = call_on_ledger(*writer, [](LedgerThread&) { return base::Result<void>(); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Code::unavailable);
}

TEST(Work, OfUnknownOutcomeEndsTheWriter) {
  TestRegion region;
  auto writer = region.open_writer();
  const auto failed = call_on_ledger(*writer, [](LedgerThread&) -> base::Result<void> {
    return base::fail(base::Code::internal, "the disk is gone");
  });
  ASSERT_FALSE(failed);
  writer->stop();
  EXPECT_EQ(region.fatal_errors(), 1);
}

}  // namespace
}  // namespace countersign::store
