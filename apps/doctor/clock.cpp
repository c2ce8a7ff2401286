#include "apps/doctor/checks.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>

#include <sys/timex.h>

#include <algorithm>

namespace countersign::doctor {
namespace {

/// Between reading a time and the clock; a daemon may write meanwhile.
constexpr std::int64_t kTolerance = 2 * kSecond;

/// The newest time that a ledger knows: of a record, or of a checkpoint. Empty where it knows none.
base::Result<std::optional<base::Timestamp>> newest_time(const store::RegionFiles& files) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
  TRY_ASSIGN(const auto logs, ledger.logs());
  std::optional<base::Timestamp> newest;
  for (const auto& log : logs) {
    if (log.size == 0) continue;
    TRY_ASSIGN(const auto received, ledger.last_received(log));
    newest = std::max(newest.value_or(received), received);
    TRY_ASSIGN(const auto checkpoint, ledger.newest_checkpoint(log));
    if (checkpoint) newest = std::max(*newest, base::Timestamp{checkpoint->time * kSecond});
  }
  return newest;
}

std::string synchronise(const Appliance& appliance) { return appliance.by_root("timedatectl set-ntp true"); }

Check check_ntp(const Appliance& appliance) {
  struct timex state {};
  const int clock = ::adjtimex(&state);
  if (clock != TIME_ERROR && clock != -1)
    return well("clock.ntp", "the kernel says that the clock is synchronised");
  return doubtful("clock.ntp",
                  clock == -1 ? "the kernel does not say whether the clock is synchronised"
                              : "the kernel says that nothing keeps the clock synchronised (NTP)",
                  "times are evidence: run chrony or systemd-timesyncd", synchronise(appliance));
}

}  // namespace

Check judge_clock(const Appliance& appliance, const std::string& id, base::Timestamp newest,
                  base::Timestamp now) {
  if (now.micros + kTolerance >= newest.micros)
    return well(id, "the clock is not behind the newest record and checkpoint");
  return wrong(
      id,
      fmt::format("the clock is {} behind the newest record or checkpoint, of {}: it was set back, or "
                  "was wrong then",
                  spell_duration(newest.micros - now.micros),
                  base::format_rfc3339(newest).substr(0, 19) + "Z"),
      "set the clock right before more is recorded; times of receipt stand still until then",
      synchronise(appliance));
}

Checks check_clock(const Appliance& appliance) {
  Checks out;
  for (const auto& region : appliance.config.regions) {
    const auto newest = newest_time(appliance.config.region_files(region));
    if (newest && *newest)
      out.push_back(judge_clock(appliance, "clock.records/" + region.value(), **newest, appliance.clock()));
  }
  out.push_back(check_ntp(appliance));
  return out;
}

}  // namespace countersign::doctor
