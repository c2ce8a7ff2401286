#include "apps/countersign/command.h"
#include "apps/evidence_facts.h"
#include "apps/trust_statement.h"
#include "reports/trust/statement_text.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

base::Result<int> show(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  if (config.trust.vendor.empty() || config.trust.tenant.empty())
    return base::fail(base::Code::failed_precondition,
                      "[trust] names no vendor or no tenant (docs/trust.md)");
  const base::TenantId id(config.trust.tenant);
  TRY_ASSIGN(const auto registry, registry_with_rules(config));
  const auto* tenant = registry.tenant(id);
  if (tenant == nullptr || !config.keeps(tenant->region))
    return base::fail(
        base::Code::not_found,
        fmt::format("the tenant {} of [trust] is not pinned to a region kept here", id.value()));
  const auto now = base::system_clock()();
  TRY_ASSIGN(const auto facts, evidence_facts(config, registry, tenant->region, id, now));
  TRY_ASSIGN(const auto statement, trust_statement(config, facts, now));
  print(context, trust::to_json(statement), trust::to_text(statement));
  return 0;
}

}  // namespace

void add_trust(CLI::App& app, Context& context) {
  auto* command =
      add_command(app, "trust", "What the trust page shows to everybody", "countersign trust show");
  command->require_subcommand(1);
  auto* showing = add_command(*command, "show",
                              "Print what the page says by the evidence of now, whether it is enabled or not",
                              "countersign trust show");
  showing->callback([&context] { context.run = [&context] { return show(context); }; });
}

}  // namespace countersign::apps
