#include "collector/endpoints/query.h"

#include <boost/url/parse_query.hpp>

namespace countersign::endpoints {

std::optional<std::string> query_value(const http::RequestHead& head, std::string_view name) {
  const auto parsed = boost::urls::parse_query(head.query);
  if (!parsed) return std::nullopt;
  for (const auto& parameter : boost::urls::params_view(*parsed)) {
    if (parameter.key == name) return parameter.value;
  }
  return std::nullopt;
}

}  // namespace countersign::endpoints
