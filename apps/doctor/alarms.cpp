#include "apps/alarms.h"

#include "apps/doctor/checks.h"

#include <fmt/format.h>

namespace countersign::doctor {

Checks check_alarms(const Appliance& appliance) {
  const auto kept = apps::alarm_book(appliance.config).list();
  if (!kept)
    return {wrong(
        "alarm.readable", fmt::format("the alarms cannot be read: {}", kept.error().message),
        "they are proof: give the folder `alarms` of data to the daemon's user, or put back a copy of it")};
  Checks out;
  for (const auto& why : kept->damaged)
    out.push_back(wrong("alarm.readable", why,
                        "it is proof: put back a copy of its files, or move the folder away and keep it"));
  for (const auto& one : kept->alarms) {
    if (one.acknowledged) continue;
    out.push_back(wrong("alarm.open/" + one.id,
                        fmt::format("{} of {}, shown by {}: {}", alarm::to_string(one.alarm.kind),
                                    one.alarm.origin, one.alarm.from, one.alarm.what),
                        "look at both checkpoints, which are the proof, and find out who signed them "
                        "(docs/transparency.md); then acknowledge it",
                        appliance.command("alarm show " + one.id)));
  }
  if (out.empty())
    out.push_back(well("alarm.open", "no log was seen in two states that contradict each other"));
  return out;
}

}  // namespace countersign::doctor
