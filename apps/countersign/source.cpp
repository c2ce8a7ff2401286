#include "apps/countersign/command.h"
#include "collector/adapters/adapter.h"
#include "collector/ingest/registry.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

struct Options {
  std::string name;
  std::string adapter{ingest::kNativeAdapter};
  std::vector<std::string> tenants;
};

std::string address_of(const Config& config) {
  return fmt::format("{}://{}:{}/v1/events", config.listen.tls ? "https" : "http", config.listen.address,
                     config.listen.port);
}

base::Result<int> add(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  ingest::NewSource source;
  TRY_ASSIGN(source.name, base::parse_source(options.name));
  source.adapter = options.adapter;
  for (const auto& name : options.tenants) {
    TRY_ASSIGN(auto tenant, base::parse_tenant(name));
    source.tenants.push_back(std::move(tenant));
  }
  TRY_ASSIGN(const auto token,
             ingest::add_source(config.registry(), source, base::system_clock(), crypto::system_entropy()));
  print(context,
        boost::json::object{{"source", options.name},
                            {"adapter", options.adapter},
                            {"token", token},
                            {"url", address_of(config)}},
        fmt::format("Source {} may send to {}\n\n  Authorization: Bearer {}\n\nThe token is shown this once; "
                    "only its hash is kept.\n",
                    options.name, address_of(config), token));
  return 0;
}

base::Result<int> list(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  auto registry = ingest::Registry::load(config.registry());
  if (!registry && registry.error().code != base::Code::not_found) return base::fail(registry.error());
  boost::json::array data;
  std::string text = fmt::format("{:<24} {:<16} {:<24} {}\n", "SOURCE", "ADAPTER", "TENANTS", "STATE");
  if (registry) {
    for (const auto& source : registry->sources()) {
      boost::json::array tenants;
      std::string names;
      for (const auto& tenant : source.tenants) {
        tenants.emplace_back(tenant.value());
        names += (names.empty() ? "" : ",") + tenant.value();
      }
      boost::json::object entry{{"source", source.name.value()},
                                {"adapter", source.adapter},
                                {"tenants", std::move(tenants)},
                                {"created", base::format_rfc3339(source.created)}};
      if (source.revoked) entry["revoked"] = base::format_rfc3339(*source.revoked);
      data.push_back(std::move(entry));
      text += fmt::format("{:<24} {:<16} {:<24} {}\n", source.name.value(), source.adapter,
                          names.empty() ? "(all)" : names,
                          source.revoked ? "revoked " + base::format_rfc3339(*source.revoked) : "active");
    }
  }
  if (data.empty()) text = "No source yet. Add one with: countersign source add NAME\n";
  print(context, data, text);
  return 0;
}

base::Result<int> revoke(const Context& context, const std::string& name) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto source, base::parse_source(name));
  TRY(ingest::revoke_source(config.registry(), source, base::system_clock()));
  print(
      context, boost::json::object{{"source", name}, {"revoked", true}},
      fmt::format("Source {} is revoked. A running countersignd refuses it within a second or two.\n", name));
  return 0;
}

}  // namespace

void add_source(CLI::App& app, Context& context) {
  auto* command =
      add_command(app, "source", "Register senders of events", "countersign source add shop-backend");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();
  std::vector<std::string> adapters{std::string(ingest::kNativeAdapter)};
  for (const auto& adapter : adapters::all_adapters()) adapters.emplace_back(adapter.name);
  auto* adding = add_command(*command, "add", "Register a source and print its token, once",
                             "countersign source add okta-prod --adapter okta --tenant acme");
  adding->add_option("name", options->name, "a-z, 0-9, '-', '.' and '_', at most 63 characters")->required();
  adding
      ->add_option("--adapter", options->adapter,
                   "What the source sends: " + fmt::format("{}", fmt::join(adapters, ", ")))
      ->check(CLI::IsMember(adapters));
  adding->add_option(
      "--tenant", options->tenants,
      "Tenant that it may send for; may be given again; a provider's adapter needs exactly one");
  adding->callback(
      [&context, options] { context.run = [&context, options] { return add(context, *options); }; });
  auto* listing = add_command(*command, "list", "List the sources", "countersign source list");
  listing->callback([&context] { context.run = [&context] { return list(context); }; });
  auto* revoking = add_command(*command, "revoke", "Make a source's token worthless, for good",
                               "countersign source revoke okta-prod");
  revoking->add_option("name", options->name, "Source")->required();
  revoking->callback(
      [&context, options] { context.run = [&context, options] { return revoke(context, options->name); }; });
}

}  // namespace countersign::apps
