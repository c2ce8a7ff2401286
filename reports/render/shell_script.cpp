#include "reports/render/shell_script.h"

#include <fmt/format.h>

#include <string_view>
#include <variant>

namespace countersign::render {
namespace {

/// As an argument in double quotes, in which the shell reads escapes as C does.
std::string argument(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\{:03o}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// The shell evaluates a value as SQL, so a text is written as a literal of it.
std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

std::string set(std::string_view name, const reports::Cell& value) {
  const bool plain =
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
      std::string_view::npos;
  const auto key = plain ? fmt::format(":{}", name) : argument(fmt::format(":{}", name));
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return fmt::format(".parameter set {} {}\n", key, *number);
  if (const auto* text = std::get_if<std::string>(&value))
    return fmt::format(".parameter set {} {}\n", key, argument(literal(*text)));
  return fmt::format(".parameter set {} NULL\n", key);
}

}  // namespace

std::string report_values(const reports::Report& report, const reports::Run& run) {
  const auto number = [](std::uint64_t value) { return reports::Cell{static_cast<std::int64_t>(value)}; };
  std::string out = run.log_number ? set("log", *run.log_number) : ".parameter set :log N\n";
  if (report.system_log && !run.system_log_number)
    out += ".parameter set :system_log N\n";
  else
    out += set("system_log", reports::Cell{report.system_log ? *run.system_log_number : std::int64_t{-1}});
  out += set("tenant", report.tenant);
  out += set("first_seq", number(report.first_seq));
  out += set("end_seq", number(report.end_seq));
  out += set("system_size", number(report.system_log ? report.system_log->size : 0));
  out += set("from", report.from.micros);
  out += set("until", report.until.micros);
  out += set("known_from", report.first_received.value_or(report.from).micros);
  out += set("known_until", report.last_received.value_or(report.from).micros);
  return out;
}

std::string definition_values(const reports::Definition& definition) {
  std::string out;
  for (const auto& parameter : definition.parameters) out += set(parameter.name, parameter.value);
  return out;
}

}  // namespace countersign::render
