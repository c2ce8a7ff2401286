#include "apps/countersign/command.h"
#include "ledger/base/file.h"
#include "reports/engine/catalogue.h"
#include "web/api/controls_document.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;
using reports::Catalogue;
namespace fs = std::filesystem;

constexpr std::uint64_t kFileBytesMax = 256 << 10;

base::Result<int> list(const Context& context) {
  const auto& catalogue = Catalogue::built_in();
  std::string text = fmt::format("{:<24} {:<10} {:<9} {}\n", "ID", "KIND", "SEVERITY", "TITLE");
  for (const auto& one : catalogue.definitions()) {
    const bool listing = one.kind == reports::Kind::listing;
    text += fmt::format("{:<24} {:<10} {:<9} {}\n", one.id, to_string(one.kind),
                        listing ? std::string_view() : to_string(one.severity), one.title);
  }
  print(context, api::controls_document(catalogue), text);
  return 0;
}

/// The files of a folder that are of controls, by name.
base::Result<std::vector<fs::path>> files_of(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error)
    return fail(Code::not_found,
                fmt::format("the folder {} cannot be read: {}", folder.string(), error.message()));
  std::vector<fs::path> out;
  for (const auto& entry : entries) {
    const auto ending = entry.path().extension();
    if (ending == ".toml" || ending == ".sql") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

/// Reads one pair by itself, so that each is looked at whatever is wrong with the others.
base::Result<void> check_pair(const fs::path& toml, const fs::path& sql) {
  std::vector<Catalogue::File> files;
  for (const auto& path : {toml, sql}) {
    TRY_ASSIGN(auto content, base::read_file(path, kFileBytesMax));
    files.push_back({path.string(), std::move(content)});
  }
  TRY(Catalogue::read(std::move(files)));
  return {};
}

base::Result<int> check(const Context& context, const std::string& folder) {
  TRY_ASSIGN(const auto paths, files_of(folder));
  const std::set<fs::path> all(paths.begin(), paths.end());
  std::vector<std::string> faults;
  std::size_t good = 0;
  for (const auto& path : paths) {
    auto other = path;
    other.replace_extension(path.extension() == ".toml" ? ".sql" : ".toml");
    if (!all.contains(other)) {
      faults.push_back(
          fmt::format("{}:1: there is no {} beside it", path.string(), other.filename().string()));
    } else if (path.extension() == ".toml") {
      const auto checked = check_pair(path, other);
      checked ? void(++good) : faults.push_back(checked.error().message);
    }
  }
  // Ids that stand twice, or are those of built-in ones.
  if (faults.empty()) {
    if (const auto together = Catalogue::with_folder(folder); !together)
      faults.push_back(together.error().message);
  }
  std::string text;
  for (const auto& one : faults) text += one + "\n";
  if (faults.empty()) text = fmt::format("{} controls, nothing is wrong with them.\n", good);
  print(context,
        boost::json::object{{"controls", good}, {"faults", boost::json::array(faults.begin(), faults.end())}},
        text);
  return faults.empty() ? 0 : kExitUsage;
}

}  // namespace

void add_control(CLI::App& app, Context& context) {
  auto* command = add_command(app, "control", "What reports test: controls, detections and listings",
                              "countersign control list");
  command->require_subcommand(1);
  auto* listing = add_command(*command, "list", "List those that are built in", "countersign control list");
  listing->callback([&context] { context.run = [&context] { return list(context); }; });
  auto folder = std::make_shared<std::string>();
  auto* checking =
      add_command(*command, "check",
                  "Read a folder of controls, pairs of NAME.toml and NAME.sql, and say what is wrong "
                  "with each, with file and line",
                  "countersign control check ./controls");
  checking->add_option("folder", *folder, "Folder")->required();
  checking->callback(
      [&context, folder] { context.run = [&context, folder] { return check(context, *folder); }; });
}

}  // namespace countersign::apps
