// How long a backup takes beside a plain copy of the same files to the same disk, and how much each adds to
// the repository. Usage: backup_bench [EVENTS].

#include "ledger/backup/restore.h"
#include "ledger/backup/snapshot.h"
#include "ledger/base/file.h"
#include "tests/bench/measure.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>

#include <fcntl.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

namespace {

using namespace countersign;
using bench::must;
using bench::seconds_since;

void append(testing::TestRegion& region, std::uint64_t first, std::uint64_t end) {
  auto writer = region.open_writer();
  for (; first < end; first += 2'000) {
    std::vector<record::PreparedEvent> batch;
    for (auto n = first; n < std::min(first + 2'000, end); ++n) batch.push_back(testing::sample_event(n));
    if (!testing::TestRegion::append(*writer, std::move(batch))) std::abort();
  }
}

double copy_plainly(const testing::TestRegion& region, const std::filesystem::path& to) {
  const auto begun = std::chrono::steady_clock::now();
  std::filesystem::create_directories(to);
  for (const auto& file : {region.files().ledger(), region.files().vault()}) {
    std::filesystem::copy_file(file, to / file.filename());
    must(must(base::OpenFile::open(to / file.filename(), O_RDONLY)).sync());
  }
  return seconds_since(begun);
}

}  // namespace

int main(int count, char** arguments) {
  const std::uint64_t events = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1'000'000;
  testing::TestRegion region;
  const testing::TempDir dir;
  const vault::Kek kek(crypto::Secret(std::vector<std::uint8_t>(32, 3)));
  append(region, 0, events);
  const auto copy_s = copy_plainly(region, dir / "plain");
  auto time = base::system_clock()();
  std::string newest;
  fmt::print("{:34}{:>10}{:>16}{:>16}\n{:34}{:>10.2f}\n", "", "s", "of the copy's", "new, MB",
             "plain copy, fsync", copy_s);
  const auto back_up = [&](std::string_view what) {
    time.micros += 1'000'000;
    const auto begun = std::chrono::steady_clock::now();
    auto repository = must(backup::Repository::open_to_add(
        dir / "repository", {region.identity().origin, region.identity().region}, kek,
        crypto::system_entropy()));
    backup::SnapshotOptions how;
    how.places.region = region.files();
    how.places.erasures = dir / "none";
    how.places.holds = dir / "none";
    how.places.registry = dir / "none";
    how.time = time;
    const auto report = must(backup::take_snapshot(repository, how));
    const auto took = seconds_since(begun);
    newest = report.manifest.id;
    fmt::print("{:34}{:>10.2f}{:>16.2f}{:>16.1f}   of {:.1f}\n", what, took, took / copy_s,
               static_cast<double>(report.bytes_new) / 1e6,
               static_cast<double>(report.manifest.bytes()) / 1e6);
  };
  back_up("first backup");
  back_up("again, nothing changed");
  append(region, events, events + events / 1'000);
  back_up("0.1 % more records");
  append(region, events + events / 1'000, events + events / 100);
  back_up("1 % more records");
  const auto repository = must(backup::Repository::open_to_read(dir / "repository", &kek));
  std::filesystem::create_directory(dir / "restored");
  const auto begun = std::chrono::steady_clock::now();
  must(backup::restore_files(repository, must(repository.read(newest)), dir / "restored", {}));
  const auto took = seconds_since(begun);
  fmt::print("{:34}{:>10.2f}{:>16.2f}\n", "restored, every chunk checked", took, took / copy_s);
}
