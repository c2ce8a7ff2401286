#pragma once

#include <map>
#include <string>
#include <vector>

namespace countersign::apps {

/// Each member of a configuration file by its name, such as `limits.events_max` or `notify[0].url`, with its
/// value as text. Values may be anybody's business: names alone are for a log.
using ConfigMembers = std::map<std::string, std::string>;

/// What is different in a configuration that was read again. Names of members, each once, without the place
/// in a list: `notify.url`.
struct ConfigChanges {
  std::vector<std::string> taken;    ///< are in force now
  std::vector<std::string> waiting;  ///< need a restart
};

/// Whether SIGHUP lets a member take effect; docs/configuration.md has the list.
bool is_reloaded(const std::string& member);

/// Compares what is in force with what the file says now, and makes those that are reloaded be in force.
ConfigChanges take_changes(ConfigMembers& in_force, const ConfigMembers& file);

}  // namespace countersign::apps
