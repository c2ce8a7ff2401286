#include "collector/adapters/keycloak_line.h"

#include <boost/json/object.hpp>

#include <algorithm>

namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::size_t kFieldsMax = 64;
constexpr std::string_view kTop[] = {"type",      "realmId",   "clientId", "userId",
                                     "sessionId", "ipAddress", "error"};

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
}

/// The value at the front of `rest`, which is moved behind it and the comma.
std::optional<std::string> take_value(std::string_view& rest) {
  std::string value;
  if (rest.starts_with('"')) {
    std::size_t at = 1;
    for (; at < rest.size() && rest[at] != '"'; ++at) {
      if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
      value.push_back(rest[at]);
    }
    if (at >= rest.size()) return std::nullopt;
    rest.remove_prefix(at + 1);
  } else {
    const auto end = std::min(rest.find(", "), rest.size());
    value.assign(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  if (rest.starts_with(", ")) {
    rest.remove_prefix(2);
  } else if (rest.starts_with(',')) {
    rest.remove_prefix(1);
  } else if (!rest.empty()) {
    rest = {};
  }
  return value == "null" ? std::string() : value;
}

}  // namespace

std::optional<json::value> read_keycloak_line(std::string_view line) {
  auto begin = line.find("type=");
  // The name must be whole: `event_type=` is another.
  while (begin != std::string_view::npos && begin > 0 && line[begin - 1] != ' ' && line[begin - 1] != '(')
    begin = line.find("type=", begin + 1);
  if (begin == std::string_view::npos) return std::nullopt;
  auto rest = line.substr(begin);
  json::object event, details;
  for (std::size_t n = 0; n < kFieldsMax && !rest.empty(); ++n) {
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos || !is_name(rest.substr(0, equals))) break;
    const auto name = rest.substr(0, equals);
    rest.remove_prefix(equals + 1);
    const auto value = take_value(rest);
    if (!value) break;
    if (value->empty()) continue;
    const bool top = std::find(std::begin(kTop), std::end(kTop), name) != std::end(kTop);
    (top ? event : details)[json::string_view(name.data(), name.size())] = *value;
  }
  if (!event.contains("type") || !event.contains("realmId")) return std::nullopt;
  if (!details.empty()) event["details"] = std::move(details);
  return json::value(std::move(event));
}

}  // namespace countersign::adapters
