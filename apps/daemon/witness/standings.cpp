#include "apps/daemon/witness/standings.h"

#include "apps/alarms.h"
#include "ledger/witness/cosignature_book.h"

#include <string>

namespace countersign::apps {

base::Result<std::vector<api::WitnessStanding>> witness_standings(const Config& config,
                                                                  const base::RegionId& region,
                                                                  const base::LogName& log) {
  std::vector<api::WitnessStanding> out;
  if (config.cosigning.witnesses.empty()) return out;
  TRY_ASSIGN(auto book, witness::CosignatureBook::find(config.region_files(region).folder));
  for (const auto& witness : config.cosigning.witnesses) {
    api::WitnessStanding one{witness.name, std::nullopt, {}};
    if (book) {
      TRY_ASSIGN(const auto last, book->newest(log, witness.key));
      if (last) one.size = last->size;
      if (last) one.time = {last->time * 1'000'000};
    }
    out.push_back(std::move(one));
  }
  return out;
}

base::Result<std::vector<api::StandingAlarm>> standing_alarms(const Config& config,
                                                              const base::LogName& log) {
  std::vector<api::StandingAlarm> out;
  TRY_ASSIGN(const auto all, alarm_book(config).list());
  for (const auto& one : all.alarms) {
    if (one.acknowledged || one.alarm.origin != log.text) continue;
    out.push_back({one.id, std::string(alarm::to_string(one.alarm.kind)), one.alarm.from, one.alarm.time});
  }
  return out;
}

}  // namespace countersign::apps
