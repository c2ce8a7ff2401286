#include "apps/accounts.h"
#include "apps/countersign/command.h"
#include "apps/countersign/times.h"
#include "web/auth/administration.h"
#include "web/auth/sign_in.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace countersign::apps {
namespace {

struct Options {
  std::string name, display_name, role, from, before, expires;
  std::vector<std::string> tenants;
  bool all_tenants = false;
};

/// The store, opened, and what a change of it is recorded with.
struct Office {
  Config config;
  std::shared_ptr<const ingest::Registry> registry;
  auth::AccountStore store;
  auth::Record record;

  auth::Administrator administrator() {
    return {store,
            record,
            base::system_clock(),
            crypto::system_entropy(),
            {{"actor", {{"id", caller()}, {"role", "account"}}}}};
  }
  base::Result<auth::Account> find(const std::string& name) {
    TRY_ASSIGN(const auto spelled, auth::parse_account_name(name));
    TRY_ASSIGN(auto found, store.by_name(spelled));
    if (!found)
      return base::fail(base::Code::not_found, "there is no user of that name: countersign user list");
    return std::move(*found);
  }
};

base::Result<Office> open_office(const Context& context) {
  TRY_ASSIGN(auto config, load(context));
  auto loaded = ingest::Registry::load(config.registry());
  if (!loaded && loaded.error().code != base::Code::not_found) return base::fail(loaded.error());
  auto registry = std::make_shared<const ingest::Registry>(loaded ? std::move(*loaded) : ingest::Registry());
  TRY_ASSIGN(auto store, auth::AccountStore::open(config.accounts()));
  auto record = account_recorder(config, [registry] { return registry; });
  return Office{std::move(config), std::move(registry), std::move(store), std::move(record)};
}

int show_invitation(const Context& context, const Config& config, const auth::Invited& invited) {
  const auto link = invitation_link(config, invited.token);
  auto data = auth::account_document(invited.account, base::system_clock()());
  data["token"] = invited.token;
  data["link"] = link;
  print(
      context, data,
      fmt::format("User {} has the role {}. The link is shown this once, is good for {} hours, and lets who "
                  "has it set the password:\n\n  {}\n",
                  invited.account.name, to_string(invited.account.role), auth::kInvitationS / 3'600, link));
  return 0;
}

base::Result<int> add(const Context& context, const Options& options) {
  TRY_ASSIGN(auto office, open_office(context));
  auth::NewAccount wish;
  wish.name = options.name;
  wish.display_name = options.display_name;
  const auto role = ingest::parse_role(options.role);
  if (!role) return base::fail(base::Code::invalid_argument, "roles are auditor, analyst, privacy and admin");
  wish.role = *role;
  wish.all_tenants = options.all_tenants;
  for (const auto& text : options.tenants) {
    TRY_ASSIGN(auto tenant, base::parse_tenant(text));
    if (office.registry->tenant(tenant) == nullptr)
      return base::fail(base::Code::not_found, fmt::format("there is no tenant {}; add it first", text));
    wish.tenants.push_back(std::move(tenant));
  }
  TRY_ASSIGN(wish.period, period_of(options.from, options.before));
  TRY_ASSIGN(wish.expires, time_of(options.expires));
  TRY_ASSIGN(const auto invited, auth::add_account(office.administrator(), wish));
  return show_invitation(context, office.config, invited);
}

base::Result<int> list(const Context& context) {
  TRY_ASSIGN(auto office, open_office(context));
  TRY_ASSIGN(const auto accounts, office.store.all());
  boost::json::array data;
  std::string text =
      fmt::format("{:<32} {:<10} {:<10} {:<14} {}\n", "USER", "ROLE", "STATE", "FACTORS", "TENANTS");
  for (const auto& one : accounts) {
    auto entry = auth::account_document(one, base::system_clock()());
    const auto joined = [](const boost::json::value& texts) {
      std::string out;
      for (const auto& each : texts.as_array())
        out += (out.empty() ? "" : ",") + std::string(each.as_string().data(), each.as_string().size());
      return out.empty() ? std::string("-") : out;
    };
    text += fmt::format("{:<32} {:<10} {:<10} {:<14} {}\n", one.name, to_string(one.role),
                        entry.at("state").as_string().c_str(), joined(entry.at("factors")),
                        one.all_tenants ? "(all)" : joined(entry.at("tenants")));
    data.emplace_back(std::move(entry));
  }
  if (data.empty())
    text = "No user yet. Add one with: countersign user add ana@example.com --role admin --all-tenants\n";
  print(context, data, text);
  return 0;
}

base::Result<int> invite_again(const Context& context, const Options& options) {
  TRY_ASSIGN(auto office, open_office(context));
  TRY_ASSIGN(const auto account, office.find(options.name));
  TRY_ASSIGN(const auto invited, auth::invite_again(office.administrator(), account.id));
  return show_invitation(context, office.config, invited);
}

base::Result<int> remove(const Context& context, const Options& options) {
  TRY_ASSIGN(auto office, open_office(context));
  TRY_ASSIGN(const auto account, office.find(options.name));
  TRY(auth::remove(office.administrator(), account.id));
  print(context, boost::json::object{{"user", account.name}, {"removed", true}},
        fmt::format("User {} is removed. A running countersignd ends the sessions within a second.\n",
                    account.name));
  return 0;
}

using Change = base::Result<auth::Account> (*)(const auth::Administrator&, std::string_view);

base::Result<int> change(const Context& context, const Options& options, Change change_it,
                         std::string_view done) {
  TRY_ASSIGN(auto office, open_office(context));
  TRY_ASSIGN(const auto account, office.find(options.name));
  TRY_ASSIGN(const auto changed, change_it(office.administrator(), account.id));
  print(context, auth::account_document(changed, base::system_clock()()),
        fmt::format("User {} {}. A running countersignd knows it within a second.\n", changed.name, done));
  return 0;
}

}  // namespace

void add_user(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(app, "user", "Manage the people who sign in",
                              "countersign user add ana@example.com --role admin --all-tenants");
  command->require_subcommand(1);
  auto* adding =
      add_command(*command, "add", "Add a user and print a link that sets the password, once",
                  "countersign user add ana@example.com --role auditor --tenant acme --from "
                  "2026-01-01T00:00:00Z --before 2027-01-01T00:00:00Z --expires 2027-03-31T00:00:00Z");
  adding->add_option("name", options->name, "E-mail address or another name to sign in with")->required();
  adding->add_option("--display-name", options->display_name, "The person's name");
  adding->add_option("--role", options->role, "auditor, analyst, privacy or admin")
      ->required()
      ->check(CLI::IsMember({"auditor", "analyst", "privacy", "admin"}));
  adding->add_option("--tenant", options->tenants, "Tenant that is open to the user; may be given again")
      ->allow_extra_args(false);
  adding->add_flag("--all-tenants", options->all_tenants, "Every tenant is, later ones too");
  adding->add_option("--from", options->from, "Only records received from then on, RFC 3339");
  adding->add_option("--before", options->before, "and before");
  adding->add_option("--expires", options->expires, "When the user can no longer sign in, RFC 3339 (never)");
  adding->callback(
      [&context, options] { context.run = [&context, options] { return add(context, *options); }; });
  add_command(*command, "list", "List the users", "countersign user list")->callback([&context] {
    context.run = [&context] { return list(context); };
  });
  const auto add_named = [&](const std::string& name, const std::string& what, auto run) {
    auto* one = add_command(*command, name, what, fmt::format("countersign user {} ana@example.com", name));
    one->add_option("name", options->name, "User")->required();
    one->callback([&context, options, run] {
      context.run = [&context, options, run] { return run(context, *options); };
    });
  };
  const auto add_change = [&](const std::string& name, const std::string& what, Change change_it,
                              const char* done) {
    add_named(name, what, [change_it, done](const Context& here, const Options& given) {
      return change(here, given, change_it, done);
    });
  };
  add_named("invite", "Print a new link that sets the password", invite_again);
  add_change("disable", "Let a user sign in no more, and end the sessions", auth::disable, "is disabled");
  add_change("enable", "Let a user sign in again", auth::enable, "is enabled");
  add_change("reset-factors", "Take the second factors off, for who has lost them", auth::reset_factors,
             "has no second factor any more and enrols one at the next sign-in");
  add_change("unlock", "Unlock a password or second factors that failed too often", auth::unlock,
             "is unlocked");
  add_named("remove", "Remove a user with all that is known of her; records keep the account's id", remove);
}

}  // namespace countersign::apps
