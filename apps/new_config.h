#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace countersign::apps {

/// What `init` decides of a configuration; the rest has defaults. Paths may be relative to the file.
struct NewConfig {
  std::string origin;
  std::string region;
  std::filesystem::path data;
  std::string address;
  std::uint16_t port = 8443;
  bool tls = true;
  std::filesystem::path heads = "heads";
  std::string access_address = {};  ///< `https://host[:port]` as people see it; empty: not known
};

/// The text of a new configuration file, with every member and its meaning. Pure.
std::string new_config_text(const NewConfig& choices);

}  // namespace countersign::apps
