#include "apps/countersign/command.h"
#include "apps/countersign/tenant_region.h"
#include "apps/evidence_facts.h"
#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

struct Options {
  std::string tenant, region;
};

base::Result<int> facts(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto tenant, base::parse_tenant(options.tenant));
  TRY_ASSIGN(const auto region, choose_region(context, config, tenant, options.region));
  TRY_ASSIGN(const auto registry, registry_with_rules(config));
  const auto now = base::system_clock()();
  TRY_ASSIGN(const auto facts, evidence_facts(config, registry, region, tenant, now));
  std::size_t width = 0;
  for (const auto& [name, fact] : facts.all()) width = std::max(width, name.size());
  std::string text =
      fmt::format("Facts of {} in {}, {}\n", tenant.value(), region.value(), base::format_rfc3339(now));
  for (const auto& [name, fact] : facts.all())
    text += fmt::format("{:<{}}  {}\n", name, width, fact.value.empty() ? "(none)" : fact.value);
  print(context,
        boost::json::object{{"tenant", tenant.value()},
                            {"region", region.value()},
                            {"time", base::format_rfc3339(now)},
                            {"sha256", base::to_hex(facts.digest().view())},
                            {"facts", facts.to_json()}},
        text);
  return 0;
}

}  // namespace

void add_evidence(CLI::App& app, Context& context) {
  auto* command = add_command(app, "evidence", "What the evidence of a tenant shows",
                              "countersign evidence facts --tenant acme");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();
  auto* listing = add_command(
      *command, "facts",
      "List the facts that answers go by: controls, policies, documents and figures; nobody's personal data",
      "countersign evidence facts --tenant acme");
  listing->add_option("--tenant", options->tenant, "Tenant")->required();
  listing->add_option("--region", options->region, "Region, where the appliance keeps several");
  listing->callback(
      [&context, options] { context.run = [&context, options] { return facts(context, *options); }; });
}

}  // namespace countersign::apps
