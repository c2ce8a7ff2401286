#include "ledger/store/verify_ledger.h"

#include "ledger/base/file.h"
#include "ledger/record/record.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"
#include "tests/support/every.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <ostream>
#include <thread>

namespace countersign::store {
namespace {

using testing::sample_event;
using testing::tamper;
using testing::TestRegion;

void fill(TestRegion& region, std::uint64_t first, std::uint64_t count, const std::string& tenant = "acme") {
  auto writer = region.open_writer();
  for (std::uint64_t n = first; n < first + count;) {
    std::vector<record::PreparedEvent> batch;
    for (; n < first + count && batch.size() < 100; ++n) batch.push_back(sample_event(n, tenant));
    ASSERT_TRUE(TestRegion::append(*writer, std::move(batch)));
  }
}

LedgerReport verify(const TestRegion& region, VerifyLedgerOptions options = {}) {
  if (options.threads == 0) options.threads = 2;
  auto report = verify_ledger(region.files().ledger(), options, {});
  if (!report) return {{}, {{"", -1, report.error().message}}, 0, false, {}, 0};
  return std::move(*report);
}

TEST(VerifyLedger, FindsNothingWrongWithAWholeLedger) {
  TestRegion region;
  fill(region, 0, 40'000);
  fill(region, 40'000, 300, "globex");
  const auto report = verify(region);
  for (const auto& fault : report.faults) ADD_FAILURE() << fault.log << " " << fault.seq << " " << fault.what;
  ASSERT_EQ(report.logs.size(), 2u);
  EXPECT_EQ(report.logs[0].records, 40'000u);
  EXPECT_EQ(report.logs[0].checkpointed, 40'000u);
  EXPECT_EQ(report.logs[1].records, 300u);
  EXPECT_GT(report.bytes, 40'300u * 500);
}

TEST(VerifyLedger, FindsNothingWrongWhereMoreIsSignedMeanwhile) {
  TestRegion region;
  fill(region, 0, 500);
  auto writer = region.open_writer();
  std::uint64_t next = 500;
  const auto add_and_sign = [&](std::uint64_t) {
    std::vector<record::PreparedEvent> batch;
    batch.push_back(sample_event(next++));
    ASSERT_TRUE(TestRegion::append(*writer, std::move(batch)));
    for (int tries = 0; tries < 10'000; ++tries) {
      auto reader = LedgerReader::open(region.files().ledger());
      const auto newest = reader->newest_checkpoint(*reader->log(base::TenantId("acme")));
      ASSERT_TRUE(newest);
      if (*newest && (*newest)->size == next) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    FAIL() << "it was not signed";
  };
  const auto report = verify_ledger(region.files().ledger(), {}, add_and_sign);
  ASSERT_TRUE(report) << report.error().message;
  for (const auto& fault : report->faults) ADD_FAILURE() << fault.what;
  EXPECT_EQ(report->logs.front().records, 500u);
  EXPECT_GT(next, 500u);
}

TEST(VerifyLedger, EndsEarlyWhereItIsStopped) {
  TestRegion region;
  fill(region, 0, 40'000);
  for (const bool at_once : {true, false}) {
    std::atomic<bool> stopped = at_once;
    VerifyLedgerOptions how;
    how.threads = 1;
    how.stopped = [&] { return stopped.load(); };
    std::uint64_t done = 0;
    const auto report = verify_ledger(region.files().ledger(), how, [&](std::uint64_t records) {
      done = records;
      stopped = true;
    });
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, base::Code::aborted);
    EXPECT_EQ(done, at_once ? 0u : 16'384u);
  }
}

TEST(VerifyLedger, AcceptsAnEmptyLedger) {
  TestRegion region;
  EXPECT_TRUE(verify(region).faults.empty());
}

struct Tampering {
  const char* name;
  const char* sql;
  std::int64_t seq;
  const char* says;
};
std::ostream& operator<<(std::ostream& out, const Tampering& one) { return out << one.name; }

class Tampered : public ::testing::TestWithParam<Tampering> {};

TEST_P(Tampered, IsNamedWithTheFirstWrongRecord) {
  TestRegion region;
  fill(region, 0, 700);
  ASSERT_TRUE(verify(region).faults.empty());
  tamper(region, GetParam().sql);
  const auto report = verify(region);
  ASSERT_FALSE(report.faults.empty());
  EXPECT_EQ(report.faults.front().seq, GetParam().seq) << report.faults.front().what;
  EXPECT_NE(report.faults.front().what.find(GetParam().says), std::string::npos)
      << report.faults.front().what;
}

// The first log has number 0, so a record's place is its sequence number.
INSTANTIATE_TEST_SUITE_P(
    Ledger, Tampered,
    ::testing::Values(
        Tampering{"edited",
                  "UPDATE records SET record=CAST(replace(CAST(record AS "
                  "TEXT),'\"attempt\":1','\"attempt\":2') AS BLOB) WHERE place=300",
                  301, "prev"},
        Tampering{"last_edited",
                  "UPDATE records SET record=CAST(replace(CAST(record AS TEXT),'\"login\"','\"signup\"') AS "
                  "BLOB) WHERE place=699",
                  699, "checkpoint"},
        Tampering{"swapped",
                  "UPDATE records SET place=-1 WHERE place=10; UPDATE records SET place=10 WHERE place=11; "
                  "UPDATE records SET place=11 WHERE place=-1",
                  10, "sequence number 11"},
        Tampering{"removed_from_the_middle", "DELETE FROM records WHERE place=400", 400, "missing"},
        Tampering{"removed_from_the_end", "DELETE FROM records WHERE place>=650", 650, "the end was removed"},
        Tampering{"removed_and_closed_up",
                  "DELETE FROM records WHERE place=20; UPDATE records SET place=place-1 WHERE place>20", 20,
                  "sequence number 21"},
        Tampering{"another_logs_record",
                  "UPDATE records SET record=CAST(replace(CAST(record AS TEXT),'/acme\"','/acmf\"') AS BLOB) "
                  "WHERE place=5",
                  5, "another log"},
        Tampering{"doubled_at_the_end", "INSERT INTO records SELECT 700, record FROM records WHERE place=699",
                  700, "sequence number 699"},
        Tampering{"tile_edited", "UPDATE tiles SET hashes=zeroblob(8192)", 255, "tile 0/0"},
        Tampering{"tile_removed", "DELETE FROM tiles", 255, "tile 0/0"},
        Tampering{"checkpoint_edited", "UPDATE checkpoints SET note=replace(note,'A','B')", -1, "checkpoint"},
        Tampering{"checkpoint_moved", "UPDATE checkpoints SET place=place-1", -1, "another size"},
        Tampering{"checkpoint_time_edited", "UPDATE checkpoints SET time=time+60", -1, "time"},
        Tampering{"idempotency_key_removed", "DELETE FROM idempotency WHERE place=3", -1, "idempotency"},
        Tampering{"idempotency_key_moved", "UPDATE idempotency SET place=4 WHERE place=3", -1, "idempotency"},
        Tampering{"idempotency_key_added", "INSERT INTO idempotency VALUES(x'', 3)", -1, "idempotency"},
        Tampering{"idempotency_key_added_behind", "INSERT INTO idempotency VALUES(x'ffff', 3)", -1,
                  "idempotency"},
        Tampering{"trigger_removed", "CREATE TABLE gone(x)", -1, "tables and triggers"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(VerifyLedger, RecognisesATailRolledBackToAnOlderBackup) {
  TestRegion region;
  fill(region, 0, 300);
  const auto older = region.dir() / "older.sqlite";
  std::filesystem::copy_file(region.files().ledger(), older);
  fill(region, 300, 200);
  std::string kept_elsewhere;
  {
    auto reader = LedgerReader::open(region.files().ledger());
    const auto newest = reader->newest_checkpoint(*reader->log(base::TenantId("acme")));
    kept_elsewhere = (*newest)->note;
  }
  std::filesystem::copy_file(older, region.files().ledger(),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(verify(region).faults.empty()) << "by itself an older copy is whole";
  VerifyLedgerOptions options;
  options.known_checkpoints = {kept_elsewhere};
  const auto report = verify(region, options);
  ASSERT_FALSE(report.faults.empty());
  EXPECT_EQ(report.faults.front().seq, 300);
  EXPECT_NE(report.faults.front().what.find("older copy"), std::string::npos);
  const auto heads = HeadMemory::open(region.head_memory());
  ASSERT_TRUE(heads);
  VerifyLedgerOptions by_memory;
  by_memory.heads = &*heads;
  EXPECT_FALSE(verify(region, by_memory).faults.empty());
}

TEST(VerifyLedger, RecognisesARewrittenHistoryByACheckpointKeptElsewhere) {
  TestRegion region, other(77);
  fill(region, 0, 300);
  fill(other, 1000, 400);
  std::string kept_elsewhere;
  {
    auto reader = LedgerReader::open(region.files().ledger());
    kept_elsewhere = (*reader->newest_checkpoint(*reader->log(base::TenantId("acme"))))->note;
  }
  VerifyLedgerOptions options;
  options.known_checkpoints = {kept_elsewhere};
  const auto report = verify(other, options);
  ASSERT_FALSE(report.faults.empty());
  EXPECT_NE(report.faults.front().what.find("rewritten"), std::string::npos) << report.faults.front().what;
}

TEST(VerifyLedger, RefusesAKeyThatIsNotTheTrustedOne) {
  TestRegion region;
  fill(region, 0, 10);
  VerifyLedgerOptions options;
  const auto other = region.clock_key().public_key();
  options.log_key = &other;
  EXPECT_FALSE(verify(region, options).faults.empty());
  const auto right = region.log_key().public_key();
  options.log_key = &right;
  EXPECT_TRUE(verify(region, options).faults.empty());
}

/// All that a ledger file says, table by table; empty where it cannot be read.
std::string content_of(const std::filesystem::path& file) {
  auto ledger = sqlite::Connection::open(file, {});
  if (!ledger) return {};
  std::string all;
  for (const std::string query : {"SELECT name||'='||hex(value) FROM identity ORDER BY name",
                                  "SELECT number||'='||name FROM logs ORDER BY number",
                                  "SELECT place||'='||hex(record) FROM records ORDER BY place",
                                  "SELECT place||'='||hex(hashes) FROM tiles ORDER BY place",
                                  "SELECT place||'='||time||note FROM checkpoints ORDER BY place",
                                  "SELECT hex(key)||'='||place FROM idempotency ORDER BY key",
                                  "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql",
                                  "PRAGMA application_id", "PRAGMA user_version"}) {
    auto statement = ledger->prepare(query);
    if (!statement) return {};
    for (;;) {
      const auto row = statement->step();
      if (!row) return {};
      if (!*row) break;
      all += statement->text(0);
      all += '\n';
    }
  }
  return all;
}

TEST(VerifyLedger, DetectsEveryByteFlipThatChangesContent) {
  TestRegion region;
  fill(region, 0, 12);
  const auto file = region.dir() / "flipped.sqlite";
  const auto bytes = base::read_file(region.files().ledger(), 1 << 22);
  ASSERT_TRUE(bytes);
  std::filesystem::copy_file(region.files().ledger(), file);
  const auto original = content_of(file);
  ASSERT_FALSE(original.empty());
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  std::size_t changed = 0, without_effect = 0;
  for (std::size_t at = 0; at < bytes->size(); at += testing::kEvery) {
    // Space that no row uses is zero: flipping it changes nothing that can be read, so a sample of it is
    // enough.
    if ((*bytes)[at] == '\0' && at % 97 != 0 && at > 4096) continue;
    const auto flipped = static_cast<char>((*bytes)[at] ^ (1 << (at % 8)));
    stream.seekp(static_cast<std::streamoff>(at)).put(flipped).flush();
    VerifyLedgerOptions options;
    options.threads = 1;
    const auto report = verify_ledger(file, options, {});
    const bool detected = !report || !report->faults.empty();
    if (!detected && content_of(file) != original)
      ADD_FAILURE() << "a flip at byte " << at << " changes content unnoticed";
    ++(detected ? changed : without_effect);
    stream.seekp(static_cast<std::streamoff>(at)).put((*bytes)[at]).flush();
  }
  EXPECT_GT(changed, 8'000u / testing::kEvery);
  RecordProperty("detected", std::to_string(changed));
  RecordProperty("without_effect", std::to_string(without_effect));
}

}  // namespace
}  // namespace countersign::store
