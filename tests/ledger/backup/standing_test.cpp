#include "ledger/backup/standing.h"

#include "ledger/tree/checkpoint.h"
#include "tests/ledger/backup/backup_fixture.h"

namespace countersign::backup {
namespace {

using base::Code;

class StandingTest : public testing::BackupFixture {
 protected:
  base::LogName log(const std::string& tenant = "acme") const {
    return base::log_name(identity().origin, identity().region, base::TenantId(tenant));
  }
  std::string newest_note() {
    auto reader = store::LedgerReader::open(region_.files().ledger());
    return (*reader->newest_checkpoint(*reader->log(base::TenantId("acme"))))->note;
  }
  base::Result<std::vector<LogStanding>> compared(const store::RegionFiles& files,
                                                  const std::vector<std::string>& checkpoints = {},
                                                  bool with_memory = true) {
    auto reader = store::LedgerReader::open(files.ledger());
    const auto heads =
        store::HeadMemory::open(with_memory ? region_.head_memory() : region_.dir() / "no.heads");
    std::vector<KeptCheckpoint> kept;
    for (const auto& note : checkpoints) kept.push_back({note, "a checkpoint"});
    return compare(*reader, *heads, kept);
  }
};

TEST_F(StandingTest, IsLevelWhereEverythingSignedIsThere) {
  append(0, 500);
  const auto report = back_up();
  const auto files = restore(report.manifest.id);
  const auto logs = compared(files, {newest_note()});
  ASSERT_TRUE(logs) << logs.error().message;
  ASSERT_EQ(logs->size(), 1u);
  EXPECT_EQ(logs->front().standing, Standing::level);
  EXPECT_EQ(logs->front().signed_elsewhere, 500u);
  EXPECT_TRUE(logs->front().last_signed);
}

TEST_F(StandingTest, NamesARollbackLogByLog) {
  append(0, 500);
  const auto report = back_up();
  append(500, 800);
  {
    auto writer = region_.open_writer();
    std::vector<record::PreparedEvent> batch;
    batch.push_back(testing::sample_event(5'000, "globex"));
    ASSERT_TRUE(testing::TestRegion::append(*writer, std::move(batch)));
  }
  const auto logs = compared(restore(report.manifest.id));
  ASSERT_TRUE(logs);
  ASSERT_EQ(logs->size(), 2u);
  const auto& [acme, globex] = std::tie((*logs)[0], (*logs)[1]);
  EXPECT_EQ(acme.standing, Standing::rolled_back);
  EXPECT_EQ(acme.records, 500u);
  EXPECT_EQ(acme.signed_elsewhere, 800u);
  EXPECT_EQ(acme.known_from, "the head memory");
  EXPECT_EQ(globex.log, log("globex")) << "a log that the copy does not know at all";
  EXPECT_EQ(globex.standing, Standing::rolled_back);
  EXPECT_EQ(globex.records, 0u);
  EXPECT_FALSE(globex.last_signed);
}

TEST_F(StandingTest, IsSeenByACheckpointWhereTheMemoryIsLost) {
  append(0, 500);
  const auto report = back_up();
  append(500, 800);
  const auto files = restore(report.manifest.id);
  const auto blind = compared(files, {}, false);
  ASSERT_TRUE(blind);
  EXPECT_EQ(blind->front().standing, Standing::level);
  EXPECT_TRUE(blind->front().known_from.empty()) << "and it says that it knows nothing";
  const auto seen = compared(files, {newest_note()}, false);
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->front().standing, Standing::rolled_back);
  EXPECT_EQ(seen->front().known_from, "a checkpoint");
}

TEST_F(StandingTest, TellsOtherRecordsFromARollback) {
  append(0, 500);
  const auto report = back_up();
  const auto files = restore(report.manifest.id);
  auto memory = *store::HeadMemory::open(region_.dir() / "other.heads");
  base::Digest root;
  root.bytes.fill(1);
  ASSERT_TRUE(memory.remember({{log(), {400, root}}}));
  auto reader = store::LedgerReader::open(files.ledger());
  EXPECT_EQ(compare(*reader, memory, {})->front().standing, Standing::other);
}

TEST_F(StandingTest, RefusesACheckpointOfSomebodyElse) {
  append(0, 500);
  const auto note =
      tree::sign_checkpoint({log(), 900, base::Digest{}}, region_.clock_key(), region_.log_key(), 1);
  EXPECT_FALSE(compared(region_.files(), {note})) << "signed with other keys";
  const auto elsewhere =
      tree::sign_checkpoint({base::LogName{"other.example.com/eu-1/acme"}, 1, base::Digest{}},
                            region_.log_key(), region_.clock_key(), 1);
  EXPECT_EQ(compared(region_.files(), {elsewhere}).error().code, Code::invalid_argument);
  EXPECT_FALSE(compared(region_.files(), {"rubbish"}));
}

TEST_F(StandingTest, ComparesWithWhatAYoungerKeySigned) {
  append(0, 500);
  const auto report = back_up();
  const auto files = restore(report.manifest.id);
  {
    auto writer = region_.open_writer();
    ASSERT_TRUE(region_.take_over(*writer, tree::CheckpointKey::log, 77));
    append(*writer, 500, 800);
  }
  const auto note = newest_note();
  const auto heads = store::HeadMemory::open(region_.dir() / "no.heads");
  auto reader = store::LedgerReader::open(files.ledger());
  EXPECT_EQ(compare(*reader, *heads, {{note, "a checkpoint"}}).error().code, Code::permission_denied);
  const auto stranger = crypto::Ed25519Key::generate(crypto::system_entropy()).public_key();
  EXPECT_FALSE(compare(*reader, *heads, {{note, "a checkpoint"}}, &stranger));
  const auto younger = region_.log_key().public_key();
  const auto seen = compare(*reader, *heads, {{note, "a checkpoint"}}, &younger);
  ASSERT_TRUE(seen) << seen.error().message;
  const auto vouched = compare(*reader, *heads, {{note, "a newer snapshot", true}});
  ASSERT_TRUE(vouched) << vouched.error().message;
  for (const auto& logs : {*seen, *vouched}) {
    EXPECT_EQ(logs.front().standing, Standing::rolled_back);
    EXPECT_EQ(logs.front().signed_elsewhere, 800u);
  }
}

TEST_F(StandingTest, CountsTokensWhoseValuesAreMissing) {
  append(0, 500);
  const auto report = back_up();
  const auto older = restore(report.manifest.id);
  append(500, 900);
  {
    auto writer = region_.open_writer();
    std::vector<record::PreparedEvent> batch;
    auto event = testing::sample_event_json(900);
    event["actor"].as_object()["email"] = "somebody.new@example.com";
    batch.push_back(
        std::move(*record::prepare_event(event, {base::SourceName("app"), record::Proof::token})));
    ASSERT_TRUE(testing::TestRegion::append(*writer, std::move(batch)));
  }
  // A newer ledger over an older vault.
  const auto mixed = restore(back_up().manifest.id);
  std::filesystem::remove(mixed.vault());
  std::filesystem::copy_file(older.vault(), mixed.vault());
  const auto keys = vault::open_keys(mixed.vault(), kek());
  const auto count = count_tokens(mixed, *keys, {});
  ASSERT_TRUE(count) << count.error().message;
  EXPECT_GT(count->missing, 0u);
  EXPECT_EQ(count->open + count->missing, count->tokens);
}

}  // namespace
}  // namespace countersign::backup
