#pragma once

#include "ledger/backup/check.h"
#include "ledger/backup/restore.h"
#include "ledger/backup/snapshot.h"
#include "ledger/base/file.h"
#include "tests/support/test_region.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace countersign::testing {

/// A region with a repository for its backups.
class BackupFixture : public ::testing::Test {
 protected:
  static vault::Kek kek(std::uint8_t byte = 3) {
    return vault::Kek(crypto::Secret(std::vector<std::uint8_t>(32, byte)));
  }

  std::filesystem::path repository_folder() const { return dir_ / "repository"; }
  backup::RepositoryIdentity identity() const {
    return {region_.identity().origin, region_.identity().region};
  }
  backup::SmallFilePlaces places() const {
    return {region_.files(), region_.dir() / "registry.json", region_.dir() / "eu-1.erasures",
            region_.dir() / "eu-1.holds"};
  }

  base::Result<backup::Repository> open_to_add() {
    return backup::Repository::open_to_add(repository_folder(), identity(), kek(), crypto::system_entropy());
  }
  backup::Repository open_to_read() {
    const auto key = kek();
    auto opened = backup::Repository::open_to_read(repository_folder(), &key);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }

  base::Result<backup::SnapshotReport> try_back_up(std::uint64_t wal_growth_max = 1u << 30) {
    auto repository = open_to_add();
    if (!repository) return base::fail(repository.error());
    time_.micros += 1'000'000;
    auto report = backup::take_snapshot(*repository, {places(), time_, wal_growth_max, {}});
    if (report) {
      EXPECT_TRUE(repository->prune({}, time_));
    }
    return report;
  }
  backup::SnapshotReport back_up() {
    auto report = try_back_up();
    EXPECT_TRUE(report) << report.error().message;
    return report ? std::move(*report) : backup::SnapshotReport{};
  }

  void append(std::uint64_t first, std::uint64_t end) {
    auto writer = region_.open_writer();
    append(*writer, first, end);
  }
  static void append(store::Writer& writer, std::uint64_t first, std::uint64_t end) {
    for (; first < end; first += 200) {
      std::vector<record::PreparedEvent> batch;
      for (auto n = first; n < std::min(first + 200, end); ++n) batch.push_back(sample_event(n));
      ASSERT_TRUE(TestRegion::append(writer, std::move(batch)));
    }
  }

  /// Restores a snapshot into a new folder; the folder.
  store::RegionFiles restore(const std::string& id) {
    const auto repository = open_to_read();
    const auto manifest = repository.read(id);
    EXPECT_TRUE(manifest) << manifest.error().message;
    store::RegionFiles files{dir_ / ("restored-" + id + std::to_string(restores_++))};
    std::filesystem::create_directory(files.folder);
    const auto done = backup::restore_files(repository, *manifest, files.folder, {});
    EXPECT_TRUE(done) << done.error().message;
    return files;
  }

  bool repository_is_whole() {
    const auto report = backup::check_repository(open_to_read(), {});
    EXPECT_TRUE(report);
    for (const auto& state : report->snapshots) {
      for (const auto& fault : state.faults) last_fault_ = fault;
    }
    return report && report->whole();
  }

  std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) const {
    std::vector<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  std::string bytes_of_repository() const {
    std::string all;
    for (const auto& file : files_below(repository_folder())) all += *base::read_file(file, 1u << 30);
    return all;
  }

  TestRegion region_;
  TempDir dir_;
  base::Timestamp time_{1'767'225'600'000'000};
  std::string last_fault_;
  int restores_ = 0;
};

}  // namespace countersign::testing
