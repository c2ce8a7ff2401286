#include "apps/policy_check.h"

#include "reports/engine/catalogue.h"
#include "reports/engine/parameters.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace countersign::apps {
namespace {

/// What there is to be set, in place of what there is not; empty where the parameter is there, and the value
/// is wrong.
std::string advice(const std::string& setting) {
  const auto point = setting.find('.');
  const auto& catalogue = reports::Catalogue::built_in();
  const auto* control = catalogue.find(setting.substr(0, point));
  std::string names;
  if (control == nullptr) {
    for (const auto& one : catalogue.definitions()) {
      if (!one.parameters.empty()) names += (names.empty() ? "" : ", ") + one.id;
    }
    return "; those with parameters are " + names;
  }
  const auto name = setting.substr(point + 1, setting.find('=') - point - 1);
  for (const auto& one : control->parameters) {
    if (one.name == name) return {};
    names += (names.empty() ? "" : ", ") + one.name;
  }
  return names.empty() ? "; it has none" : "; it has " + names;
}

}  // namespace

base::Result<void> check_policy(const endpoints::PolicyWish& wish) {
  auto definitions = reports::Catalogue::built_in().definitions();
  for (const auto& setting : wish.monitoring.parameters()) {
    if (const auto done = reports::set_parameters(definitions, {setting}); !done)
      return base::fail(base::Code::invalid_argument,
                        fmt::format("monitoring.parameters: {}{}", done.error().message, advice(setting)));
  }
  return {};
}

}  // namespace countersign::apps
