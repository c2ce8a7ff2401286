#include "apps/daemon/logging.h"

#include "ledger/base/json.h"
#include "ledger/base/request_scope.h"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <memory>
#include <tuple>

namespace countersign::apps {

namespace {

/// Members of the line that this thread is writing; spdlog's own loggers know of a message only.
thread_local const std::string* members = nullptr;

/// `%*` in a pattern: the message as a JSON string, and the members that follow it.
class LineText final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    std::string text;
    base::append_json_string(text, {message.payload.data(), message.payload.size()});
    if (members != nullptr) text += *members;
    if (const auto request = base::current_request(); !request.empty()) {
      text += ",\"request\":";
      base::append_json_string(text, request);
    }
    out.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
    return std::make_unique<LineText>();
  }
};

/// A line without spdlog and without memory of the heap. `text` is of this program or of an exception; what
/// would have to be escaped in JSON is shown as '?'.
void write_plain_line(const char* level, const char* event, const char* message, const char* text) noexcept {
  std::array<char, 128> shown{};
  for (std::size_t i = 0; i + 1 < shown.size() && text[i] != '\0'; ++i) {
    const bool plain = text[i] >= ' ' && text[i] <= '~' && text[i] != '"' && text[i] != '\\';
    shown[i] = plain ? text[i] : '?';
  }
  timespec now{};
  tm utc{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  ::gmtime_r(&now.tv_sec, &utc);
  std::array<char, 32> time{};
  std::strftime(time.data(), time.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 512> line{};
  const int length = std::snprintf(line.data(), line.size(),
                                   R"({"time":"%s.%03dZ","level":"%s","message":"%s: %s","event":"%s"})"
                                   "\n",
                                   time.data(), static_cast<int>(now.tv_nsec / 1'000'000), level, message,
                                   shown.data(), event);
  // There is nowhere left to tell of a line that cannot be written.
  if (length > 0) std::ignore = ::write(STDERR_FILENO, line.data(), static_cast<std::size_t>(length));
}

/// Records are safe: what was not committed is rolled back at the next start, as after a power cut. Nothing
/// is destroyed on the way, since other threads still use it.
[[noreturn]] void end_with_a_line() {
  const char* what = "unknown";
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "not an exception of the standard library";
  }
  write_plain_line("critical", "process.failed",
                   "countersignd ends because of a failure that nothing could take care of", what);
  std::_Exit(EXIT_FAILURE);
}

/// spdlog's own handler would write text that is no JSON. At most one line a second.
void tell_of_lost_line(const std::string& why) {
  static std::atomic<std::time_t> last = 0;
  const auto now = std::time(nullptr);
  if (last.exchange(now) == now) return;
  write_plain_line("error", "log.failed", "a line of the log could not be written", why.c_str());
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void set_up_logging() {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<LineText>('*').set_pattern(
      R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
  auto logger = spdlog::stderr_logger_mt("countersignd");
  logger->set_formatter(std::move(formatter));
  logger->flush_on(spdlog::level::info);
  logger->set_error_handler(tell_of_lost_line);
  spdlog::set_default_logger(std::move(logger));
  std::set_terminate(end_with_a_line);
}

void set_log_level(LogLevel level) { spdlog::set_level(level_of(level)); }

std::string& LogFields::begin(std::string_view name) {
  json_.append(",\"").append(name).append("\":");
  return json_;
}

LogFields& LogFields::text(std::string_view name, std::string_view value) {
  base::append_json_string(begin(name), value);
  return *this;
}

LogFields& LogFields::number(std::string_view name, std::int64_t value) {
  begin(name) += std::to_string(value);
  return *this;
}

LogFields& LogFields::decimal(std::string_view name, double value) {
  begin(name) += fmt::format("{:.3f}", value);
  return *this;
}

LogFields& LogFields::flag(std::string_view name, bool value) {
  begin(name) += value ? "true" : "false";
  return *this;
}

void log_event(spdlog::level::level_enum level, std::string_view event, std::string_view message,
               const LogFields& fields) {
  if (!spdlog::should_log(level)) return;
  std::string line = ",\"event\":";
  base::append_json_string(line, event);
  line += fields.json();
  members = &line;
  spdlog::log(level, "{}", message);
  members = nullptr;
}

}  // namespace countersign::apps
