#include "ledger/backup/standing.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/verify_ledger.h"
#include "ledger/tree/checkpoint.h"
#include "tests/ledger/backup/backup_fixture.h"
#include "tests/ledger/privacy/people.h"

#include <fmt/format.h>

#include <atomic>
#include <fstream>
#include <random>
#include <thread>

namespace countersign::backup {
namespace {

using base::Code;

class Snapshot : public testing::BackupFixture {
 protected:
  /// The restored region verifies, holds every checkpoint of its manifest, and each token has its value.
  void expect_right(const store::RegionFiles& files, const Manifest& manifest,
                    const std::vector<privacy::Erasure>& erasures = {}, std::uint64_t erased = 0) {
    store::VerifyLedgerOptions how;
    how.known_checkpoints = manifest.checkpoints;
    const auto verified = store::verify_ledger(files.ledger(), how, {});
    ASSERT_TRUE(verified) << verified.error().message;
    for (const auto& fault : verified->faults)
      ADD_FAILURE() << fault.log << " " << fault.seq << " " << fault.what;
    const auto keys = vault::open_keys(files.vault(), kek());
    ASSERT_TRUE(keys) << keys.error().message;
    const auto count = count_tokens(files, *keys, erasures);
    ASSERT_TRUE(count) << count.error().message;
    EXPECT_GT(count->tokens, 0u);
    EXPECT_EQ(count->missing, 0u);
    EXPECT_EQ(count->damaged, 0u);
    EXPECT_EQ(count->erased, erased);
    EXPECT_EQ(count->open, count->tokens - erased);
  }
  static std::uint64_t records_in(const store::RegionFiles& files) {
    auto reader = store::LedgerReader::open(files.ledger());
    return reader->log(base::TenantId("acme"))->size;
  }
};

TEST_F(Snapshot, IsRestoredAsItWas) {
  append(0, 3'000);
  const auto report = back_up();
  EXPECT_GT(report.bytes_new, 0u);
  const auto files = restore(report.manifest.id);
  EXPECT_EQ(records_in(files), 3'000u);
  expect_right(files, report.manifest);
  EXPECT_TRUE(repository_is_whole()) << last_fault_;
  EXPECT_FALSE(std::filesystem::exists(files.index())) << "it is derived";
}

TEST_F(Snapshot, OfAnUnchangedRegionAddsNextToNothing) {
  append(0, 20'000);
  const auto first = back_up();
  const auto again = back_up();
  EXPECT_EQ(again.chunks_new, 0u);
  EXPECT_EQ(again.bytes_new, 0u);
  EXPECT_EQ(again.manifest.bytes(), first.manifest.bytes());
  append(20'000, 20'200);
  const auto grown = back_up();
  // One record in a hundred is new: the pages of an index are touched all over, the rest at its end.
  EXPECT_LT(grown.bytes_new, first.bytes_new / 4) << grown.bytes_new << " of " << first.bytes_new;
  for (const auto& one : {first, again, grown}) expect_right(restore(one.manifest.id), one.manifest);
}

TEST_F(Snapshot, IsOfOneMomentWhileEventsComeIn) {
  append(0, 2'000);
  auto writer = region_.open_writer();
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> done{2'000};
  std::thread sender([&] {
    // Each event brings values that the vault has never seen: were it read before the ledger, some were
    // missing.
    for (std::uint64_t n = 2'000; !stop; n += 20) {
      std::vector<record::PreparedEvent> batch;
      for (std::uint64_t i = n; i < n + 20; ++i) {
        auto event = testing::sample_event_json(i);
        event["actor"].as_object()["email"] = fmt::format("of.event.{}@example.com", i);
        batch.push_back(
            std::move(*record::prepare_event(event, {base::SourceName("app"), record::Proof::token})));
      }
      ASSERT_TRUE(testing::TestRegion::append(*writer, std::move(batch)));
      done = n + 20;
    }
  });
  for (int i = 0; i < 5; ++i) {
    const auto before = done.load();
    const auto report = back_up();
    const auto files = restore(report.manifest.id);
    expect_right(files, report.manifest);
    EXPECT_GE(records_in(files), before) << "what was acknowledged before is in it";
  }
  stop = true;
  sender.join();
  writer->stop();
  EXPECT_EQ(region_.fatal_errors(), 0);
}

TEST_F(Snapshot, GivesUpWhereTheWalGrowsTooMuch) {
  append(0, 20'000);
  auto writer = region_.open_writer();
  std::atomic<bool> stop{false};
  std::thread sender([&] {
    for (std::uint64_t n = 20'000; !stop; n += 200) append(*writer, n, n + 200);
  });
  base::Result<SnapshotReport> report = base::fail(Code::internal, "");
  // Whether the writer gets in between is a matter of luck; the limit is one that any commit passes.
  for (int i = 0; i < 50 && (report || report.error().code != Code::unavailable); ++i)
    report = try_back_up(1);
  stop = true;
  sender.join();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::unavailable);
  EXPECT_NE(report.error().message.find("WAL"), std::string::npos);
  EXPECT_TRUE(repository_is_whole()) << last_fault_;
}

class Shelves : public Snapshot, public ::testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Snapshot, Shelves, ::testing::Values("documents", "questionnaires"));

TEST_P(Shelves, AreHeldSealedAndForTheirOwnerAlone) {
  append(0, 10);
  const std::string shelf = GetParam();
  const auto folder = region_.files().folder / shelf;
  std::filesystem::create_directory(folder);
  const std::string contents(64, 'a');
  std::ofstream(folder / contents) << "what is attested";
  std::ofstream(folder / "lock") << "";
  EXPECT_EQ(back_up().manifest.file(shelf + "/" + contents), nullptr) << "nothing names it";
  {
    auto db = *sqlite::Connection::open(folder / (shelf + ".sqlite"), {.access = sqlite::Access::create,
                                                                       .journal = sqlite::Journal::rollback});
    ASSERT_TRUE(db.execute("CREATE TABLE documents(id TEXT); INSERT INTO documents VALUES('one')"));
  }
  const auto with = back_up();
  for (const auto& name : {shelf + "/" + contents, shelf + "/" + shelf + ".sqlite"}) {
    ASSERT_NE(with.manifest.file(name), nullptr) << name;
    EXPECT_EQ(with.manifest.file(name)->realm, Realm::sealed);
  }
  EXPECT_EQ(with.manifest.file(shelf + "/lock"), nullptr);
  const auto restored = restore(with.manifest.id).folder / shelf / contents;
  EXPECT_EQ(base::read_file(restored, 100).value(), "what is attested");
  EXPECT_EQ(std::filesystem::status(restored).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  // Contents never change: they are not stored again.
  EXPECT_EQ(back_up().manifest.file(shelf + "/" + contents)->pieces,
            with.manifest.file(shelf + "/" + contents)->pieces);
}

TEST_F(Snapshot, HoldsRequestsForAccessSealed) {
  append(0, 10);
  const auto folder = region_.files().folder / "trust";
  EXPECT_EQ(back_up().manifest.file("trust/requests.sqlite"), nullptr);
  std::filesystem::create_directory(folder);
  {
    auto db = *sqlite::Connection::open(
        folder / "requests.sqlite", {.access = sqlite::Access::create, .journal = sqlite::Journal::rollback});
    ASSERT_TRUE(db.execute("CREATE TABLE requests(id TEXT); INSERT INTO requests VALUES('one')"));
  }
  const auto with = back_up();
  ASSERT_NE(with.manifest.file("trust/requests.sqlite"), nullptr);
  EXPECT_EQ(with.manifest.file("trust/requests.sqlite")->realm, Realm::sealed);
  auto restored = *sqlite::Connection::open(restore(with.manifest.id).folder / "trust/requests.sqlite",
                                            {.journal = sqlite::Journal::rollback});
  EXPECT_EQ(*restored.query_integer("SELECT count(*) FROM requests WHERE id='one'"), 1);
}

TEST_F(Snapshot, HoldsWhatScimClientsManageOnceThereIsSuch) {
  append(0, 10);
  const auto without = back_up();
  EXPECT_EQ(without.manifest.file("scim.sqlite"), nullptr);
  {
    auto db = *sqlite::Connection::open(
        region_.files().scim(), {.access = sqlite::Access::create, .journal = sqlite::Journal::rollback});
    ASSERT_TRUE(db.execute("CREATE TABLE resources(id TEXT); INSERT INTO resources VALUES('one'),('two')"));
  }
  const auto with = back_up();
  ASSERT_NE(with.manifest.file("scim.sqlite"), nullptr);
  EXPECT_EQ(with.manifest.file("scim.sqlite")->realm, Realm::sealed);
  auto restored =
      *sqlite::Connection::open(restore(with.manifest.id).scim(),
                                {.access = sqlite::Access::read_write, .journal = sqlite::Journal::rollback});
  EXPECT_EQ(restored.query_integer("SELECT count(*) FROM resources"), 2);
}

TEST_F(Snapshot, SaysNothingPersonalAndKeepsTheVaultSealed) {
  append(0, 3'000);
  ASSERT_TRUE(base::create_file_durably(places().registry, R"({"secret":"registry-of-this-test"})",
                                        base::FileMode::secret));
  const auto report = back_up();
  // Nothing of the vault's pages in any form that can be read: neither as they are nor unpacked.
  std::string all = bytes_of_repository();
  const auto repository = open_to_read();
  for (const auto& id : chunks_of(report.manifest)) {
    if (id.realm == Realm::open) all += *repository.chunks().get(id);
  }
  auto vault = *sqlite::Connection::open(region_.files().vault(), {});
  auto rows = *vault.prepare("SELECT lookup,sealed FROM personal");
  int seen = 0;
  while (*rows.step()) {
    for (int column = 0; column < 2; ++column)
      EXPECT_EQ(all.find(base::text_of(rows.blob(column)).substr(0, 24)), std::string::npos);
    if (++seen == 200) break;
  }
  EXPECT_GT(seen, 100);
  for (const std::string_view text : {"user1@example.com", "+1415555", "192.0.2.1", "registry-of-this-test"})
    EXPECT_EQ(all.find(text), std::string::npos) << text;
  // Equal content has another address in another repository.
  std::filesystem::rename(repository_folder(), dir_ / "first");
  const auto other = back_up();
  EXPECT_EQ(report.manifest.file("ledger.sqlite")->pieces, other.manifest.file("ledger.sqlite")->pieces);
  EXPECT_NE(report.manifest.file("vault.sqlite")->pieces, other.manifest.file("vault.sqlite")->pieces);
}

TEST_F(Snapshot, EveryByteOfTheRepositoryCounts) {
  append(0, 300);
  const auto report = back_up();
  ASSERT_TRUE(repository_is_whole()) << last_fault_;
  std::mt19937 random(5);
  std::size_t flips = 0;
  for (const auto& path : files_below(repository_folder())) {
    if (path.filename() == "lock") continue;
    const auto content = *base::read_file(path, 1u << 30);
    // All of what describes the rest, and of each chunk some places.
    const bool all = path.extension() == ".json";
    const std::size_t count = all ? content.size() : 60;
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = all ? i : random() % content.size();
      auto changed = content;
      changed[at] = static_cast<char>(changed[at] ^ (1 << random() % 8));
      std::ofstream(path, std::ios::binary | std::ios::trunc) << changed;
      const auto key = kek();
      const auto repository = Repository::open_to_read(repository_folder(), &key);
      const auto checked = repository ? check_repository(*repository, {})
                                      : base::Result<CheckReport>(base::fail(repository.error()));
      EXPECT_FALSE(checked && checked->whole()) << path << " at " << at;
      ++flips;
      if (::testing::Test::HasFailure()) return;
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }
  EXPECT_GT(flips, 2'000u);
  EXPECT_TRUE(repository_is_whole()) << last_fault_;
}

TEST_F(Snapshot, ADamagedChunkIsNamedAndWhoDoesNotNeedItIsSaid) {
  append(0, 3'000);
  const auto first = back_up();
  append(3'000, 3'500);
  const auto second = back_up();
  std::set<ChunkId> of_first;
  for (const auto& id : chunks_of(first.manifest)) of_first.insert(id);
  std::filesystem::path victim;
  for (const auto& id : chunks_of(second.manifest)) {
    if (!of_first.contains(id)) victim = open_to_read().chunks().path_of(id);
  }
  ASSERT_FALSE(victim.empty());
  auto content = *base::read_file(victim, 1u << 30);
  content.resize(content.size() / 2);
  ASSERT_TRUE(base::write_file_durably(victim, content, base::FileMode::secret));
  const auto repository = open_to_read();
  const auto folder = dir_ / "into";
  std::filesystem::create_directory(folder);
  const auto done = restore_files(repository, second.manifest, folder, {});
  // The small files are read apart.
  const auto small = read_small_files(repository, second.manifest);
  ASSERT_FALSE(done && small);
  const auto& error = done ? small.error() : done.error();
  EXPECT_EQ(error.code, Code::data_loss);
  EXPECT_NE(error.message.find(victim.string()), std::string::npos);
  EXPECT_NE(error.message.find(second.manifest.id), std::string::npos);
  EXPECT_EQ(another_whole_snapshot(repository, second.manifest.id), first.manifest.id);
  const auto report = check_repository(repository, {});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->snapshots[0].faults.empty());
  EXPECT_FALSE(report->snapshots[1].faults.empty());
}

TEST_F(Snapshot, WhatACrashHasCutShortIsWrittenAgain) {
  append(0, 3'000);
  const auto lost = back_up();
  // As after a power cut: chunks under their names, not yet durable, and no manifest that refers to them.
  std::filesystem::remove(repository_folder() / "snapshots" / (lost.manifest.id + ".json"));
  for (const auto& path : files_below(repository_folder() / "chunks")) {
    auto content = *base::read_file(path, 1u << 30);
    content.resize(content.size() / 3);
    ASSERT_TRUE(base::write_file_durably(path, content, base::FileMode::secret));
  }
  const auto report = back_up();
  EXPECT_TRUE(repository_is_whole()) << last_fault_;
  expect_right(restore(report.manifest.id), report.manifest);
}

TEST_F(Snapshot, AChunkThatSomebodyDeletedIsWrittenAgain) {
  append(0, 3'000);
  const auto first = back_up();
  const auto victim = open_to_read().chunks().path_of(
      {Realm::open, first.manifest.file("ledger.sqlite")->pieces.front().front()});
  std::filesystem::remove(victim);
  EXPECT_FALSE(repository_is_whole());
  back_up();
  EXPECT_TRUE(repository_is_whole()) << last_fault_;
}

TEST_F(Snapshot, RefusesAClockThatWentBack) {
  append(0, 100);
  back_up();
  time_.micros -= 60'000'000;
  const auto report = try_back_up();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, Code::failed_precondition);
}

TEST_F(Snapshot, KeepsFilesOfSealedRecordsAndReadsThemOnce) {
  append(0, 300);
  const auto segments = region_.files().folder / "segments";
  ASSERT_TRUE(base::make_folders_durably(segments));
  std::string content(9'000'000, '\0');
  std::mt19937 random(1);
  for (auto& c : content) c = static_cast<char>(random());
  ASSERT_TRUE(base::create_file_durably(segments / "acme-0.jsonl.zst", content, base::FileMode::secret));
  const auto first = back_up();
  EXPECT_GT(first.bytes_new, content.size());
  EXPECT_EQ(*base::read_file(restore(first.manifest.id).folder / "segments" / "acme-0.jsonl.zst", 1u << 30),
            content);
  EXPECT_EQ(back_up().bytes_new, 0u);
  // Not read again, so what somebody changes in it behind the ledger's back is not taken over.
  const auto written = std::filesystem::last_write_time(segments / "acme-0.jsonl.zst");
  content[5] ^= 1;
  ASSERT_TRUE(base::write_file_durably(segments / "acme-0.jsonl.zst", content, base::FileMode::secret));
  std::filesystem::last_write_time(segments / "acme-0.jsonl.zst", written);
  EXPECT_EQ(back_up().bytes_new, 0u);
}

TEST_F(Snapshot, AnErasureAfterItIsReplayedAndLeavesNoByte) {
  {
    auto writer = region_.open_writer();
    append(*writer, 0, 2'000);
    writer->stop();
  }
  const auto person = testing::find(region_, {"email=user7@example.com"});
  ASSERT_TRUE(person) << person.error().message;
  const auto order = person->order(base::TenantId("acme"));
  auto tokens = order.certain;
  tokens.insert(tokens.end(), order.unless_shared.begin(), order.unless_shared.end());
  const auto rows = testing::sealed_rows(region_, tokens);
  ASSERT_GT(rows.size(), 2u);
  const auto before = back_up();
  privacy::Erasure erasure;
  erasure.id = std::string(32, 'a');
  erasure.time = time_;
  erasure.tenant = base::TenantId("acme");
  erasure.reason = "gdpr_art_17";
  erasure.tokens = tokens;
  ASSERT_TRUE(privacy::Erasures(places().erasures).add(erasure));
  {
    auto writer = region_.open_writer();
    ASSERT_TRUE(testing::erase(*writer, order));
    writer->stop();
  }
  const auto after = back_up();

  const auto files = restore(before.manifest.id);
  const auto bytes = [&] {
    std::string all;
    for (const auto& path : files_below(files.folder)) all += *base::read_file(path, 1u << 30);
    return all;
  };
  for (const auto& row : rows) EXPECT_TRUE(testing::holds_a_part(bytes(), row)) << "the older copy has it";
  // The memory beside the heads is lost: the newer snapshot tells of the erasure.
  std::filesystem::remove_all(places().erasures);
  const auto known = all_erasures(open_to_read());
  ASSERT_TRUE(known);
  ASSERT_TRUE(add_files(*known, places().erasures));
  const auto remembered = *privacy::Erasures(places().erasures).list();
  ASSERT_EQ(remembered.size(), 1u);
  const auto gone = replay_erasures(files.vault(), kek(), remembered);
  ASSERT_TRUE(gone) << gone.error().message;
  EXPECT_EQ(*gone, rows.size());
  for (const auto& row : rows) EXPECT_FALSE(testing::holds_a_part(bytes(), row));
  expect_right(files, before.manifest, remembered, rows.size());
  expect_right(restore(after.manifest.id), after.manifest, remembered, rows.size());
}

TEST_F(Snapshot, SmallFilesComeBackAndLeadNowhereElse) {
  append(0, 100);
  const auto region = region_.files().folder;
  for (const std::string_view folder : {"orders", "outbox"})
    ASSERT_TRUE(base::make_folders_durably(region / folder));
  ASSERT_TRUE(base::create_file_durably(region / "orders" / "a.erase", "order", base::FileMode::secret));
  ASSERT_TRUE(base::create_file_durably(region / "outbox" / "b.json", "event", base::FileMode::secret));
  ASSERT_TRUE(base::create_file_durably(region / "outbox" / "c.refused", "no", base::FileMode::secret));
  ASSERT_TRUE(base::create_file_durably(places().registry, "registry", base::FileMode::secret));
  const auto report = back_up();
  const auto files = read_small_files(open_to_read(), report.manifest);
  ASSERT_TRUE(files);
  EXPECT_EQ(files->registry, "registry");
  EXPECT_EQ(files->orders, (SmallFiles::Folder{{"a.erase", "order"}}));
  EXPECT_EQ(files->outbox, (SmallFiles::Folder{{"b.json", "event"}}));
  EXPECT_EQ(*parse_small_files(format_small_files(*files)), *files);
  for (const std::string_view name : {"../x", "a/b", "", ".x"}) {
    auto evil = *files;
    evil.orders = {{std::string(name), "x"}};
    EXPECT_FALSE(parse_small_files(format_small_files(evil))) << name;
  }
  EXPECT_FALSE(parse_small_files("{}"));
}

}  // namespace
}  // namespace countersign::backup
