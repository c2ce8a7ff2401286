#include "apps/countersign/command.h"
#include "apps/countersign/tenant_region.h"
#include "ledger/projection/life.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

struct Options {
  std::string tenant, id, region;
};

base::Result<int> challenge(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region,
             choose_region(context, config, base::TenantId(options.tenant), options.region));
  const auto files = config.region_files(region);
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
  TRY_ASSIGN(const auto log, ledger.log(base::TenantId(options.tenant)));
  TRY_ASSIGN(const auto life, projection::read_life(files.index(), log.number, options.id));
  boost::json::array events;
  std::string text = fmt::format("Challenge {}: {}, {}{} events of {} {}\n\n", options.id, life.state,
                                 life.more ? "more than " : "", life.events_total, life.sources,
                                 life.sources == 1 ? "source" : "sources");
  for (const auto& event : life.events) {
    const auto time = base::format_rfc3339(event.occurred);
    events.push_back({{"seq", event.seq},
                      {"time", time},
                      {"type", event.type},
                      {"source", event.source},
                      {"proof", event.proof},
                      {"factor", event.factor},
                      {"reason", event.reason}});
    text += fmt::format("{:>8}  {}  {:<22} {:<10} {} ({}){}{}\n", event.seq, time, event.type, event.factor,
                        event.source, event.proof, event.reason.empty() ? "" : "  ", event.reason);
  }
  print(context,
        boost::json::object{{"challenge", options.id},
                            {"state", life.state},
                            {"sent", life.sent},
                            {"delivered", life.delivered},
                            {"failed", life.failed},
                            {"verified", life.verified},
                            {"sources", life.sources},
                            {"more", life.more},
                            {"events", std::move(events)}},
        text);
  return 0;
}

}  // namespace

void add_challenge(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(app, "challenge", "Print the life of a challenge, from every source that tells of it",
                  "countersign challenge acme c-9");
  command->add_option("tenant", options->tenant, "Tenant")->required();
  command->add_option("id", options->id, "The challenge's id, the application's or the provider's")
      ->required();
  command->add_option("--region", options->region, "Region, where the appliance keeps several");
  command->callback(
      [&context, options] { context.run = [&context, options] { return challenge(context, *options); }; });
}

}  // namespace countersign::apps
