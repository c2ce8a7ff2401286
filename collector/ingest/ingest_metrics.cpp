#include "collector/ingest/ingest_metrics.h"

namespace countersign::ingest {
namespace {

/// Names of types come from outside, so their number is bounded; the rest are counted as "other".
constexpr std::size_t kTypesMax = 200;

constexpr std::array<std::string_view, kEventStatusCount> kStatusNames{
    "appended", "duplicate", "differing", "rejected", "misdirected", "unmapped", "failed"};

}  // namespace

IngestMetrics::IngestMetrics(base::Metrics& metrics, base::Clock clock)
    : metrics_(metrics), clock_(std::move(clock)) {
  for (std::size_t i = 0; i < kStatusNames.size(); ++i) {
    by_status_[i] = &metrics.get("countersign_ingest_events_total", "Events received, by what became of them",
                                 base::MetricType::counter, {{"status", std::string(kStatusNames[i])}});
  }
}

void IngestMetrics::count_refusal(std::string_view source, std::string_view reason) {
  metrics_
      .get("countersign_ingest_refused_total", "Requests and events that were refused, by source and reason",
           base::MetricType::counter, {{"source", std::string(source)}, {"reason", std::string(reason)}})
      .add();
  book_.count_refused(source, reason);
}

void IngestMetrics::count(const std::vector<EventAnswer>& events, std::string_view source,
                          std::string_view adapter) {
  std::array<std::int64_t, kEventStatusCount> counts{};
  for (const auto& event : events) {
    ++counts[static_cast<std::size_t>(event.status)];
    if (event.status == EventStatus::unmapped) count_unmapped(source, adapter, event);
    if (event.status == EventStatus::rejected) count_refusal(source, "event_rejected");
    if (event.status == EventStatus::misdirected) count_refusal(source, "event_misdirected");
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    by_status_[i]->add(counts[i]);
    book_.count_events(source, kStatusNames[i], counts[i]);
  }
  const auto of = [&](EventStatus status) { return counts[static_cast<std::size_t>(status)]; };
  const bool heard = of(EventStatus::appended) + of(EventStatus::duplicate) + of(EventStatus::differing) +
                         of(EventStatus::unmapped) >
                     0;
  if (heard) book_.heard(source, clock_());
}

void IngestMetrics::count_unmapped(std::string_view source, std::string_view adapter,
                                   const EventAnswer& event) {
  const std::string& type = event.type;
  book_.count_type(source, type, event.why, clock_());
  std::string label = type;
  {
    const std::lock_guard lock(mutex_);
    if (types_.size() < kTypesMax) {
      types_.insert(type);
    } else if (!types_.contains(type)) {
      label = "other";
    }
  }
  metrics_
      .get("countersign_ingest_unmapped_total", "Provider events without a type of ours",
           base::MetricType::counter,
           {{"adapter", std::string(adapter)}, {"type", label}, {"known", event.why.empty() ? "no" : "yes"}})
      .add();
}

}  // namespace countersign::ingest
