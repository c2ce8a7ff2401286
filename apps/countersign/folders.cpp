#include "apps/countersign/command.h"

#include <fmt/format.h>

#include <set>

namespace countersign::apps {
namespace {

/// Reads the configuration alone, so root may ask, and it says nothing of whether the folders are there.
base::Result<int> folders(const Context& context) {
  TRY_ASSIGN(const auto config, load_config(context.config_file));
  boost::json::object regions;
  std::set<std::string> all{config.data.string(), config.heads.string()};
  for (const auto& region : config.regions) {
    const auto folder = config.region_files(region).folder.string();
    regions[region.value()] = folder;
    all.insert(folder);
  }
  std::string text;
  for (const auto& folder : all) text += folder + "\n";
  print(
      context,
      boost::json::object{
          {"data", config.data.string()}, {"heads", config.heads.string()}, {"regions", std::move(regions)}},
      text);
  return 0;
}

}  // namespace

void add_folders(CLI::App& app, Context& context) {
  auto* command = add_command(app, "folders",
                              "Print the folders of data and heads that the configuration names, one a line",
                              "countersign folders");
  command->callback([&context] { context.run = [&context] { return folders(context); }; });
}

}  // namespace countersign::apps
