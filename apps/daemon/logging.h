// The daemon's log: one JSON object a line on standard error.
//
// A line has `time` (UTC), `level` and `message`. Lines that machines are to tell apart also have `event`, a
// name that does not change, and further members; a line that was written for a request has `request`, its
// id. Nothing that a sender sent, no secret and no personal value belongs in a line. Everything below may be
// called from any thread, but for set_up_logging().
#pragma once

#include "apps/log_settings.h"

#include <spdlog/common.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::apps {

/// Makes the process's log; call once, before anything is logged and before any other thread starts. From
/// then on an exception that nobody catches ends the process with a line that says so, and with exit code 1.
void set_up_logging();

/// Which lines are written from now on.
void set_log_level(LogLevel level);

/// Further members of a line. Names are fixed texts of the program, of letters and '_'.
class LogFields {
 public:
  LogFields& text(std::string_view name, std::string_view value);
  LogFields& number(std::string_view name, std::int64_t value);
  /// With three places.
  LogFields& decimal(std::string_view name, double value);
  LogFields& flag(std::string_view name, bool value);

  /// `,"name":value` of each.
  const std::string& json() const { return json_; }

 private:
  std::string& begin(std::string_view name);
  std::string json_;
};

/// Writes a line with an event's name and members.
void log_event(spdlog::level::level_enum level, std::string_view event, std::string_view message,
               const LogFields& fields = {});

}  // namespace countersign::apps
