#include "apps/daemon/logging.h"

#include "ledger/base/json.h"
#include "ledger/base/request_scope.h"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

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

/// Records are safe: what was not committed is rolled back at the next start, as after a power cut.
[[noreturn]] void end_with_a_line() {
  const char* what = "unknown";
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "not an exception of the standard library";
  }
  try {
    log_event(
        spdlog::level::critical, "process.failed",
        fmt::format("countersignd ends because of a failure that nothing could take care of: {}", what));
  } catch (...) {
    // No memory for the line.
    std::fputs("countersignd ends because of a failure\n", stderr);
  }
  std::_Exit(EXIT_FAILURE);
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
