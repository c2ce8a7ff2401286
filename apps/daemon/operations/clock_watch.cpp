#include "apps/daemon/operations/clock_watch.h"

#include "apps/daemon/logging.h"

#include <fmt/format.h>

#include <ctime>

namespace countersign::apps {
namespace {

using namespace std::chrono_literals;

base::Metric& jumps(base::Metrics& metrics, const char* direction) {
  return metrics.get("countersign_clock_jumps_total",
                     "How often the machine's clock was set by seconds or more", base::MetricType::counter,
                     {{"direction", direction}});
}

}  // namespace

ClockWatch::ClockWatch(base::Metrics& metrics)
    : back_(jumps(metrics, "back")), forward_(jumps(metrics, "forward")) {}

ClockWatch::Reading ClockWatch::read() {
  timespec uptime{};
  ::clock_gettime(CLOCK_BOOTTIME, &uptime);
  return {base::system_clock()(),
          std::chrono::seconds(uptime.tv_sec) + std::chrono::microseconds(uptime.tv_nsec / 1'000)};
}

std::optional<std::chrono::microseconds> ClockWatch::look(const Reading& now) {
  const auto before = std::exchange(last_, now);
  if (!before) return std::nullopt;
  const auto jump =
      std::chrono::microseconds(now.clock.micros - before->clock.micros) - (now.uptime - before->uptime);
  if (jump < kJump && jump > -kJump) return std::nullopt;
  const bool back = jump < 0us;
  (back ? back_ : forward_).add();
  const double seconds = static_cast<double>(jump.count()) / 1e6;
  LogFields fields;
  fields.decimal("seconds", seconds);
  log_event(
      spdlog::level::warn, "clock.jumped",
      back ? fmt::format("the machine's clock went back by {:.1f} s: records are dated as if it had not, "
                         "until it has caught up; check its time synchronisation",
                         -seconds)
           : fmt::format("the machine's clock went forward by {:.1f} s; check its time synchronisation: "
                         "if it is wrong, records are dated so, and will be until it is right again",
                         seconds),
      fields);
  return jump;
}

}  // namespace countersign::apps
