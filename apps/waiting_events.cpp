#include "apps/waiting_events.h"

#include "apps/system_events.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace countersign::apps {

void WaitingEvents::note(boost::json::object event) {
  events_.insert_or_assign(std::string(event.at("id").as_string()), std::move(event));
}

base::Result<void> WaitingEvents::write(store::Appender& appender, std::size_t at_once) {
  std::vector<boost::json::object> events;
  for (const auto& [id, event] : events_) events.push_back(event);
  // All are written by format_rfc3339(), so texts compare as times do.
  std::ranges::stable_sort(events, {}, [](const auto& event) { return event.at("time").as_string(); });
  for (std::size_t from = 0; from < events.size(); from += at_once) {
    const auto first = events.begin() + static_cast<std::ptrdiff_t>(from);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(at_once, events.size() - from));
    TRY(append_system_events(appender, {first, last}));
    std::for_each(first, last,
                  [this](const auto& event) { events_.erase(std::string(event.at("id").as_string())); });
  }
  return {};
}

}  // namespace countersign::apps
