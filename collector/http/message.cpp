#include "collector/http/message.h"

#include "collector/http/characters.h"
#include "ledger/base/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace countersign::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view find(const Fields& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const auto& field) { return same_name(field.first, name); });
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

/// Fields that belong to the framing, which is the server's business alone.
bool is_server_field(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kNames{
      "Connection", "Content-Length", "Content-Type", "Date", "Server", "Transfer-Encoding"};
  return std::any_of(kNames.begin(), kNames.end(), [&](auto known) { return same_name(known, name); });
}

/// IMF-fixdate (RFC 9110 section 5.6.7).
std::string http_date(std::int64_t time_s) {
  static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(time_s);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                     kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
                     parts.tm_min, parts.tm_sec);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view RequestHead::header(std::string_view name) const { return find(fields, name); }

std::string_view Request::parameter(std::string_view name) const { return find(parameters, name); }

Response problem(int status, std::string_view detail) {
  return {status,
          std::string(base::kProblemType),
          {},
          base::to_json({status, "about:blank", std::string(detail)})};
}

bool has_body(int status) { return status != 204 && status != 304; }

std::optional<std::string> write_head(const Response& response, const AnswerContext& context) {
  if (response.status < 200 || response.status > 599) return std::nullopt;
  if (!is_field_value(response.content_type)) return std::nullopt;
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", response.status, base::reason_phrase(response.status));
  append_field(out, "Date", http_date(context.time_s));
  if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
  for (const auto& [name, value] : response.headers) {
    if (!is_token(name) || !is_field_value(value)) return std::nullopt;
    if (!is_server_field(name)) append_field(out, name, value);
  }
  if (find(response.headers, "X-Content-Type-Options").empty())
    append_field(out, "X-Content-Type-Options", "nosniff");
  if (find(response.headers, "Cache-Control").empty()) append_field(out, "Cache-Control", "no-store");
  if (find(response.headers, "Content-Security-Policy").empty())
    append_field(out, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  if (find(response.headers, "Referrer-Policy").empty()) append_field(out, "Referrer-Policy", "no-referrer");
  if (find(response.headers, "Cross-Origin-Resource-Policy").empty())
    append_field(out, "Cross-Origin-Resource-Policy", "same-origin");
  if (context.tls && find(response.headers, "Strict-Transport-Security").empty())
    append_field(out, "Strict-Transport-Security", "max-age=31536000");
  if (has_body(response.status))
    append_field(out, "Content-Length",
                 fmt::to_string(response.file ? response.file->size : response.body.size()));
  if (context.close) append_field(out, "Connection", "close");
  out += "\r\n";
  return out;
}

}  // namespace countersign::http
