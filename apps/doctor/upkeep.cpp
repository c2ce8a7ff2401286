#include "apps/appliance_state.h"
#include "apps/daemon/verifying.h"
#include "apps/doctor/checks.h"
#include "collector/ingest/registry.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"
#include "web/standing/standing_book.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::doctor {
namespace {

using base::Code;

/// Where nobody verifies or backs up by himself, or it is not known how often.
constexpr double kUsualHours = 24, kBackupHours = 7 * 24;
/// A fault where it is as old as so many intervals, a warning at two.
constexpr double kIntervalsFault = 7, kIntervalsWarning = 2;

/// When the first record of a log was received; empty where there is none, or it was retired.
std::optional<base::Timestamp> begin_of(store::LedgerReader& ledger, const base::TenantId& tenant) {
  const auto log = ledger.log(tenant);
  if (!log || log->size == 0) return std::nullopt;
  const auto bytes = ledger.record(*log, base::seq_at(0));
  if (!bytes) return base::Timestamp{};
  const auto record = record::read_record(*bytes);
  return record ? std::optional(record->received) : std::nullopt;
}

Check not_told(const std::string& id, const std::string& what, const base::Error& error) {
  return doubtful(id, fmt::format("{} cannot be told: {}", what, error.message),
                  "the daemon makes the index that tells it; wait for it, or see its log");
}

void check_verification(const Appliance& appliance, const base::RegionId& region, base::Timestamp since,
                        Checks& out) {
  const auto id = "upkeep.verification/" + region.value();
  const auto what = fmt::format("the ledger of {} was verified", region.value());
  const auto files = appliance.config.region_files(region);
  const auto run = appliance.command("verify --data " + apps::shell_word(files.folder.string()));
  const auto last = apps::newest_verification(files);
  if (!last) return out.push_back(not_told(id, "whether " + what, last.error()));
  if (*last && (*last)->result != "intact")
    return out.push_back(wrong(
        id,
        fmt::format("the last verification of {}, on {}, found a fault: {}", region.value(),
                    base::format_rfc3339((*last)->time).substr(0, 10), (*last)->result),
        "see all that is wrong, keep a copy of the files, and put a backup back beside them: docs/backup.md",
        run));
  const auto time = *last ? std::optional((*last)->time) : std::nullopt;
  const bool itself = appliance.config.verify_every_hours > 0;
  out.push_back(judge_age(id, what, time, since, appliance.clock(), appliance.config.verify_every_hours,
                          itself ? "the daemon does it by itself while it runs; do it now" : "do it now",
                          run));
}

void check_controls(const Appliance& appliance, const base::RegionId& region,
                    const ingest::Registry& registry, store::LedgerReader& ledger, Checks& out) {
  const auto hours = appliance.config.test_every_hours;
  if (hours <= 0) return;
  const standing::Book book(appliance.config.region_files(region).folder);
  Checks of_tenants;
  for (const auto& tenant : registry.tenants()) {
    if (tenant.region != region) continue;
    const auto begin = begin_of(ledger, tenant.id);
    // A tenant without records is not tested.
    if (!begin) continue;
    const auto id = fmt::format("upkeep.controls/{}/{}", region.value(), tenant.id.value());
    const auto what = fmt::format("the controls of {} were tested", tenant.id.value());
    const auto newest = book.newest(tenant.id);
    if (!newest) {
      of_tenants.push_back(
          doubtful(id, fmt::format("whether {} cannot be told: {}", what, newest.error().message),
                   "the next test writes the file anew"));
      continue;
    }
    const auto last = *newest ? std::optional((*newest)->time) : std::nullopt;
    auto check = judge_age(id, what, last, *begin, appliance.clock(), hours,
                           "the daemon does it by itself while it runs, and its log says what failed",
                           appliance.running ? std::string() : appliance.start());
    if (check.state != State::ok) of_tenants.push_back(std::move(check));
  }
  if (of_tenants.empty())
    of_tenants.push_back(
        well("upkeep.controls/" + region.value(),
             fmt::format("the controls of every tenant of {} were tested in time", region.value())));
  append(out, std::move(of_tenants));
}

void check_backup(const Appliance& appliance, const base::RegionId& region, base::Timestamp since,
                  Checks& out) {
  const auto id = "upkeep.backup/" + region.value();
  const auto what = fmt::format("a backup of {} was made", region.value());
  const auto last = apps::last_backup(appliance.config.region_files(region));
  if (!last) return out.push_back(not_told(id, "when " + what, last.error()));
  auto check = judge_age(id, what, *last, since, appliance.clock(), kBackupHours,
                         "make one, into a folder on another machine or disk, and have it made each day: "
                         "docs/backup.md",
                         appliance.command(fmt::format("backup --region {} --to FOLDER", region.value())));
  // What is lost with the disk is not lost yet.
  if (check.state == State::fault) check.state = State::warning;
  out.push_back(std::move(check));
}

}  // namespace

Check judge_age(const std::string& id, const std::string& what, std::optional<base::Timestamp> last,
                base::Timestamp since, base::Timestamp now, double interval_hours, const std::string& mend,
                const std::string& run) {
  const auto interval = (interval_hours > 0 ? interval_hours : kUsualHours) * static_cast<double>(kHour);
  const auto age = now.micros - last.value_or(since).micros;
  const auto text = last ? fmt::format("{} {} ago", what, spell_duration(std::max<std::int64_t>(age, 0)))
                         : fmt::format("nothing says that {}", what);
  if (static_cast<double>(age) > kIntervalsFault * interval) return wrong(id, text, mend, run);
  if (static_cast<double>(age) > kIntervalsWarning * interval) return doubtful(id, text, mend, run);
  return well(id, last ? text : fmt::format("{}, and it need not be yet", text));
}

Checks check_upkeep(const Appliance& appliance) {
  Checks out;
  const auto registry = ingest::Registry::load(appliance.config.registry());
  for (const auto& region : appliance.config.regions) {
    auto ledger = store::LedgerReader::open(appliance.config.region_files(region).ledger());
    // That it cannot be read is said elsewhere.
    if (!ledger) continue;
    const auto since = begin_of(*ledger, base::TenantId(std::string(base::kSystemTenant)));
    if (!since) continue;
    check_verification(appliance, region, *since, out);
    if (registry) check_controls(appliance, region, *registry, *ledger, out);
    check_backup(appliance, region, *since, out);
  }
  return out;
}

}  // namespace countersign::doctor
