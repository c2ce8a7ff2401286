#include "apps/daemon/alarms.h"

#include "apps/alarms.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace countersign::apps {

Alarms::Alarms(const Config& config, base::Metrics& metrics)
    : config_(config), metrics_(metrics), book_(alarm_book(config)) {
  const auto known = book_.list();
  if (!known) {
    spdlog::critical("the alarms cannot be read: {}", known.error().message);
  } else {
    for (const auto& one : known->alarms) {
      // A crash may have come before; what is there already is not recorded again.
      if (const auto left = record_alarm(config_, one); !left)
        spdlog::error("the alarm {} is not in the system log yet: {}", one.id, left.error().message);
      if (!one.acknowledged)
        spdlog::critical("the alarm {} stands: {}; see: countersign alarm show {}", one.id, one.alarm.what,
                         one.id);
    }
    for (const auto& why : known->damaged) spdlog::critical("{}", why);
  }
  look();
}

void Alarms::raise(const alarm::Alarm& alarm) {
  {
    const std::lock_guard lock(mutex_);
    const auto id = book_.raise(alarm);
    if (!id) return spdlog::critical("an alarm cannot be kept ({}): {}", id.error().message, alarm.what);
    if (!*id) return;
    spdlog::critical("alarm {} ({}), shown by {}: {}; see: countersign alarm show {}", **id,
                     alarm::to_string(alarm.kind), alarm.from, alarm.what, **id);
    if (const auto left = record_alarm(config_, {**id, alarm, {}}); !left)
      spdlog::error("the alarm {} is not in the system log yet: {}", **id, left.error().message);
  }
  look();
}

void Alarms::look() {
  const auto known = book_.list();
  const auto set = [&](std::string_view kind, std::int64_t number) {
    metrics_
        .get("countersign_alarms",
             "Alarms that nobody has acknowledged; of kind unreadable: that are damaged",
             base::MetricType::gauge, {{"kind", std::string(kind)}})
        .set(number);
  };
  // Nobody knows what an alarm that cannot be read says: it is one.
  set("unreadable", known ? static_cast<std::int64_t>(known->damaged.size()) : 1);
  if (!known) return;
  for (const auto kind : {alarm::Kind::split_view, alarm::Kind::rollback})
    set(alarm::to_string(kind), std::ranges::count_if(known->alarms, [&](const auto& one) {
          return one.alarm.kind == kind && !one.acknowledged;
        }));
}

}  // namespace countersign::apps
