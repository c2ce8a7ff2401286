#include "ledger/store/record_proof.h"

#include "ledger/record/record.h"
#include "ledger/tree/tlog_proof.h"
#include "tests/support/test_region.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace countersign::store {
namespace {

using testing::TestRegion;
using tree::CheckpointKey;

const base::TenantId kAcme("acme");

/// A log whose key was rotated in its middle, each part under a checkpoint.
class ProvenRecords : public ::testing::Test {
 protected:
  ProvenRecords() {
    append(0, 300);
    EXPECT_TRUE(region_.take_over(*writer_, CheckpointKey::log, 21));
    append(300, 300);
    EXPECT_TRUE(region_.take_over(*writer_, CheckpointKey::clock, 22));
    append(600, 100);
    writer_->stop();
  }
  void append(std::uint64_t first, std::uint64_t count) {
    std::vector<record::PreparedEvent> batch;
    for (auto n = first; n < first + count; ++n) batch.push_back(testing::sample_event(n));
    ASSERT_TRUE(TestRegion::append(*writer_, std::move(batch)));
  }
  base::Result<std::optional<RecordProof>> prove(std::uint64_t seq, ProveBy by) {
    auto reader = LedgerReader::open(region_.files().ledger());
    return prove_record(*reader, kAcme, seq, by);
  }
  /// As somebody does who has the record, the proof's text and the keys that it names.
  std::string check(const RecordProof& proof) {
    auto reader = LedgerReader::open(region_.files().ledger());
    const auto bytes = reader->record(*reader->log(kAcme), base::seq_at(proof.seq));
    const auto parsed = tree::parse_tlog_proof(proof.text());
    if (!bytes || !parsed) return "not readable";
    const std::vector<tree::NoteVerifier> keys{*tree::NoteVerifier::parse(proof.log_key),
                                               *tree::NoteVerifier::parse(proof.clock_key)};
    if (record::record_hash(*bytes) != proof.hash) return "another hash";
    const auto opened = tree::verify_tlog_proof(*parsed, record::record_hash(*bytes), proof.log.name, keys);
    if (!opened) return opened.error().message;
    return opened->time == proof.time && opened->checkpoint.size == proof.size ? "" : "another checkpoint";
  }

  TestRegion region_;
  std::unique_ptr<Writer> writer_ = region_.open_writer();
};

TEST_F(ProvenRecords, AreProvenByTheKeysThatSignedTheCheckpoint) {
  std::set<std::string> keys;
  for (const auto by : {ProveBy::newest, ProveBy::first}) {
    for (const std::uint64_t seq : {0u, 1u, 255u, 256u, 299u, 300u, 599u, 650u, 699u}) {
      const auto proof = prove(seq, by);
      ASSERT_TRUE(proof) << proof.error().message;
      ASSERT_TRUE(*proof) << seq;
      EXPECT_EQ(check(**proof), "") << seq;
      keys.insert((*proof)->log_key + (*proof)->clock_key);
      EXPECT_TRUE(by == ProveBy::first || (*proof)->size == 700) << (*proof)->size;
    }
  }
  EXPECT_GE(keys.size(), 2u) << "the first records are proven by checkpoints of before the rotations";
  const auto early = prove(0, ProveBy::first), late = prove(699, ProveBy::first);
  EXPECT_LT((*early)->size, (*late)->size);
  EXPECT_NE((*early)->log_key, (*late)->log_key);
}

TEST_F(ProvenRecords, AreNoneWhereThereIsNoSuchRecord) {
  for (const auto by : {ProveBy::newest, ProveBy::first}) {
    for (const std::uint64_t seq : {std::uint64_t{700}, std::uint64_t{1} << 40, UINT64_MAX}) {
      const auto proof = prove(seq, by);
      ASSERT_TRUE(proof) << proof.error().message;
      EXPECT_FALSE(*proof) << seq;
    }
  }
  auto reader = LedgerReader::open(region_.files().ledger());
  EXPECT_EQ(prove_record(*reader, base::TenantId("globex"), 0, ProveBy::newest).error().code,
            base::Code::not_found);
}

TEST_F(ProvenRecords, AreNotProvenOnceTheyWereAltered) {
  testing::tamper(region_,
                  "UPDATE records SET record=CAST(replace(CAST(record AS TEXT), '\"v\":1', '\"v\":2') "
                  "AS BLOB) WHERE place=690");
  const auto proof = prove(690, ProveBy::newest);
  ASSERT_FALSE(proof);
  EXPECT_EQ(proof.error().code, base::Code::data_loss);
}

}  // namespace
}  // namespace countersign::store
