#include "apps/config_changes.h"

#include "apps/config_table.h"

#include <set>

namespace countersign::apps {
namespace {

void add(const std::string& name, const toml::node& node, ConfigMembers& out) {
  if (const auto* table = node.as_table()) {
    for (const auto& [key, value] : *table)
      add(name.empty() ? std::string(key.str()) : fmt::format("{}.{}", name, key.str()), value, out);
    return;
  }
  if (const auto* array = node.as_array()) {
    // An empty list is not the same as none.
    out[name] = fmt::format("{} values", array->size());
    for (std::size_t i = 0; i < array->size(); ++i) add(fmt::format("{}[{}]", name, i), *array->get(i), out);
    return;
  }
  if (const auto* text = node.as_string()) out[name] = text->get();
  if (const auto* number = node.as_integer()) out[name] = fmt::format("{}", number->get());
  if (const auto* number = node.as_floating_point()) out[name] = fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) out[name] = flag->get() ? "true" : "false";
}

/// Without the places in lists.
std::string plain_name(const std::string& member) {
  std::string out;
  bool inside = false;
  for (const char c : member) {
    if (c == '[') inside = true;
    if (!inside) out += c;
    if (c == ']') inside = false;
  }
  return out;
}

}  // namespace

ConfigMembers members_of(const toml::table& file) {
  ConfigMembers out;
  add("", file, out);
  return out;
}

bool is_reloaded(const std::string& member) {
  return member == "log.level" ||
         (member.starts_with("limits.") && member != "limits.monitored_records_max" &&
          member != "limits.step_up_records_max");
}

ConfigChanges take_changes(ConfigMembers& in_force, const ConfigMembers& file) {
  std::set<std::string> names, taken, waiting;
  for (const auto& [name, value] : in_force) {
    const auto now = file.find(name);
    if (now == file.end() || now->second != value) names.insert(name);
  }
  for (const auto& [name, value] : file) {
    if (!in_force.contains(name)) names.insert(name);
  }
  for (const auto& name : names) {
    if (!is_reloaded(name)) {
      waiting.insert(plain_name(name));
      continue;
    }
    taken.insert(plain_name(name));
    const auto now = file.find(name);
    if (now == file.end()) {
      in_force.erase(name);
    } else {
      in_force[name] = now->second;
    }
  }
  return {{taken.begin(), taken.end()}, {waiting.begin(), waiting.end()}};
}

}  // namespace countersign::apps
