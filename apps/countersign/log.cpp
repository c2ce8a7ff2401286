#include "apps/countersign/command.h"
#include "ledger/base/time.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

/// When the log's first record was received, also where it was retired.
base::Result<base::Timestamp> first_received(store::LedgerReader& reader, const store::LogHead& log) {
  TRY_ASSIGN(const auto ranges, reader.sealed(log));
  if (!ranges.empty()) {
    auto first = ranges.front().parts.front().statement.first_received;
    for (const auto& part : ranges.front().parts) first = std::min(first, part.statement.first_received);
    return first;
  }
  TRY_ASSIGN(const auto bytes, reader.record(log, base::seq_at(0)));
  TRY_ASSIGN(const auto view, record::read_record(bytes));
  return view.received;
}

base::Result<int> list_logs(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  boost::json::array logs;
  std::string text =
      fmt::format("{:<48} {:>12} {:>12}  {}\n", "LOG", "RECORDS", "CHECKPOINT", "LAST RECEIVED");
  for (const auto& region : config.regions) {
    TRY_ASSIGN(auto reader, store::LedgerReader::open(config.region_files(region).ledger()));
    TRY_ASSIGN(const auto heads, reader.logs());
    for (const auto& head : heads) {
      TRY_ASSIGN(const auto newest, reader.newest_checkpoint(head));
      TRY_ASSIGN(const auto first_time, first_received(reader, head));
      TRY_ASSIGN(const auto last_time, reader.last_received(head));
      const auto first = base::format_rfc3339(first_time), last = base::format_rfc3339(last_time);
      const auto checkpoint = newest ? newest->size : 0;
      logs.push_back({{"log", head.name.text},
                      {"region", region.value()},
                      {"tenant", base::tenant_of(head.name).value()},
                      {"size", head.size},
                      {"checkpoint_size", checkpoint},
                      {"first_received", first},
                      {"last_received", last}});
      text += fmt::format("{:<48} {:>12} {:>12}  {}\n", head.name.text, head.size, checkpoint, last);
    }
  }
  if (logs.empty()) text = "No log yet: nothing was appended.\n";
  print(context, logs, text);
  return 0;
}

}  // namespace

void add_log(CLI::App& app, Context& context) {
  auto* command =
      add_command(app, "log", "List the logs of this appliance, with their sizes and newest checkpoints",
                  "countersign log --json");
  command->callback([&context] { context.run = [&context] { return list_logs(context); }; });
}

}  // namespace countersign::apps
