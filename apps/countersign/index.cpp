#include "ledger/projection/index.h"

#include "apps/countersign/command.h"
#include "apps/countersign/progress.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/region_lock.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

base::Result<int> rebuild(const Context& context, const std::string& asked) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region, choose_region(config, asked));
  const auto files = config.region_files(region);
  // The daemon has the index open: taking its lock says in clear words that it has to be stopped.
  TRY_ASSIGN(const auto lock, store::RegionLock::take(files.lock()));
  TRY_ASSIGN(auto reader, store::LedgerReader::open(files.ledger()));
  TRY_ASSIGN(const auto logs, reader.logs());
  std::uint64_t total = 0;
  for (const auto& log : logs) total += log.size;
  TRY(projection::remove_index(files.index()));
  TRY_ASSIGN(auto index, projection::Index::open(files.index()));
  Progress progress("indexing", total);
  std::uint64_t done = 0;
  for (;;) {
    TRY_ASSIGN(const auto taken, index.advance(reader, 5'000));
    if (taken == 0) break;
    done += taken;
    progress.show(done);
  }
  progress.clear();
  print(context, boost::json::object{{"region", region.value()}, {"records", done}},
        fmt::format("The index of {} was made anew from {} records.\n", region.value(), done));
  return 0;
}

}  // namespace

void add_index(CLI::App& app, Context& context) {
  auto region = std::make_shared<std::string>();
  auto* command = add_command(app, "index", "Look after the search index", "countersign index rebuild");
  command->require_subcommand(1);
  auto* rebuilding =
      add_command(*command, "rebuild", "Make the index anew from the ledger; countersignd must be stopped",
                  "countersign index rebuild");
  rebuilding->add_option("--region", *region, "Region, where the appliance keeps several");
  rebuilding->callback(
      [&context, region] { context.run = [&context, region] { return rebuild(context, *region); }; });
}

}  // namespace countersign::apps
