#include "apps/countersign/command.h"
#include "apps/system_events.h"
#include "collector/ingest/registry.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

using ingest::Allowance;
using ingest::Role;

boost::json::string json_text(std::string_view text) { return boost::json::string(text.data(), text.size()); }

base::Result<int> show(const Context& context, const std::string& name) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto id, base::parse_tenant(name));
  TRY_ASSIGN(const auto registry, ingest::Registry::load(config.registry()));
  const auto* tenant = registry.tenant(id);
  if (tenant == nullptr) return base::fail(base::Code::not_found, fmt::format("there is no tenant {}", name));
  boost::json::object sharing;
  std::string text = fmt::format("{:<10} {}\n", "ROLE", "IS GIVEN AT MOST");
  for (const auto role : ingest::kRoles) {
    const auto allowance = to_string(tenant->sharing.of(role));
    sharing[boost::json::string_view(to_string(role).data(), to_string(role).size())] = json_text(allowance);
    text += fmt::format("{:<10} {}{}\n", to_string(role), allowance,
                        tenant->sharing.of(role) == ingest::SharingPolicy().of(role) ? "" : "  (changed)");
  }
  print(context, boost::json::object{{"tenant", name}, {"sharing", std::move(sharing)}}, text);
  return 0;
}

/// Leaves the record of a change: in each region that is kept here and has, or may have, records of the
/// tenant, or in the first, where none is.
base::Result<void> note_change(const Config& config, const ingest::Tenant& tenant, Role role,
                               Allowance before, Allowance after) {
  auto event =
      system_event(random_event_id(crypto::system_entropy()), "policy.changed", base::system_clock()());
  event["action"] = {{"name", "tenant policy set"},
                     {"resource", tenant.id.value()},
                     {"context", fmt::format("sharing with the role {}: before {}, after {}", to_string(role),
                                             to_string(before), to_string(after))}};
  bool left = false;
  for (const auto& region : config.regions) {
    if (!tenant.was_in(region)) continue;
    TRY(leave_in_outbox(config.region_files(region), event));
    left = true;
  }
  return left ? base::Result<void>() : leave_in_outbox(config.region_files(config.regions.front()), event);
}

base::Result<int> set(const Context& context, const std::string& name, const std::string& role_text,
                      const std::string& word) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto id, base::parse_tenant(name));
  const auto role = ingest::parse_role(role_text);
  const auto allowance = ingest::parse_allowance(word);
  if (!role || !allowance)
    return base::fail(base::Code::invalid_argument,
                      "give a role (auditor, analyst, privacy, admin) and the most that it is given (none, "
                      "pseudonymous, masked, selective, full)");
  auto before = *allowance;
  TRY_ASSIGN(const bool changed,
             ingest::set_sharing(config.registry(), id, *role, *allowance,
                                 [&](const ingest::Tenant& tenant, Allowance was) -> base::Result<void> {
                                   before = was;
                                   return note_change(config, tenant, *role, was, *allowance);
                                 }));
  print(context,
        boost::json::object{{"tenant", name},
                            {"role", role_text},
                            {"before", json_text(to_string(before))},
                            {"after", word},
                            {"changed", changed}},
        changed ? fmt::format("The role {} is given {} of {} at most; before it was {}.\n", role_text, word,
                              name, to_string(before))
                : fmt::format("The policy of {} says so already.\n", name));
  return 0;
}

}  // namespace

void add_tenant_policy(CLI::App& tenant, Context& context) {
  struct Options {
    std::string name, role, word;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(tenant, "policy", "What of a tenant's personal values each role is given at most",
                  "countersign tenant policy show acme");
  command->require_subcommand(1);
  auto* showing = add_command(*command, "show", "Show the policy", "countersign tenant policy show acme");
  showing->add_option("name", options->name, "Tenant")->required();
  showing->callback(
      [&context, options] { context.run = [&context, options] { return show(context, options->name); }; });
  auto* setting = add_command(*command, "set", "Change it; the change is recorded in the system log",
                              "countersign tenant policy set acme auditor selective");
  setting->add_option("name", options->name, "Tenant")->required();
  setting->add_option("role", options->role, "auditor, analyst, privacy or admin")->required();
  setting
      ->add_option("allowance", options->word,
                   "none, pseudonymous, masked, selective (masked; and chosen values for a recipient who is "
                   "named), full")
      ->required();
  setting->callback([&context, options] {
    context.run = [&context, options] { return set(context, options->name, options->role, options->word); };
  });
}

}  // namespace countersign::apps
