#include "apps/doctor/checks.h"
#include "ledger/record/record.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/head_memory.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/tree/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace countersign::doctor {
namespace {

using base::Code;

/// How long records may wait for a checkpoint beyond the interval while a daemon runs.
constexpr std::int64_t kPatience = 60 * kSecond;
constexpr std::size_t kLogsTold = 3;

const char* const kAfterRollback =
    "do not start it: put the newest backup back, or read docs/backup.md on what a rollback is";

Check not_readable(const Appliance& appliance, const base::RegionId& region, const std::string& id,
                   const base::Error& error) {
  const auto folder = appliance.config.region_files(region).folder;
  if (error.code == Code::not_found)
    return wrong(
        id, fmt::format("the region {} has no ledger in {}", region.value(), folder.string()),
        "mount its file system, or put a backup back (docs/backup.md); a region that is new is made by "
        "the command",
        appliance.command("region init " + region.value()));
  return wrong(id, fmt::format("the ledger of {} cannot be read: {}", region.value(), error.message),
               "put the newest backup back, on another disk: docs/backup.md");
}

/// What was signed for a log and is not here any more; empty where all of it is.
base::Result<std::string> missing_of(store::LedgerReader& ledger, const std::vector<store::LogHead>& logs,
                                     const base::LogName& name, const store::SignedHead& head) {
  const auto log = std::find_if(logs.begin(), logs.end(), [&](const auto& one) { return one.name == name; });
  const auto here = log == logs.end() ? 0 : log->size;
  if (here < head.size)
    return fmt::format("{} records of {} were signed, {} are here", head.size, name.text, here);
  if (head.size == 0) return std::string();
  TRY_ASSIGN(const auto row, ledger.checkpoint_covering(*log, head.size));
  if (!row || row->size != head.size) return std::string();
  TRY_ASSIGN(const auto body, tree::read_checkpoint_body(row->note));
  if (body.root == head.root) return std::string();
  return fmt::format("the first {} records of {} are others than were signed", head.size, name.text);
}

/// The same of all logs.
base::Result<std::string> rolled_back(store::LedgerReader& ledger, const store::HeadMemory& heads) {
  TRY_ASSIGN(const auto logs, ledger.logs());
  std::string out;
  std::size_t told = 0;
  for (const auto& [name, head] : heads.heads()) {
    TRY_ASSIGN(const auto missing, missing_of(ledger, logs, name, head));
    if (!missing.empty() && ++told <= kLogsTold) out += (out.empty() ? "" : "; ") + missing;
  }
  if (told > kLogsTold) out += fmt::format("; and {} logs more", told - kLogsTold);
  return out;
}

Check check_heads(const Appliance& appliance, const base::RegionId& region, store::LedgerReader& ledger,
                  const base::Result<store::HeadMemory>& heads) {
  const auto id = "ledger.heads/" + region.value();
  const auto file = appliance.config.head_memory(region);
  if (!heads)
    return wrong(id, heads.error().message,
                 fmt::format("put back a copy of {} that is as new as the ledger", file.string()));
  const auto wrongs = rolled_back(ledger, *heads);
  if (!wrongs)
    return wrong(id, wrongs.error().message, "verify the ledger: it is damaged",
                 appliance.command("verify --data " +
                                   apps::shell_word(appliance.config.region_files(region).folder.string())));
  if (!wrongs->empty())
    return wrong(id, fmt::format("the ledger of {} is an older copy: {}", region.value(), *wrongs),
                 kAfterRollback);
  if (heads->heads().empty()) {
    const auto logs = ledger.logs();
    const bool has_records =
        logs && std::any_of(logs->begin(), logs->end(), [](const auto& one) { return one.size > 0; });
    if (has_records)
      return doubtful(
          id,
          fmt::format("{} remembers nothing of what was signed, so an older copy of the ledger could "
                      "not be told",
                      file.string()),
          "put back the copy of it; else hold the logs against a checkpoint that somebody kept "
          "(docs/backup.md)");
  }
  return well(id, fmt::format("the ledger of {} has all that was signed", region.value()));
}

/// How long the oldest record that no checkpoint covers has waited; empty where all are covered.
base::Result<std::optional<std::int64_t>> waits_for_checkpoint(store::LedgerReader& ledger,
                                                               base::Timestamp now) {
  TRY_ASSIGN(const auto logs, ledger.logs());
  std::optional<std::int64_t> longest;
  for (const auto& log : logs) {
    TRY_ASSIGN(const auto newest, ledger.newest_checkpoint(log));
    const auto covered = newest ? newest->size : 0;
    if (covered >= log.size) continue;
    TRY_ASSIGN(const auto bytes, ledger.record(log, base::seq_at(covered)));
    TRY_ASSIGN(const auto record, record::read_record(bytes));
    longest = std::max(longest.value_or(0), now.micros - record.received.micros);
  }
  return longest;
}

Check check_checkpoint(const Appliance& appliance, const base::RegionId& region,
                       store::LedgerReader& ledger) {
  const auto id = "ledger.checkpoint/" + region.value();
  const auto waits = waits_for_checkpoint(ledger, appliance.clock());
  if (!waits)
    return wrong(id,
                 fmt::format("the ledger of {} cannot be read: {}", region.value(), waits.error().message),
                 "verify the ledger: it is damaged",
                 appliance.command("verify --data " +
                                   apps::shell_word(appliance.config.region_files(region).folder.string())));
  const auto bound = kPatience + static_cast<std::int64_t>(appliance.config.limits.checkpoint_interval_ms) *
                                     (kSecond / 1'000);
  if (!*waits || (appliance.running && **waits < bound))
    return well(id, fmt::format("every record of {} is, or will at once be, covered by a checkpoint",
                                region.value()));
  const auto what = fmt::format("records of {} have waited for a checkpoint for {}", region.value(),
                                spell_duration(**waits));
  if (!appliance.running)
    return doubtful(id, what, "the daemon signs them when it starts", appliance.start());
  return wrong(id, what, "its log says why it does not sign; start it again", appliance.restart());
}

void check_ledger(const Appliance& appliance, const base::RegionId& region, Checks& out) {
  const auto& config = appliance.config;
  const auto id = "ledger.readable/" + region.value();
  // Before the ledger: what is signed meanwhile is longer than what is remembered, and extends it.
  const auto heads = store::HeadMemory::open(config.head_memory(region));
  auto ledger = store::LedgerReader::open(config.region_files(region).ledger());
  if (!ledger) {
    out.push_back(not_readable(appliance, region, id, ledger.error()));
    return;
  }
  const auto& identity = ledger->identity();
  if (identity.origin != config.origin || identity.region != region) {
    out.push_back(wrong(
        id,
        fmt::format("{} is the ledger of {}/{}, not of {}/{}", config.region_files(region).ledger().string(),
                    identity.origin, identity.region.value(), config.origin, region.value()),
        "put the ledger that belongs here in its place, or the origin and region that it is of "
        "into the configuration"));
    return;
  }
  const auto logs = ledger->logs();
  if (!logs) {
    out.push_back(not_readable(appliance, region, id, logs.error()));
    return;
  }
  std::uint64_t records = 0;
  for (const auto& log : *logs) records += log.size;
  out.push_back(well(id, fmt::format("the ledger of {} can be read: {} logs, {} records", region.value(),
                                     logs->size(), records)));
  out.push_back(check_heads(appliance, region, *ledger, heads));
  out.push_back(check_checkpoint(appliance, region, *ledger));
}

/// Whether it is a version in which two connections that move one WAL can lose commits. Here only one does.
bool has_wal_reset_bug(std::string_view version) {
  constexpr int kSince[] = {3, 51, 3};
  for (const int since : kSince) {
    int number = 0;
    const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), number);
    if (error != std::errc() || number != since) return number < since;
    version.remove_prefix(static_cast<std::size_t>(end - version.data()));
    if (!version.empty()) version.remove_prefix(1);
  }
  return false;
}

Check check_library() {
  const auto version = sqlite::library_version();
  return well(
      "ledger.sqlite",
      fmt::format("SQLite {}: nothing but countersignd may write to its files, so do not open them with "
                  "other programs{}",
                  version,
                  has_wal_reset_bug(version)
                      ? " (before 3.51.3 two writers of one WAL can lose what was committed)"
                      : ""));
}

}  // namespace

Checks check_ledgers(const Appliance& appliance) {
  Checks out;
  for (const auto& region : appliance.config.regions) check_ledger(appliance, region, out);
  out.push_back(check_library());
  return out;
}

}  // namespace countersign::doctor
