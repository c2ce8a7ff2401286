#include "apps/daemon/silence.h"

#include "apps/daemon/logging.h"
#include "apps/system_events.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {

std::vector<SilenceChange> SilenceWatch::look(const ingest::Registry& registry,
                                              const ingest::SourceBook& book, base::Timestamp now) {
  const auto gauge = [this](const std::string& name) -> base::Metric& {
    return metrics_.get("countersign_source_silent",
                        "1 while a source has been silent for longer than its interval",
                        base::MetricType::gauge, {{"source", name}});
  };
  std::vector<SilenceChange> changes;
  for (const auto& source : registry.sources()) {
    const auto& name = source.name.value();
    if (source.silent_after_s == 0 || source.revoked) {
      if (silent_.erase(name) > 0) gauge(name).set(0);
      continue;
    }
    const auto since = book.last_heard(name).value_or(source.created);
    const auto waited_us = now.micros - std::max(since, started_).micros;
    const bool silent = waited_us > source.silent_after_s * 1'000'000;
    gauge(name).set(silent ? 1 : 0);
    if (silent == silent_.contains(name)) continue;
    silent ? void(silent_.insert(name)) : void(silent_.erase(name));
    changes.push_back({source.name, source.tenants, silent, since, now, source.silent_after_s});
  }
  return changes;
}

void log_silence(const SilenceChange& change) {
  LogFields fields;
  fields.text("source", change.source.value());
  log_event(
      spdlog::level::warn, change.silent ? "source.silent" : "source.heard",
      fmt::format("the source {} {}", change.source.value(), change.silent ? "is silent" : "is heard again"),
      fields);
}

boost::json::object silence_event(const SilenceChange& change) {
  const auto since = base::format_rfc3339(change.since);
  const std::string type = change.silent ? "source.silent" : "source.heard";
  auto event =
      system_event(fmt::format("{}/{}/{}", type, change.source.value(), since), type, change.noticed);
  event["action"] = {{"name", change.silent ? "source silent" : "source heard again"},
                     {"resource", change.source.value()},
                     {"context", change.silent ? fmt::format("nothing since {}; expected every {} s", since,
                                                             change.interval_s)
                                               : fmt::format("heard at {}", since)}};
  return event;
}

}  // namespace countersign::apps
