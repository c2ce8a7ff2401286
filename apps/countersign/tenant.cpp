#include "apps/countersign/command.h"
#include "collector/ingest/registry.h"
#include "web/admin/documents.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

base::Result<int> add(const Context& context, const std::string& name, const std::string& asked,
                      const std::string& moved_to) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region,
             register_tenant(config, name, asked, moved_to.empty() ? std::nullopt : std::optional(moved_to),
                             calling()));
  print(context, boost::json::object{{"tenant", name}, {"region", region.value()}},
        fmt::format(
            "Tenant {} is pinned to region {}. A running countersignd knows it within a second or two.\n",
            name, region.value()));
  return 0;
}

struct Relocation {
  std::string name, to, address, reason;
};

base::Result<int> move(const Context& context, const Relocation& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto tenant, base::parse_tenant(options.name));
  TRY_ASSIGN(const auto region, base::parse_region(options.to));
  const bool known = config.elsewhere.contains(region);
  if (config.keeps(region) && !options.address.empty())
    return base::fail(base::Code::invalid_argument,
                      fmt::format("this appliance keeps region {} itself: leave --address out", options.to));
  if (!config.keeps(region) && !known && options.address.empty())
    return base::fail(
        base::Code::invalid_argument,
        fmt::format("this appliance neither keeps region {} nor knows who does: give the address "
                    "of that appliance with --address, or in [elsewhere.{}] of the configuration",
                    options.to, options.to));
  const auto address = options.address.empty() ? std::nullopt : std::optional(options.address);
  TRY_ASSIGN(const auto made,
             ingest::move_tenant(config.registry(), tenant, {region, address, options.reason, caller()},
                                 base::system_clock()));
  print(context,
        boost::json::object{{"tenant", options.name},
                            {"from", made.from.value()},
                            {"to", made.to.value()},
                            {"time", base::format_rfc3339(made.time)}},
        fmt::format(
            "Tenant {} is pinned to region {}, as of when a running countersignd knows it, within a second "
            "or two.\nIts records and values of before stay in {}: nothing was copied.\n",
            options.name, made.to.value(), made.from.value()));
  return 0;
}

base::Result<int> list(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  auto registry = ingest::Registry::load(config.registry());
  if (!registry && registry.error().code != base::Code::not_found) return base::fail(registry.error());
  boost::json::array data;
  std::string text = fmt::format("{:<32} {:<16} {}\n", "TENANT", "REGION", "MOVED TO");
  if (registry) {
    for (const auto& tenant : registry->tenants()) {
      data.push_back(admin::tenant_document(tenant));
      text += fmt::format("{:<32} {:<16} {}\n", tenant.id.value(), tenant.region.value(),
                          tenant.moved_to.value_or("-"));
    }
  }
  if (data.empty()) text = "No tenant yet. Add one with: countersign tenant add NAME\n";
  print(context, data, text);
  return 0;
}

}  // namespace

void add_tenant(CLI::App& app, Context& context) {
  auto* command = add_command(app, "tenant", "Register tenants and the region they are pinned to",
                              "countersign tenant add acme");
  command->require_subcommand(1);
  struct Options {
    std::string name, region, moved_to;
  };
  auto options = std::make_shared<Options>();
  auto* adding =
      add_command(*command, "add", "Register a tenant", "countersign tenant add acme --region eu-1");
  adding->add_option("name", options->name, "a-z, 0-9 and '-', at most 63 characters")->required();
  adding->add_option("--region", options->region, "Region that the tenant's events stay in");
  adding->add_option("--moved-to", options->moved_to,
                     "https address of the appliance that keeps the tenant, where it is another one");
  adding->callback([&context, options] {
    context.run = [&context, options] {
      return add(context, options->name, options->region, options->moved_to);
    };
  });
  auto relocation = std::make_shared<Relocation>();
  auto* moving = add_command(*command, "move",
                             "Pin a tenant to another region from now on; what is there stays where it is",
                             "countersign tenant move acme --to us-1 --reason contract_change");
  moving->add_option("name", relocation->name, "The tenant")->required();
  moving->add_option("--to", relocation->to, "Region that its events stay in from now on")->required();
  moving->add_option("--address", relocation->address,
                     "https address of the appliance that keeps the region, where it is another one");
  moving->add_option("--reason", relocation->reason, "Code that is recorded, such as contract_change")
      ->required();
  moving->callback([&context, relocation] {
    context.run = [&context, relocation] { return move(context, *relocation); };
  });
  auto* listing = add_command(*command, "list", "List the tenants", "countersign tenant list");
  listing->callback([&context] { context.run = [&context] { return list(context); }; });
  add_tenant_policy(*command, context);
}

}  // namespace countersign::apps
