#include "apps/countersign/command.h"
#include "apps/region_directories.h"
#include "apps/region_listing.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

base::Result<int> init_region(const Context& context, const std::string& name) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region, choose_region(config, name));
  TRY(check_file_systems(config));
  const auto files = config.region_files(region);
  std::error_code ignored;
  if (std::filesystem::exists(files.ledger(), ignored) || std::filesystem::exists(files.vault(), ignored))
    return base::fail(base::Code::already_exists,
                      fmt::format("{} holds a region already; nothing was changed", files.folder.string()));
  TRY(make_region(config, region));
  print(context, boost::json::object{{"region", name}, {"directory", files.folder.string()}},
        fmt::format("The region {} is in {}. Restart countersignd, and it keeps it.\n", name,
                    files.folder.string()));
  return 0;
}

/// A region that is kept here, as a line of the table.
std::string line_of(const boost::json::object& region) {
  const auto* system = region.if_contains("file_system");
  const auto of_system = [&](const char* member) {
    const auto text = system == nullptr ? std::string() : std::string(system->at(member).as_string());
    return text.empty() ? std::string("-") : text;
  };
  const std::string name(region.at("region").as_string());
  return fmt::format(
      "{:<20} {:<40} {:<10} {:<10} {}\n", name, region.at("directory").as_string().c_str(),
      of_system("device"), of_system("type"),
      region.at("made").as_bool() ? "kept here" : "not made yet: countersign region init " + name);
}

base::Result<int> list(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  boost::json::array data;
  std::string text = fmt::format("{:<20} {:<40} {:<10} {:<10} {}\n", "REGION", "DIRECTORY OR ADDRESS",
                                 "DEVICE", "TYPE", "STATE");
  for (const auto& region : config.regions) {
    data.push_back(region_document(config, region));
    text += line_of(data.back().as_object());
  }
  for (const auto& [region, address] : config.elsewhere) {
    data.push_back({{"region", region.value()}, {"address", address}});
    text += fmt::format("{:<20} {:<40} {:<10} {:<10} kept elsewhere\n", region.value(), address, "-", "-");
  }
  print(context, data, text);
  return 0;
}

}  // namespace

void add_region(CLI::App& app, Context& context) {
  auto* command = add_command(app, "region", "Make the files of a further region; list the regions",
                              "countersign region init us-1");
  command->require_subcommand(1);
  auto name = std::make_shared<std::string>();
  auto* making = add_command(*command, "init",
                             "Make an empty ledger and vault for a region that the configuration names",
                             "countersign region init us-1");
  making->add_option("name", *name, "The region, as `regions` of the configuration names it")->required();
  making->callback(
      [&context, name] { context.run = [&context, name] { return init_region(context, *name); }; });
  auto* listing = add_command(*command, "list", "List the regions, where each lies, and what on",
                              "countersign region list");
  listing->callback([&context] { context.run = [&context] { return list(context); }; });
}

}  // namespace countersign::apps
