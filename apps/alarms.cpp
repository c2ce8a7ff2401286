#include "apps/alarms.h"

#include "apps/system_events.h"
#include "ledger/tree/checkpoint.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

namespace json = boost::json;

/// `size 12`, or that it is not known.
std::string size_text(const std::string& note) {
  const auto checkpoint = note.empty() ? base::Result<tree::Checkpoint>(base::fail(base::Code::not_found, ""))
                                       : tree::read_checkpoint_body(note);
  return checkpoint ? std::to_string(checkpoint->size) : "unknown";
}

std::string context_of(const alarm::KeptAlarm& kept) {
  const auto& alarm = kept.alarm;
  return fmt::format("alarm={} from={} ours={} theirs={}", kept.id, alarm.from, size_text(alarm.ours),
                     size_text(alarm.theirs));
}

json::object event_of(const alarm::KeptAlarm& kept, const std::string& type, base::Timestamp time) {
  auto event = system_event(fmt::format("{}/{}", type, kept.id), type, time);
  event["action"] = {{"name", alarm::to_string(kept.alarm.kind)},
                     {"resource", kept.alarm.origin},
                     {"context", context_of(kept)}};
  return event;
}

}  // namespace

alarm::AlarmBook alarm_book(const Config& config) { return alarm::AlarmBook(config.data / "alarms"); }

json::object alarm_raised(const alarm::KeptAlarm& kept) {
  return event_of(kept, "alarm.raised", kept.alarm.time);
}

json::object alarm_acknowledged(const alarm::KeptAlarm& kept) {
  auto event = event_of(kept, "alarm.acknowledged", kept.acknowledged->time);
  event["actor"] = {{"id", kept.acknowledged->by}, {"role", "admin"}};
  event["outcome"] = {{"reason", kept.acknowledged->reason}};
  return event;
}

std::vector<base::RegionId> regions_told(const Config& config, const std::string& origin) {
  for (const auto& region : config.regions) {
    if (origin.starts_with(fmt::format("{}/{}/", config.origin, region.value()))) return {region};
  }
  return config.regions;
}

base::Result<void> record_alarm(const Config& config, const alarm::KeptAlarm& kept) {
  for (const auto& region : regions_told(config, kept.alarm.origin)) {
    const auto files = config.region_files(region);
    // Nothing may be left where a file system is not mounted or a region is to be restored.
    std::error_code ignored;
    if (!std::filesystem::exists(files.ledger(), ignored)) continue;
    TRY(leave_in_outbox(files, alarm_raised(kept)));
    if (kept.acknowledged) TRY(leave_in_outbox(files, alarm_acknowledged(kept)));
  }
  return {};
}

json::object alarm_document(const alarm::KeptAlarm& kept, WithProof proof) {
  const auto& alarm = kept.alarm;
  json::object out{{"id", kept.id},
                   {"time", base::format_rfc3339(alarm.time)},
                   {"kind", alarm::to_string(alarm.kind)},
                   {"origin", alarm.origin},
                   {"from", alarm.from},
                   {"what", alarm.what},
                   {"acknowledged", nullptr}};
  if (kept.acknowledged)
    out["acknowledged"] = {{"time", base::format_rfc3339(kept.acknowledged->time)},
                           {"by", kept.acknowledged->by},
                           {"reason", kept.acknowledged->reason}};
  if (proof == WithProof::no) return out;
  out["ours"] = alarm.ours.empty() ? json::value() : json::value(alarm.ours);
  out["theirs"] = alarm.theirs.empty() ? json::value() : json::value(alarm.theirs);
  return out;
}

}  // namespace countersign::apps
