#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "tests/ledger/backup/backup_fixture.h"

namespace countersign::backup {
namespace {

using base::Code;

class RepositoryTest : public testing::BackupFixture {
 protected:
  /// Snapshots of so many days ago, the oldest first.
  std::vector<std::string> with_ages(const std::vector<std::int64_t>& days) {
    auto repository = open_to_add();
    std::vector<std::string> ids;
    for (const auto age : days) {
      Manifest manifest;
      manifest.time = {time_.micros - age * 86'400'000'000};
      manifest.id = snapshot_id(manifest.time);
      manifest.origin = identity().origin;
      manifest.region = identity().region;
      const auto chunk = repository->chunks().put(Realm::open, base::bytes_of("of " + manifest.id));
      manifest.files.push_back({"one", Realm::open, 3, 0, 0, {}, {{chunk->digest}}});
      EXPECT_TRUE(repository->add(manifest));
      ids.push_back(manifest.id);
    }
    return ids;
  }
  std::size_t chunk_files() { return files_below(repository_folder() / "chunks").size(); }
};

TEST_F(RepositoryTest, IsMadeOnceAndOpenedWithItsKeyOnly) {
  { ASSERT_TRUE(open_to_add()); }
  { ASSERT_TRUE(open_to_add()); }
  const auto wrong = kek(9);
  const auto other =
      Repository::open_to_add(repository_folder(), identity(), wrong, crypto::system_entropy());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::failed_precondition);
  EXPECT_NE(other.error().message.find("keys.vault"), std::string::npos);
  const auto reading = Repository::open_to_read(repository_folder(), &wrong);
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Code::failed_precondition);
  EXPECT_TRUE(Repository::open_to_read(repository_folder(), nullptr)) << "what is not sealed needs no key";
  EXPECT_EQ(bytes_of_repository().find(std::string(32, '\3')), std::string::npos);
}

TEST_F(RepositoryTest, IsOpenedWhileAnotherKeyTakesOver) {
  { ASSERT_TRUE(open_to_add()); }
  std::vector<crypto::Secret> keys;
  for (const auto byte : {std::uint8_t{9}, std::uint8_t{3}})
    keys.emplace_back(std::vector<std::uint8_t>(32, byte));
  const vault::Kek both(std::move(keys), {});
  { EXPECT_TRUE(Repository::open_to_add(repository_folder(), identity(), both, crypto::system_entropy())); }
  EXPECT_TRUE(Repository::open_to_read(repository_folder(), &both));
}

TEST_F(RepositoryTest, GoesOnUnderAnotherKeyThatIsHandedOver) {
  const KnownKeys known(dir_ / "backups.json");
  const auto open = [&](const vault::Kek& key) {
    return Repository::open_to_add(repository_folder(), identity(), key, crypto::system_entropy(), &known);
  };
  { ASSERT_TRUE(open(kek(3))); }
  EXPECT_FALSE(open(kek(9))) << "a key that nothing was sealed under";
  std::vector<crypto::Secret> keys;
  for (const auto byte : {std::uint8_t{9}, std::uint8_t{3}})
    keys.emplace_back(std::vector<std::uint8_t>(32, byte));
  ASSERT_TRUE(known.reseal(vault::Kek(std::move(keys), {}), crypto::system_entropy()));
  const auto next = kek(9), before = kek(3);
  { EXPECT_TRUE(Repository::open_to_read(repository_folder(), &next, &known)); }
  { EXPECT_FALSE(Repository::open_to_read(repository_folder(), &next)) << "it was not added to since"; }
  { EXPECT_TRUE(open(next)); }
  { EXPECT_TRUE(Repository::open_to_read(repository_folder(), &next)) << "now it needs nothing else"; }
  { EXPECT_FALSE(Repository::open_to_read(repository_folder(), &before)); }
  { EXPECT_TRUE(open(next)); }
  ASSERT_TRUE(base::write_file_durably(dir_ / "backups.json", "{\"x\":7}", base::FileMode::secret));
  EXPECT_EQ(open(next).error().code, Code::data_loss);
}

TEST_F(RepositoryTest, IsOfOneRegion) {
  { ASSERT_TRUE(open_to_add()); }
  const auto other = Repository::open_to_add(repository_folder(), {identity().origin, base::RegionId("us-1")},
                                             kek(), crypto::system_entropy());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::failed_precondition);
  EXPECT_NE(other.error().message.find("eu-1"), std::string::npos);
}

TEST_F(RepositoryTest, IsNotMadeInAFolderOfSomethingElse) {
  std::filesystem::create_directory(repository_folder());
  ASSERT_TRUE(base::create_file_durably(repository_folder() / "photos", "x", base::FileMode::secret));
  const auto made = open_to_add();
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::invalid_argument);
  EXPECT_EQ(files_below(repository_folder()).size(), 1u) << "nothing was left there";
  const auto key = kek();
  EXPECT_EQ(Repository::open_to_read(repository_folder(), &key).error().code, Code::not_found);
}

TEST_F(RepositoryTest, HasOneWriterAndNoReaderMeanwhile) {
  const auto writing = open_to_add();
  ASSERT_TRUE(writing);
  EXPECT_EQ(open_to_add().error().code, Code::failed_precondition);
  const auto key = kek();
  EXPECT_EQ(Repository::open_to_read(repository_folder(), &key).error().code, Code::failed_precondition);
}

TEST_F(RepositoryTest, KeepsSoManyOfTheNewest) {
  const auto ids = with_ages({40, 30, 20, 10, 0});
  auto repository = open_to_add();
  const auto gone = repository->prune({2, {}}, time_);
  ASSERT_TRUE(gone);
  EXPECT_EQ(*gone, std::vector(ids.begin(), ids.begin() + 3));
  EXPECT_EQ(*repository->list(), std::vector(ids.begin() + 3, ids.end()));
  EXPECT_EQ(chunk_files(), 2u);
  EXPECT_TRUE(repository->prune({0, 0}, {time_.micros + 1'000'000'000'000}));
  EXPECT_EQ(repository->list()->size(), 1u) << "the newest always stays";
}

TEST_F(RepositoryTest, KeepsWhatIsNotOlder) {
  const auto ids = with_ages({40, 30, 20, 10, 0});
  auto repository = open_to_add();
  EXPECT_EQ(repository->prune({{}, 20}, time_)->size(), 2u);
  EXPECT_EQ(*repository->list(), std::vector(ids.begin() + 2, ids.end()));
  EXPECT_EQ(chunk_files(), 3u);
  EXPECT_EQ(repository->prune({}, time_)->size(), 0u) << "without a rule nothing goes";
}

TEST_F(RepositoryTest, RemovesNoChunkWhereAManifestIsDamaged) {
  const auto ids = with_ages({2, 1, 0});
  const auto file = repository_folder() / "snapshots" / (ids[0] + ".json");
  auto content = *base::read_file(file, 1 << 20);
  content[20] ^= 1;
  ASSERT_TRUE(base::write_file_durably(file, content, base::FileMode::readable));
  auto repository = open_to_add();
  const auto gone = repository->prune({1, {}}, time_);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Code::data_loss);
  EXPECT_NE(gone.error().message.find(ids[0]), std::string::npos);
  EXPECT_EQ(chunk_files(), 3u);
}

TEST_F(RepositoryTest, RemovesWhatACrashHasLeft) {
  with_ages({0});
  const auto chunks = repository_folder() / "chunks" / "open";
  ASSERT_TRUE(base::make_folders_durably(chunks / "ab"));
  ASSERT_TRUE(
      base::create_file_durably(chunks / "ab" / std::string(64, 'a'), "half", base::FileMode::secret));
  ASSERT_TRUE(base::create_file_durably(chunks / "ab" / ".7.tmp", "half", base::FileMode::secret));
  ASSERT_TRUE(base::create_file_durably(repository_folder() / "snapshots" / ".x.json.7.tmp", "half",
                                        base::FileMode::secret));
  ASSERT_TRUE(open_to_add()->prune({}, time_));
  EXPECT_EQ(chunk_files(), 1u);
  EXPECT_EQ(files_below(repository_folder() / "snapshots").size(), 1u);
}

TEST_F(RepositoryTest, RefusesAManifestThatSomebodyElseWrote) {
  const auto ids = with_ages({0});
  const auto file = repository_folder() / "snapshots" / (ids[0] + ".json");
  auto content = *base::read_file(file, 1 << 20);
  const auto line = content.substr(0, content.find('\n') + 1);
  // With a checksum that is right, as anybody can make it.
  const auto forged =
      line + "sha256=" + base::to_hex(crypto::sha256(line).view()) + " hmac=" + std::string(64, '0') + "\n";
  ASSERT_TRUE(base::write_file_durably(file, forged, base::FileMode::readable));
  EXPECT_EQ(open_to_read().read(ids[0]).error().code, Code::data_loss);
}

}  // namespace
}  // namespace countersign::backup
