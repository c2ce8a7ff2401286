#include "apps/doctor/checks.h"

#include <fmt/format.h>

#include <exception>
#include <iterator>

namespace countersign::doctor {
namespace {

using base::Code;

/// What reads the ledgers, in whose files a daemon that starts meanwhile may write.
Checks check_contents(const Appliance& appliance) {
  Checks out;
  for (const auto check : {check_storage, check_clock, check_keys, check_ledgers, check_upkeep})
    append(out, check(appliance));
  return out;
}

Checks examine_appliance(const apps::Config& config, const base::Clock& clock, ::uid_t runs_as,
                         const std::string& program) {
  auto appliance = appliance_of(config, clock, runs_as, program);
  Checks out{well("configuration.valid", fmt::format("{} can be used", config.file.string()))};
  if (appliance.owner && runs_as != 0 && runs_as != appliance.owner->uid) {
    out.push_back(
        wrong("owner.rights",
              fmt::format("the appliance belongs to {}: nobody but that user and root can look at it",
                          appliance.owner->name),
              "look as that user", appliance.command("doctor")));
    return out;
  }
  auto contents = check_contents(appliance);
  if (const auto again = appliance_of(config, clock, runs_as, program); again.running != appliance.running) {
    appliance.running = again.running;
    contents = check_contents(appliance);
  }
  append(out, check_ownership(appliance));
  append(out, check_service(appliance));
  append(out, check_alarms(appliance));
  append(out, std::move(contents));
  append(out, check_certificates(appliance));
  append(out, check_sources(appliance));
  return out;
}

Check unusable(const std::filesystem::path& file, const base::Error& error, ::uid_t runs_as) {
  if (error.code == Code::not_found)
    return wrong("configuration.valid", fmt::format("there is no configuration: {}", error.message),
                 "make an appliance, or name its configuration with --config",
                 runs_as == 0 ? "countersign init" : "sudo countersign init");
  if (error.code == Code::permission_denied)
    return wrong("configuration.valid", error.message, "look as root",
                 fmt::format("sudo countersign --config {} doctor", apps::shell_word(file.string())));
  return wrong("configuration.valid", error.message,
               fmt::format("correct {}; docs/configuration.md lists the settings", file.string()));
}

}  // namespace

Checks examine(const std::filesystem::path& config_file, const base::Clock& clock, ::uid_t runs_as,
               const std::string& program) {
  const auto config = apps::load_config(config_file);
  if (!config) return {unusable(config_file, config.error(), runs_as)};
  return examine_appliance(*config, clock, runs_as, program);
}

}  // namespace countersign::doctor
