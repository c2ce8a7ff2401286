#include "reports/engine/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace countersign::reports {
namespace {

using base::Code;
using base::fail;

base::Result<void> set_value(Parameter& parameter, std::string_view value, std::string_view setting) {
  if (std::holds_alternative<std::string>(parameter.value)) {
    parameter.value = std::string(value);
    return {};
  }
  std::int64_t number = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  if (value.empty() || read.ec != std::errc() || read.ptr != value.data() + value.size())
    return fail(Code::invalid_argument, fmt::format("'{}': the value must be a whole number", setting));
  if ((parameter.least && number < *parameter.least) || (parameter.most && number > *parameter.most))
    return fail(Code::invalid_argument,
                fmt::format("'{}': the value must be {}{}{}", setting,
                            parameter.least ? fmt::format("at least {}", *parameter.least) : "",
                            parameter.least && parameter.most ? " and " : "",
                            parameter.most ? fmt::format("at most {}", *parameter.most) : ""));
  parameter.value = number;
  return {};
}

}  // namespace

base::Result<void> set_parameters(std::vector<Definition>& definitions,
                                  const std::vector<std::string>& settings) {
  for (const auto& setting : settings) {
    const auto point = setting.find('.');
    const auto equals = setting.find('=', point == std::string::npos ? 0 : point);
    if (point == std::string::npos || equals == std::string::npos)
      return fail(
          Code::invalid_argument,
          fmt::format("'{}' is not CONTROL.parameter=value, such as CODE-GUESSING.attempts=8", setting));
    const auto id = setting.substr(0, point);
    const auto name = setting.substr(point + 1, equals - point - 1);
    const auto found =
        std::find_if(definitions.begin(), definitions.end(), [&](const auto& one) { return one.id == id; });
    if (found == definitions.end())
      return fail(Code::invalid_argument, fmt::format("'{}': there is no control {}", setting, id));
    const auto parameter = std::find_if(found->parameters.begin(), found->parameters.end(),
                                        [&](const auto& one) { return one.name == name; });
    if (parameter == found->parameters.end())
      return fail(Code::invalid_argument, fmt::format("'{}': {} has no parameter {}", setting, id, name));
    TRY(set_value(*parameter, std::string_view(setting).substr(equals + 1), setting));
  }
  return {};
}

}  // namespace countersign::reports
