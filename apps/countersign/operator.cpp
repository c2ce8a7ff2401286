#include "apps/countersign/command.h"
#include "apps/countersign/times.h"
#include "collector/ingest/operator_book.h"
#include "collector/ingest/registry.h"
#include "web/admin/documents.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

struct Options {
  std::string name, role, from, before, expires;
  std::vector<std::string> tenants;
  bool all_tenants = false;
};

base::Result<int> add(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  ingest::NewOperator one;
  one.name = options.name;
  const auto role = ingest::parse_operator_role(options.role);
  if (!role)
    return base::fail(base::Code::invalid_argument,
                      "roles are auditor, analyst, privacy, admin, application, provisioner and mirror");
  one.role = *role;
  one.all_tenants = options.all_tenants;
  for (const auto& text : options.tenants) {
    TRY_ASSIGN(auto tenant, base::parse_tenant(text));
    one.tenants.push_back(std::move(tenant));
  }
  TRY_ASSIGN(one.period, period_of(options.from, options.before));
  TRY_ASSIGN(one.expires, time_of(options.expires));
  one.by = calling();
  TRY_ASSIGN(const auto token,
             ingest::add_operator(config.registry(), one, base::system_clock(), crypto::system_entropy()));
  print(context, boost::json::object{{"operator", options.name}, {"role", options.role}, {"token", token}},
        fmt::format("Operator {} has the role {}. The token is shown this once:\n\n  {}\n\nA running "
                    "countersignd knows it within a second or two.\n",
                    options.name, options.role, token));
  return 0;
}

std::string state_of(const ingest::Operator& one, base::Timestamp now) {
  if (one.revoked) return "revoked " + base::format_rfc3339(*one.revoked);
  if (!one.is_bound()) return "worthless: an auditor needs one tenant, a period and an expiry; add it anew";
  if (!one.expires) return "active";
  return (one.is_active(now) ? "active until " : "expired ") + base::format_rfc3339(*one.expires);
}

base::Result<int> list(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  auto registry = ingest::Registry::load(config.registry());
  if (!registry && registry.error().code != base::Code::not_found) return base::fail(registry.error());
  const auto used = ingest::OperatorBook::load(config.operator_book());
  boost::json::array data;
  std::string text =
      fmt::format("{:<24} {:<12} {:<24} {:<18} {}\n", "OPERATOR", "ROLE", "TENANTS", "LAST USED", "STATE");
  const auto now = base::system_clock()();
  for (const auto& one : registry ? registry->operators() : std::vector<ingest::Operator>()) {
    std::string names;
    for (const auto& tenant : one.tenants) names += (names.empty() ? "" : ",") + tenant.value();
    const auto last = used.find(one.name);
    data.push_back(
        admin::token_document(one, last == used.end() ? std::nullopt : std::optional(last->second), now));
    text += fmt::format("{:<24} {:<12} {:<24} {:<18} {}\n", one.name, to_string(one.role),
                        one.all_tenants ? "(all)" : names,
                        last == used.end() ? "never" : minute_of(last->second), state_of(one, now));
  }
  if (data.empty()) text = "No operator yet. Add one with: countersign operator add NAME --role privacy\n";
  print(context, data, text);
  return 0;
}

base::Result<int> revoke(const Context& context, const std::string& name) {
  TRY_ASSIGN(const auto config, load(context));
  TRY(ingest::revoke_operator(config.registry(), name, base::system_clock(), calling()));
  print(context, boost::json::object{{"operator", name}, {"revoked", true}},
        fmt::format(
            "Operator {} is revoked. A running countersignd refuses the token within a second or two.\n",
            name));
  return 0;
}

}  // namespace

void add_operator(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(app, "operator", "Register who may act on the appliance over HTTP",
                              "countersign operator add dpo --role privacy --tenant acme");
  command->require_subcommand(1);
  auto* adding =
      add_command(*command, "add", "Register an operator and print the token, once",
                  "countersign operator add dpo --role privacy --tenant acme --expires 2027-01-01T00:00:00Z");
  adding->add_option("name", options->name, "a-z, 0-9, '-', '.' and '_', at most 63 characters")->required();
  adding
      ->add_option("--role", options->role,
                   "auditor, analyst, privacy, admin, application, provisioner or mirror")
      ->required()
      ->check(
          CLI::IsMember({"auditor", "analyst", "privacy", "admin", "application", "provisioner", "mirror"}));
  adding->add_option("--tenant", options->tenants, "Tenant for which he acts; may be given again")
      ->allow_extra_args(false);
  adding->add_flag("--all-tenants", options->all_tenants, "He acts for every tenant, later ones too");
  adding->add_option("--from", options->from, "Only records received from then on, RFC 3339");
  adding->add_option("--before", options->before,
                     "and before; an auditor needs both, one tenant and an expiry");
  adding->add_option("--expires", options->expires, "When the token becomes worthless, RFC 3339 (never)");
  adding->callback(
      [&context, options] { context.run = [&context, options] { return add(context, *options); }; });
  auto* listing = add_command(*command, "list", "List the operators, and when their tokens were last used",
                              "countersign operator list");
  listing->callback([&context] { context.run = [&context] { return list(context); }; });
  auto* revoking = add_command(*command, "revoke", "Make an operator's token worthless, for good",
                               "countersign operator revoke dpo");
  revoking->add_option("name", options->name, "Operator")->required();
  revoking->callback(
      [&context, options] { context.run = [&context, options] { return revoke(context, options->name); }; });
}

}  // namespace countersign::apps
