#include "apps/countersign/backup.h"

#include "apps/countersign/command.h"
#include "apps/countersign/progress.h"
#include "apps/keys.h"
#include "apps/region_directories.h"
#include "apps/system_events.h"
#include "ledger/backup/check.h"
#include "ledger/backup/snapshot.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/vault/keys.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

struct Options {
  std::string to, region;
  std::optional<std::uint64_t> keep, keep_days;
};

/// A repository inside of the data folder would go with it.
base::Result<std::filesystem::path> outside_of_data(const Config& config, const std::string& folder) {
  const auto path = std::filesystem::weakly_canonical(std::filesystem::absolute(folder));
  if (lies_in(path, config.data))
    return base::fail(base::Code::invalid_argument,
                      fmt::format("{} is in the data folder and would be lost together with it; choose one "
                                  "outside, best on another machine",
                                  path.string()));
  for (const auto& [region, place] : config.places) {
    if (lies_in(path, place.directory))
      return base::fail(
          base::Code::invalid_argument,
          fmt::format("{} is in the folder of the region {} and would be lost together with it; "
                      "choose one outside, best on another machine",
                      path.string(), region.value()));
  }
  return path;
}

base::Result<backup::Repository> open_to_add(const Config& config, const base::RegionId& region,
                                             const std::filesystem::path& folder,
                                             std::optional<vault::Kek>& kek_read) {
  // No key-encryption key takes over until the repository's key is sealed under the one that is read here.
  TRY_ASSIGN(const auto held, hold_kek(config));
  TRY_ASSIGN(const auto kek, backup_key(config));
  // Else the snapshot would hold a vault that none of its keys opens.
  TRY(vault::open_keys(config.region_files(region).vault(), kek));
  kek_read = kek;
  const backup::KnownKeys known(config.backup_keys());
  return backup::Repository::open_to_add(folder, {config.origin, region}, kek, crypto::system_entropy(),
                                         &known);
}

base::Result<int> back_up(const Context& context, const Options& options) {
  if (options.to.empty())
    return base::fail(base::Code::invalid_argument,
                      "--to is needed: the folder that the backups are kept in");
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region, choose_region(config, options.region));
  TRY_ASSIGN(const auto folder, outside_of_data(config, options.to));
  const auto places = small_file_places(config, region);
  // Before a repository is made: whether there is anything to back up.
  TRY(store::LedgerReader::open(places.region.ledger()));
  backup::SnapshotOptions how;
  TRY_ASSIGN(auto repository, open_to_add(config, region, folder, how.kek));
  Progress progress("backing up");
  how.places = places;
  how.time = base::system_clock()();
  how.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); };
  const auto taken = backup::take_snapshot(repository, how);
  if (!taken) {
    // What was stored for it would only fill the disk.
    static_cast<void>(repository.prune({}, how.time));
    return base::fail(taken.error());
  }
  const auto& report = *taken;
  progress.clear();
  const auto& manifest = report.manifest;
  auto event = system_event("backup-" + manifest.id, "backup.performed", how.time);
  event["action"] = {{"name", "backup"},
                     {"resource", manifest.id},
                     {"context", fmt::format("bytes={} new_bytes={} new_chunks={}", manifest.bytes(),
                                             report.bytes_new, report.chunks_new)}};
  TRY(leave_in_outbox(places.region, event));
  const auto removed = repository.prune({options.keep, options.keep_days}, how.time);
  if (!removed)
    return base::fail(fmt::format("the snapshot {} was made, but nothing was removed", manifest.id),
                      removed.error());
  boost::json::array gone(removed->begin(), removed->end());
  print(context,
        boost::json::object{{"snapshot", manifest.id},
                            {"region", region.value()},
                            {"bytes", manifest.bytes()},
                            {"new_bytes", report.bytes_new},
                            {"new_chunks", report.chunks_new},
                            {"removed", std::move(gone)}},
        fmt::format("Snapshot {} of {}: {}, for which {} were added to {}\n{}", manifest.id, region.value(),
                    shown_bytes(manifest.bytes()), shown_bytes(report.bytes_new), folder.string(),
                    removed->empty() ? std::string()
                                     : fmt::format("Removed by age: {} snapshots\n", removed->size())));
  return 0;
}

/// Records that are signed in a snapshot.
std::uint64_t signed_records(const backup::Manifest& manifest) {
  std::uint64_t sum = 0;
  for (const auto& note : manifest.checkpoints) {
    if (const auto body = tree::read_checkpoint_body(note)) sum += body->size;
  }
  return sum;
}

base::Result<int> list(const Context& context, const std::string& from) {
  TRY_ASSIGN(const auto repository, backup::Repository::open_to_read(from, nullptr));
  TRY_ASSIGN(const auto ids, repository.list());
  boost::json::array snapshots;
  std::string text = fmt::format("{:<24} {:>12} {:>16}\n", "SNAPSHOT", "BYTES", "SIGNED RECORDS");
  for (const auto& id : ids) {
    const auto manifest = repository.read(id);
    if (!manifest) {
      snapshots.push_back({{"snapshot", id}, {"error", manifest.error().message}});
      text += fmt::format("{:<24} {}\n", id, manifest.error().message);
      continue;
    }
    snapshots.push_back({{"snapshot", id},
                         {"time", base::format_rfc3339(manifest->time)},
                         {"bytes", manifest->bytes()},
                         {"signed_records", signed_records(*manifest)},
                         {"program", manifest->program}});
    text +=
        fmt::format("{:<24} {:>12} {:>16}\n", id, shown_bytes(manifest->bytes()), signed_records(*manifest));
  }
  print(context,
        boost::json::object{{"origin", repository.identity().origin},
                            {"region", repository.identity().region.value()},
                            {"snapshots", std::move(snapshots)}},
        text);
  return 0;
}

base::Result<int> check(const Context& context, const std::string& from) {
  // Also where the backups are kept there is something to check, without the appliance's key.
  TRY_ASSIGN(const auto config, load_if_there(context));
  auto kek = config
                 ? backup_key(*config)
                 : base::Result<vault::Kek>(base::fail(base::Code::not_found, "there is no configuration"));
  std::optional<backup::KnownKeys> known;
  if (config) known.emplace(config->backup_keys());
  TRY_ASSIGN(const auto repository,
             backup::Repository::open_to_read(from, kek ? &*kek : nullptr, known ? &*known : nullptr));
  Progress progress("checking");
  TRY_ASSIGN(const auto report, backup::check_repository(repository, [&](std::uint64_t done, std::uint64_t) {
               progress.show(done);
             }));
  progress.clear();
  boost::json::array snapshots;
  std::string text;
  for (const auto& state : report.snapshots) {
    boost::json::array faults(state.faults.begin(), state.faults.end());
    snapshots.push_back(
        {{"snapshot", state.id}, {"whole", state.faults.empty()}, {"faults", std::move(faults)}});
    text += fmt::format("{} {}\n", state.faults.empty() ? "ok  " : "FAIL", state.id);
    for (const auto& fault : state.faults) text += fmt::format("       {}\n", fault);
  }
  if (!report.opened)
    text += "The appliance's key is not at hand: what is sealed was checked by its checksum only.\n";
  text += report.whole()
              ? fmt::format("\nEvery chunk of every snapshot is right: {} chunks.\n", report.chunks)
              : std::string(
                    "\nWhat says FAIL cannot be restored whole. Delete the chunks that are named: the next "
                    "backup "
                    "writes those again that the\nregion still has.\n");
  print(context,
        boost::json::object{{"whole", report.whole()},
                            {"opened", report.opened},
                            {"chunks", report.chunks},
                            {"snapshots", std::move(snapshots)}},
        text);
  return report.whole() ? 0 : exit_code(base::Code::data_loss);
}

}  // namespace

base::Result<vault::Kek> backup_key(const Config& config) {
  return vault::read_key_encryption_key(config.keys.vault);
}

backup::SmallFilePlaces small_file_places(const Config& config, const base::RegionId& region) {
  return {config.region_files(region), config.registry(), config.erasures(region), config.holds(region),
          config.retention()};
}

base::Result<backup::Repository> open_backups(const Config& config, const std::string& folder) {
  TRY_ASSIGN(const auto kek, backup_key(config));
  const backup::KnownKeys known(config.backup_keys());
  return backup::Repository::open_to_read(folder, &kek, &known);
}

std::string shown_bytes(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1000 && unit + 1 < std::size(kUnits); ++unit) value /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

void add_backup(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto from = std::make_shared<std::string>();
  auto* command = add_command(app, "backup",
                              "Add a snapshot of a region to a folder of backups, beside the running daemon",
                              "countersign backup --to /mnt/backups/eu-1 --keep-days 30");
  command->require_subcommand(0, 1);
  command->add_option("--to", options->to,
                      "Folder that the backups of this region are kept in, outside of the data folder");
  command->add_option("--region", options->region, "Region, where the appliance keeps several");
  command->add_option("--keep", options->keep, "Afterwards remove all snapshots but so many of the newest")
      ->check(CLI::Range(1, 1'000'000));
  command
      ->add_option("--keep-days", options->keep_days,
                   "Afterwards remove snapshots that are older, never the newest")
      ->check(CLI::Range(1, 100'000));
  auto* listing = add_command(*command, "list", "List the snapshots in a folder of backups",
                              "countersign backup list --from /mnt/backups/eu-1");
  auto* checking = add_command(*command, "check", "Read every byte of a folder of backups and check it",
                               "countersign backup check --from /mnt/backups/eu-1");
  for (auto* one : {listing, checking})
    one->add_option("--from", *from, "Folder that backups are kept in")->required();
  listing->callback([&context, from] { context.run = [&context, from] { return list(context, *from); }; });
  checking->callback([&context, from] { context.run = [&context, from] { return check(context, *from); }; });
  command->callback([&context, command, options] {
    if (command->get_subcommands().empty())
      context.run = [&context, options] { return back_up(context, *options); };
  });
}

}  // namespace countersign::apps
