#include "apps/countersign/command.h"
#include "apps/policy_change.h"
#include "apps/policy_check.h"
#include "apps/policy_events.h"
#include "apps/policy_past.h"
#include "apps/policy_review.h"
#include "collector/endpoints/policy_document.h"
#include "collector/endpoints/policy_review.h"
#include "collector/ingest/registry.h"
#include "ledger/base/file.h"
#include "ledger/retention/rules_document.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace countersign::apps {
namespace {

using ingest::Allowance;
using ingest::Role;

boost::json::string json_text(std::string_view text) { return boost::json::string(text.data(), text.size()); }

base::Result<int> show(const Context& context, const std::string& name) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto id, base::parse_tenant(name));
  TRY_ASSIGN(auto registry, ingest::Registry::load(config.registry()));
  TRY_ASSIGN(const auto book, retention::RuleBook::load(config.retention()));
  registry.put(book);
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
  const auto access = tenant->access.to_json();
  const auto attributes = tenant->attributes.to_json();
  const auto monitoring = tenant->monitoring.to_json();
  text += fmt::format("\nAccess: {}\nAttributes: {}\nMonitoring: {}\nRetention: {}\n",
                      boost::json::serialize(access), boost::json::serialize(attributes),
                      boost::json::serialize(monitoring), to_string(tenant->retention));
  print(context,
        boost::json::object{{"tenant", name},
                            {"sharing", std::move(sharing)},
                            {"access", access},
                            {"attributes", attributes},
                            {"monitoring", monitoring},
                            {"retention", retention::to_json(tenant->retention)}},
        text);
  return 0;
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
  TRY_ASSIGN(const auto done, change_policies(config, id, {PolicyAuthor::How::command, caller()},
                                              [&](ingest::Tenant& tenant) -> base::Result<void> {
                                                tenant.sharing.set(*role, *allowance);
                                                return {};
                                              }));
  const auto before = done.before.sharing.of(*role);
  const bool changed = done.changed();
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

/// A file as the API takes it.
base::Result<int> apply(const Context& context, const std::string& name, const std::string& file) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto id, base::parse_tenant(name));
  TRY_ASSIGN(const auto text, base::read_file(file, endpoints::kPolicyBytesMax));
  TRY_ASSIGN(const auto done, change_policies(config, id, {PolicyAuthor::How::command, caller()},
                                              [&](ingest::Tenant& tenant) -> base::Result<void> {
                                                auto wish = endpoints::read_policy(text, tenant);
                                                if (!wish)
                                                  return base::fail(
                                                      base::Code::invalid_argument,
                                                      fmt::format("{}: {}", file, wish.error().detail));
                                                if (auto good = check_policy(*wish); !good)
                                                  return base::fail(file, good.error());
                                                wish->put_into(tenant);
                                                return {};
                                              }));
  const auto changes = policy_changes(done.before, done.after);
  std::string said;
  for (const auto& change : changes) said += change + "\n";
  print(
      context,
      boost::json::object{{"tenant", name}, {"changes", boost::json::array(changes.begin(), changes.end())}},
      changes.empty() ? fmt::format("The policies of {} say so already.\n", name) : said);
  return 0;
}

base::Result<int> history(const Context& context, const std::string& name) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto id, base::parse_tenant(name));
  TRY_ASSIGN(const auto registry, ingest::Registry::load(config.registry()));
  const auto* tenant = registry.tenant(id);
  if (tenant == nullptr) return base::fail(base::Code::not_found, fmt::format("there is no tenant {}", name));
  TRY_ASSIGN(const auto past, read_policy_history(config, *tenant));
  boost::json::array data;
  std::string text;
  for (auto one = past.versions().rbegin(); one != past.versions().rend(); ++one) {
    text += fmt::format("{}  {}{}{}; change {}\n", base::format_rfc3339(one->from), one->action,
                        one->author.empty() ? "" : ", by the " + one->role + " ", one->author, one->change);
    for (const auto& change : one->changes) text += "  " + change + "\n";
    boost::json::array reviewed;
    for (const auto& review : one->reviews) {
      text += fmt::format("  reviewed {} by the {} {}: {}\n", base::format_rfc3339(review.at), review.role,
                          review.by, review.note);
      reviewed.push_back({{"at", base::format_rfc3339(review.at)},
                          {"by", {{"role", review.role}, {"token", review.by}}},
                          {"note", review.note}});
    }
    data.push_back({{"change", one->change},
                    {"from", base::format_rfc3339(one->from)},
                    {"action", one->action},
                    {"role", one->role},
                    {"author", one->author},
                    {"changes", boost::json::array(one->changes.begin(), one->changes.end())},
                    {"before", one->before},
                    {"after", one->after},
                    {"reviewed", std::move(reviewed)}});
  }
  print(context, data,
        text.empty() ? fmt::format("Nobody has changed the policies of {} yet.\n", name) : text);
  return 0;
}

base::Result<int> review(const Context& context, const std::string& name, const std::string& change,
                         const std::string& note) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto id, base::parse_tenant(name));
  if (!endpoints::is_review_note(note))
    return base::fail(base::Code::invalid_argument,
                      fmt::format("--note must be a text of 1 to {} bytes without control characters",
                                  endpoints::kReviewNoteBytesMax));
  TRY_ASSIGN(const auto registry, ingest::Registry::load(config.registry()));
  const auto* tenant = registry.tenant(id);
  if (tenant == nullptr) return base::fail(base::Code::not_found, fmt::format("there is no tenant {}", name));
  TRY_ASSIGN(const auto at,
             review_policy(config, *tenant, change, note, {PolicyAuthor::How::command, caller()}));
  print(context,
        boost::json::object{
            {"tenant", name}, {"change", change}, {"at", base::format_rfc3339(at)}, {"note", note}},
        fmt::format("The change {} of the policies of {} is reviewed.\n", change, name));
  return 0;
}

}  // namespace

void add_tenant_policy(CLI::App& tenant, Context& context) {
  struct Options {
    std::string name, role, word, file, change, note;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      add_command(tenant, "policy", "What a tenant asks of its people, gives each role, and keeps",
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
  auto* looking_back =
      add_command(*command, "history", "Show each change, the newest first, with who made it as a token",
                  "countersign tenant policy history acme");
  looking_back->add_option("name", options->name, "Tenant")->required();
  looking_back->callback(
      [&context, options] { context.run = [&context, options] { return history(context, options->name); }; });
  auto* reviewing =
      add_command(*command, "review",
                  "Record that a change was reviewed, by somebody else than who made it; the history names "
                  "changes and shows their reviews",
                  "countersign tenant policy review acme 2f6c0e… --note 'as agreed in CHG-17'");
  reviewing->add_option("name", options->name, "Tenant")->required();
  reviewing->add_option("change", options->change, "Id of the change")->required();
  reviewing->add_option("--note", options->note, "What was found; recorded in the clear, so without names")
      ->required();
  reviewing->callback([&context, options] {
    context.run = [&context, options] {
      return review(context, options->name, options->change, options->note);
    };
  });
  auto* applying =
      add_command(*command, "apply",
                  "Put the policies of a file, as GET /v1/tenants/{tenant}/policy shows them, in place "
                  "of those that hold; what it leaves out has its default, but for the retention",
                  "countersign tenant policy apply acme policy.json");
  applying->add_option("name", options->name, "Tenant")->required();
  applying->add_option("file", options->file, "JSON file")->required()->check(CLI::ExistingFile);
  applying->callback([&context, options] {
    context.run = [&context, options] { return apply(context, options->name, options->file); };
  });
}

}  // namespace countersign::apps
