#include "collector/endpoints/query.h"

#include <boost/url/parse_query.hpp>

#include <string>

namespace countersign::endpoints {

std::optional<std::string> query_value(const http::RequestHead& head, std::string_view name) {
  const auto parsed = boost::urls::parse_query(head.query);
  if (!parsed) return std::nullopt;
  for (const auto& parameter : boost::urls::params_view(*parsed)) {
    if (parameter.key == name) return parameter.value;
  }
  return std::nullopt;
}

std::optional<http::Fields> query_fields(const http::RequestHead& head) {
  http::Fields out;
  if (head.query.empty()) return out;
  std::string query;
  for (const char c : head.query) query += c == '+' ? "%20" : std::string(1, c);
  const auto parsed = boost::urls::parse_query(query);
  if (!parsed) return std::nullopt;
  for (const auto& parameter : boost::urls::params_view(*parsed))
    out.emplace_back(parameter.key, parameter.value);
  return out;
}

}  // namespace countersign::endpoints
