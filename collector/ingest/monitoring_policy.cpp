#include "collector/ingest/monitoring_policy.h"

#include "collector/protocols/utf8.h"
#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace countersign::ingest {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr const char* kPattern =
    R"(^[A-Z][A-Z0-9-]{0,63}\.[a-z][a-z0-9_]{0,63}=[^\u0000-\u001f\u007f-\u009f]+$)";
constexpr std::size_t kNameBytesMax = 64;

bool is_name(std::string_view text, char first, char last, char joint) {
  const auto letter = [&](char c) { return c >= first && c <= last; };
  return !text.empty() && text.size() <= kNameBytesMax && letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == joint; });
}

/// What a setting sets: `OTP-ATTEMPTS.attempts_most`.
std::string_view key_of(std::string_view setting) { return setting.substr(0, setting.find('=')); }

/// kPattern, and short enough.
bool is_setting(std::string_view text) {
  const auto key = key_of(text);
  const auto point = key.find('.');
  if (key.size() == text.size() || point == std::string_view::npos) return false;
  const auto value = text.substr(key.size() + 1);
  constexpr std::size_t kQuotes = 2;
  return is_name(key.substr(0, point), 'A', 'Z', '-') && is_name(key.substr(point + 1), 'a', 'z', '_') &&
         !value.empty() && !protocols::has_control(value) &&
         base::json_string(text).size() <= MonitoringPolicy::kParameterBytesMax + kQuotes;
}

}  // namespace

json::object MonitoringPolicy::to_json() const {
  return {{"parameters", json::array(parameters_.begin(), parameters_.end())}};
}

base::Result<MonitoringPolicy> MonitoringPolicy::parse(const json::object& from) {
  MonitoringPolicy out;
  for (const auto& member : from) {
    if (member.key() != "parameters")
      return fail(Code::invalid_argument,
                  fmt::format("{} is not known; there is parameters",
                              std::string_view(member.key().data(), member.key().size())));
    const auto* list = member.value().if_array();
    if (list == nullptr || list->size() > kParametersMax)
      return fail(Code::invalid_argument,
                  fmt::format("parameters must be an array of at most {} strings", kParametersMax));
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto* setting = (*list)[i].if_string();
      if (setting == nullptr || !is_setting({setting->data(), setting->size()}))
        return fail(
            Code::invalid_argument,
            fmt::format("parameters[{}] must be CONTROL.parameter=value such as "
                        "OTP-ATTEMPTS.attempts_most=3, without control characters and of at most {} bytes "
                        "in JSON",
                        i, kParameterBytesMax));
      out.parameters_.emplace_back(setting->data(), setting->size());
    }
  }
  std::sort(out.parameters_.begin(), out.parameters_.end());
  // Those that set the same begin alike, so they stand side by side.
  const auto twice =
      std::adjacent_find(out.parameters_.begin(), out.parameters_.end(),
                         [](const auto& one, const auto& next) { return key_of(one) == key_of(next); });
  if (twice != out.parameters_.end())
    return fail(Code::invalid_argument, fmt::format("parameters sets {} twice; say it once", key_of(*twice)));
  return out;
}

json::object monitoring_policy_schema() {
  json::object parameters{
      {"type", "array"},
      {"items",
       {{"type", "string"}, {"maxLength", MonitoringPolicy::kParameterBytesMax}, {"pattern", kPattern}}},
      {"maxItems", MonitoringPolicy::kParametersMax},
      {"uniqueItems", true},
      {"default", json::array()},
      {"description",
       "Values for parameters of controls and detections, in place of their own: "
       "OTP-ATTEMPTS.attempts_most=3. "
       "Each within the parameter's bounds, and none twice."}};
  return {{"type", "object"},
          {"additionalProperties", false},
          {"properties", json::object{{"parameters", std::move(parameters)}}}};
}

}  // namespace countersign::ingest
