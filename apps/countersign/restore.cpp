#include "ledger/backup/restore.h"

#include "apps/countersign/backup.h"
#include "apps/countersign/command.h"
#include "apps/countersign/progress.h"
#include "apps/countersign/restore_report.h"
#include "apps/countersign/restore_settings.h"
#include "apps/countersign/restore_witnesses.h"
#include "apps/daemon/witness/expected_logs.h"
#include "apps/keys.h"
#include "apps/region_directories.h"
#include "apps/system_events.h"
#include "ledger/backup/check.h"
#include "ledger/backup/place.h"
#include "ledger/base/file.h"
#include "ledger/projection/index.h"
#include "ledger/store/verify_ledger.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

constexpr std::uint64_t kCheckpointBytesMax = 1 << 20;

struct Options {
  std::string from, snapshot, region;
  std::vector<std::string> checkpoints, witness_checkpoints;
  bool verify = false;
  bool replace_settings = false;
};

/// One restore: what its steps share.
class Restore {
 public:
  Restore(const Config& config, base::RegionId region, const Options& options, backup::Repository repository,
          backup::Manifest manifest, backup::Place place)
      : config_(config),
        region_(std::move(region)),
        options_(options),
        repository_(std::move(repository)),
        manifest_(std::move(manifest)),
        place_(std::move(place)),
        staged_{place_.staging()} {}

  base::Result<RestoreReport> run() {
    report_.snapshot = manifest_.id;
    report_.time = manifest_.time;
    report_.region = region_.value();
    report_.bytes = manifest_.bytes();
    TRY_ASSIGN(small_files_, backup::read_small_files(repository_, manifest_));
    TRY(remember_erasures());
    TRY(restore_files());
    TRY(check_identity());
    // No key-encryption key takes over until everything stands under the one that is read here.
    TRY(base::make_folders_durably(config_.data));
    TRY_ASSIGN(const auto held, hold_kek(config_));
    TRY_ASSIGN(auto kek, backup_key(config_));
    TRY_ASSIGN(const auto of_then, backup::key_encryption_keys(small_files_));
    kek = kek.with(of_then);
    TRY_ASSIGN(report_.values_erased, backup::replay_erasures(staged_.vault(), kek, erasures_));
    TRY(compare());
    if (options_.verify) TRY(verify(kek));
    TRY(rebuild_index());
    TRY(put_small_files(kek));
    TRY(note_the_restore());
    TRY(place_.publish());
    return std::move(report_);
  }

 private:
  /// What was ever erased, as far as the memory beside the heads or any snapshot knows, is remembered from
  /// here on, whatever becomes of this restore.
  base::Result<void> remember_erasures() {
    TRY_ASSIGN(const auto known, backup::all_erasures(repository_));
    TRY(base::make_folders_durably(config_.heads));
    TRY(backup::add_files(known, config_.erasures(region_)));
    TRY_ASSIGN(erasures_, privacy::Erasures(config_.erasures(region_)).list());
    report_.erasures = erasures_.size();
    return {};
  }

  base::Result<void> restore_files() {
    TRY_ASSIGN(const auto free, base::free_bytes(place_.staging()));
    if (free < manifest_.bytes())
      return base::fail(base::Code::resource_exhausted,
                        fmt::format("{} are needed in {}, {} are free", shown_bytes(manifest_.bytes()),
                                    place_.staging().parent_path().string(), shown_bytes(free)));
    Progress progress("restoring");
    auto done =
        backup::restore_files(repository_, manifest_, place_.staging(),
                              [&](std::uint64_t bytes, std::uint64_t total) { progress.show(bytes, total); });
    progress.clear();
    if (done || done.error().code != base::Code::data_loss) return done;
    const auto other = backup::another_whole_snapshot(repository_, manifest_.id);
    return base::fail(done.error().code,
                      fmt::format("{}. {}. Nothing was restored", done.error().message,
                                  other.empty() ? "No other snapshot in this folder is whole"
                                                : fmt::format("The snapshot {} is whole: restore it with "
                                                              "--snapshot {}",
                                                              other, other)));
  }

  base::Result<void> check_identity() {
    TRY_ASSIGN(const auto reader, store::LedgerReader::open(staged_.ledger()));
    const auto& identity = reader.identity();
    if (identity.origin != config_.origin || identity.region != region_)
      return base::fail(base::Code::data_loss, fmt::format("the snapshot holds the ledger of {}/{}",
                                                           identity.origin, identity.region.value()));
    return {};
  }

  base::Result<void> compare() {
    std::error_code ignored;
    report_.has_head_memory = std::filesystem::exists(config_.head_memory(region_), ignored);
    TRY_ASSIGN(auto heads, store::HeadMemory::open(config_.head_memory(region_)));
    report_.compared =
        report_.has_head_memory || !options_.checkpoints.empty() || !options_.witness_checkpoints.empty();
    std::vector<backup::KeptCheckpoint> checkpoints;
    for (const auto& file : options_.checkpoints) {
      TRY_ASSIGN(auto note, base::read_file(file, kCheckpointBytesMax));
      checkpoints.push_back({std::move(note), "a checkpoint"});
    }
    for (const auto& place : options_.witness_checkpoints) {
      TRY_ASSIGN(auto note, read_or_fetch(place));
      checkpoints.push_back({std::move(note), "a witness"});
    }
    TRY(ask_witnesses(heads, checkpoints));
    TRY_ASSIGN(const auto ids, repository_.list());
    for (const auto& id : ids) {
      if (id <= manifest_.id) continue;
      const auto newer = repository_.read(id);
      if (!newer) continue;
      // Its seal was checked with the repository's key.
      for (const auto& note : newer->checkpoints) checkpoints.push_back({note, "a newer snapshot", true});
    }
    TRY_ASSIGN(auto reader, store::LedgerReader::open(staged_.ledger()));
    const auto key = read_log_key(config_.keys.log, "keys.log");
    const auto* younger = key ? &(*key)->public_key() : nullptr;
    TRY_ASSIGN(report_.logs, backup::compare(reader, heads, checkpoints, younger));
    TRY(learn(heads));
    // What is only said has no root, so it is nothing to remember.
    add_words(words_, report_.logs);
    return {};
  }

  /// Those of the configuration; one that does not answer hinders nothing, and is named. A tenant that came
  /// after the snapshot is known from the registry that is here, one whose first record did from either.
  base::Result<void> ask_witnesses(const store::HeadMemory& heads,
                                   std::vector<backup::KeptCheckpoint>& checkpoints) {
    TRY_ASSIGN(auto reader, store::LedgerReader::open(staged_.ledger()));
    std::vector<ingest::Registry> registries;
    TRY_ASSIGN(registries.emplace_back(), registry_if_there(config_.registry()));
    if (!small_files_.registry.empty()) {
      TRY_ASSIGN(registries.emplace_back(), ingest::Registry::parse(small_files_.registry));
    }
    TRY_ASSIGN(auto heard, hear_witnesses(config_, reader, registries, heads));
    for (auto& one : heard.checkpoints) checkpoints.push_back(std::move(one));
    words_ = std::move(heard.words);
    report_.witnesses = std::move(heard.witnesses);
    const bool answered = std::any_of(report_.witnesses.begin(), report_.witnesses.end(),
                                      [](const auto& one) { return one.error.empty() && one.logs > 0; });
    report_.compared = report_.compared || answered;
    return {};
  }

  /// What is known to have been signed from here on belongs in the head memory, so that the daemon never
  /// signs another history for it. It is only ever added to, by notes that the log's own key has signed.
  base::Result<void> learn(store::HeadMemory& heads) const {
    std::vector<std::pair<base::LogName, store::SignedHead>> learned;
    for (const auto& log : report_.logs) {
      const auto* known = heads.find(log.log);
      if (log.signed_elsewhere > (known != nullptr ? known->size : 0))
        learned.emplace_back(log.log, store::SignedHead{log.signed_elsewhere, log.signed_root});
    }
    return learned.empty() ? base::Result<void>() : heads.remember(learned);
  }

  base::Result<void> verify(const vault::Kek& kek) {
    TRY_ASSIGN(const auto keys, read_log_keys(config_));
    const auto& trusted = keys.log->public_key();
    TRY_ASSIGN(const auto reader, store::LedgerReader::open(staged_.ledger()));
    TRY_ASSIGN(const auto chain, key_chain_of(reader.identity()));
    store::VerifyLedgerOptions how;
    // A snapshot from before the log's key was rotated does not know it; the key-encryption key vouches for
    // it.
    if (chain.has_log_key(trusted)) how.log_key = &trusted;
    how.known_checkpoints = manifest_.checkpoints;
    Progress progress("verifying records");
    TRY_ASSIGN(const auto ledger,
               store::verify_ledger(staged_.ledger(), how, [&](std::uint64_t done) { progress.show(done); }));
    progress.clear();
    if (!ledger.faults.empty()) {
      std::string faults;
      for (const auto& fault : ledger.faults)
        faults += fmt::format("\n  {} {}: {}", fault.log, fault.seq, fault.what);
      return base::fail(base::Code::data_loss,
                        fmt::format("the ledger in the snapshot {} does not verify, so nothing was restored; "
                                    "without --verify it is put in place as it is:{}",
                                    manifest_.id, faults));
    }
    TRY_ASSIGN(const auto vault_keys, vault::open_keys(staged_.vault(), kek));
    TRY_ASSIGN(report_.tokens, backup::count_tokens(staged_, vault_keys, erasures_));
    report_.verified = true;
    return {};
  }

  base::Result<void> rebuild_index() {
    TRY_ASSIGN(auto reader, store::LedgerReader::open(staged_.ledger()));
    TRY_ASSIGN(auto index, projection::Index::open(staged_.index()));
    Progress progress("indexing");
    for (;;) {
      TRY_ASSIGN(const auto taken, index.advance(reader, 5'000));
      if (taken == 0) return {};
      report_.records += taken;
      progress.show(report_.records);
    }
  }

  base::Result<void> put_small_files(const vault::Kek& kek) {
    TRY(base::make_folders_durably(staged_.bundles()));
    TRY(backup::add_files(small_files_.orders, staged_.folder / "orders"));
    TRY(backup::add_files(small_files_.outbox, staged_.folder / "outbox"));
    std::error_code ignored;
    if (!std::filesystem::exists(config_.holds(region_), ignored))
      TRY(backup::add_files(small_files_.holds, config_.holds(region_)));
    TRY_ASSIGN(report_.settings,
               put_settings(config_, small_files_, manifest_.id, kek, options_.replace_settings));
    return {};
  }

  base::Result<void> note_the_restore() {
    auto event = system_event_now("backup.restored");
    event["action"] = {
        {"name", "restore"},
        {"resource", manifest_.id},
        {"context",
         fmt::format("bytes={} erasures={} values_erased={} rolled_back={} verified={}{}", report_.bytes,
                     report_.erasures, report_.values_erased, report_.rolled_back(), report_.verified,
                     report_.settings.replaced ? " settings_replaced=true" : "")}};
    return leave_in_outbox(staged_, event);
  }

  const Config& config_;
  const base::RegionId region_;
  const Options& options_;
  const backup::Repository repository_;
  const backup::Manifest manifest_;
  backup::Place place_;
  const store::RegionFiles staged_;
  backup::SmallFiles small_files_;
  std::vector<privacy::Erasure> erasures_;
  std::vector<WitnessWord> words_;
  RestoreReport report_;
};

base::Result<int> restore(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region, choose_region(config, options.region));
  TRY_ASSIGN(auto repository, open_backups(config, options.from));
  if (repository.identity() != backup::RepositoryIdentity{config.origin, region})
    return base::fail(
        base::Code::failed_precondition,
        fmt::format("{} holds backups of {}/{}, not of {}/{}", options.from, repository.identity().origin,
                    repository.identity().region.value(), config.origin, region.value()));
  auto id = options.snapshot;
  if (id.empty()) {
    TRY_ASSIGN(const auto ids, repository.list());
    if (ids.empty())
      return base::fail(base::Code::not_found, fmt::format("there is no snapshot in {}", options.from));
    id = ids.back();
  }
  TRY_ASSIGN(auto manifest, repository.read(id));
  TRY(check_file_system(config, region));
  TRY_ASSIGN(auto place, backup::Place::take(config.region_files(region).folder));
  Restore run(config, region, options, std::move(repository), std::move(manifest), std::move(place));
  TRY_ASSIGN(const auto report, run.run());
  print(context, report.to_json(), report.to_text());
  return report.exit_code();
}

}  // namespace

void add_restore(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(app, "restore", "Put a region back from a folder of backups; countersignd must be stopped",
                  "countersign restore --from /mnt/backups/eu-1 --verify  (exit 0 level with what "
                  "was signed, 21 restored but older than that)");
  command->add_option("--from", options->from, "Folder that the backups of the region are kept in")
      ->required();
  command->add_option("--snapshot", options->snapshot,
                      "Which one: an id that `backup list` shows (the newest)");
  command->add_option("--region", options->region, "Region, where the appliance keeps several");
  command
      ->add_option("--checkpoint", options->checkpoints,
                   "File with a checkpoint kept elsewhere, to compare with; may be given again")
      ->check(CLI::ExistingFile);
  command->add_option(
      "--witness-checkpoint", options->witness_checkpoints,
      "What a witness has cosigned last of a log, a file or its address, to compare with; may "
      "be given again. The witnesses of the configuration are asked in any case");
  command->add_flag("--verify", options->verify,
                    "Verify the ledger and open every value before anything is put in place");
  command->add_flag("--replace-settings", options->replace_settings,
                    "Put the snapshot's sources, tenants, operators and rules of retention in place of those "
                    "that are here, which are kept beside as *.before-SNAPSHOT");
  command->callback(
      [&context, options] { context.run = [&context, options] { return restore(context, *options); }; });
}

}  // namespace countersign::apps
