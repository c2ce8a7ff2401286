#include "apps/countersign/command.h"
#include "apps/policy_change.h"
#include "apps/retaining.h"
#include "ledger/retention/rules.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

struct Options {
  std::string tenant, region, rule, keep, at_hand;
  std::vector<std::string> types;
};

base::Result<retention::Span> keep_of(const std::string& rule, const std::string& keep) {
  if (!keep.empty()) return retention::parse_span(keep);
  if (const auto* named = retention::find_rule(rule)) return named->keep;
  if (rule != retention::kCustomRule) return retention::Span();  // RuleBook::set says that there is none
  return base::fail(base::Code::invalid_argument, "--rule custom needs --keep, such as --keep '18 months'");
}

/// `challenge.*=hipaa` or `challenge.*=90 days`.
base::Result<retention::TypeRule> type_rule(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos)
    return base::fail(
        base::Code::invalid_argument,
        fmt::format("'{}' is not TYPES=RULE or TYPES=TIME, such as 'challenge.*=90 days'", text));
  const auto what = text.substr(equals + 1);
  if (const auto* named = retention::find_rule(what))
    return retention::TypeRule{text.substr(0, equals), what, named->keep};
  TRY_ASSIGN(const auto keep, retention::parse_span(what));
  return retention::TypeRule{text.substr(0, equals), std::string(retention::kCustomRule), keep};
}

base::Result<int> change(const Context& context, const base::TenantId& tenant,
                         const std::function<base::Result<void>(retention::RuleBook&)>& change_book) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto done,
             change_retention(config, tenant, {PolicyAuthor::How::retention_command, caller()}, change_book));
  const auto before = to_string(done.before.retention), after = to_string(done.after.retention);
  print(context, boost::json::object{{"tenant", tenant.value()}, {"before", before}, {"after", after}},
        fmt::format("{}: {}\n", tenant.value(), after));
  return 0;
}

base::Result<int> set(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto tenant, base::parse_log_owner(options.tenant));
  retention::TenantRules rules;
  rules.rule = options.rule;
  TRY_ASSIGN(rules.keep, keep_of(options.rule, options.keep));
  if (const auto* named = retention::find_rule(options.rule)) rules.at_hand = named->at_hand;
  if (seconds_of(rules.at_hand) > seconds_of(rules.keep)) rules.at_hand = rules.keep;
  if (!options.at_hand.empty()) {
    TRY_ASSIGN(rules.at_hand, retention::parse_span(options.at_hand));
  }
  for (const auto& text : options.types) {
    TRY_ASSIGN(auto rule, type_rule(text));
    rules.types.push_back(std::move(rule));
  }
  return change(context, tenant,
                [&](retention::RuleBook& book) { return book.set(tenant, std::move(rules)); });
}

base::Result<int> clear(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto tenant, base::parse_log_owner(options.tenant));
  return change(context, tenant, [&](retention::RuleBook& book) {
    book.remove(tenant);
    return base::Result<void>();
  });
}

base::Result<int> show(const Context& context) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto book, retention::RuleBook::load(config.retention()));
  boost::json::array named, tenants;
  std::string text = fmt::format("{:<10} {:<10} {:<10} {}\n", "RULE", "KEEP", "AT HAND", "WHY");
  for (const auto& rule : retention::named_rules()) {
    const auto keep = to_string(rule.keep), at_hand = to_string(rule.at_hand);
    named.push_back({{"rule", std::string(rule.name)},
                     {"keep", keep},
                     {"at_hand", at_hand},
                     {"why", std::string(rule.why)}});
    text += fmt::format("{:<10} {:<10} {:<10} {}\n", rule.name, keep, at_hand, rule.why);
  }
  text += fmt::format("\n{:<20} {}\n", "TENANT", "RULES");
  for (const auto& [tenant, rules] : book.all()) {
    tenants.push_back({{"tenant", tenant.value()}, {"rules", to_string(rules)}});
    text += fmt::format("{:<20} {}\n", tenant.value(), to_string(rules));
  }
  text += fmt::format("{:<20} {}\n", "all others", to_string(retention::TenantRules()));
  print(context, boost::json::object{{"rules", std::move(named)}, {"tenants", std::move(tenants)}}, text);
  return 0;
}

base::Result<int> apply(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region, choose_region(config, options.region));
  TRY_ASSIGN(const auto report, keep_to_rules_now(config.region_files(region)));
  if (const auto* error = report.if_contains("error"))
    return base::fail(base::Code::internal, std::string(error->as_string()));
  std::string text;
  for (const auto& one : report.at("sealed").as_array())
    text += fmt::format("sealed {} {} to {}: {} records\n", std::string(one.at("tenant").as_string()),
                        one.at("first").to_number<std::uint64_t>(), one.at("last").to_number<std::uint64_t>(),
                        one.at("records").to_number<std::uint64_t>());
  for (const auto& one : report.at("retired").as_array())
    text +=
        fmt::format("retired {} {} to {}: {} records, {} keeps {}\n",
                    std::string(one.at("tenant").as_string()), one.at("first").to_number<std::uint64_t>(),
                    one.at("last").to_number<std::uint64_t>(), one.at("records").to_number<std::uint64_t>(),
                    std::string(one.at("rule").as_string()), std::string(one.at("keep").as_string()));
  for (const auto& hold : report.at("held").as_array())
    text += fmt::format("the hold {} keeps records that are due\n", std::string(hold.as_string()));
  for (const auto& file : report.at("undeletable").as_array())
    text += fmt::format("{} was retired, but the file system does not let it go\n",
                        std::string(file.as_string()));
  print(context, report, text.empty() ? "Nothing is due.\n" : text);
  return 0;
}

/// One line for a part of a sealed range.
void list_part(const store::SegmentPart& part, boost::json::array& data, std::string& text) {
  const auto& s = part.statement;
  boost::json::object row{{"log", s.log.text},
                          {"first", s.begin},
                          {"last", s.end - 1},
                          {"part", s.part},
                          {"records", s.records},
                          {"types", boost::json::array(s.types.begin(), s.types.end())},
                          {"first_received", base::format_rfc3339(s.first_received)},
                          {"last_received", base::format_rfc3339(s.last_received)},
                          {"file", s.file}};
  std::string state = "sealed " + base::format_rfc3339(s.sealed);
  if (part.retired) {
    row["retired"] = base::format_rfc3339(part.retired->retired);
    row["rule"] = part.retired->rule;
    row["keep"] = part.retired->keep;
    state = fmt::format("retired {} ({} keeps {})", base::format_rfc3339(part.retired->retired),
                        part.retired->rule, part.retired->keep);
  }
  data.push_back(std::move(row));
  text += fmt::format("{:>10} {:>10} {:>8}  {}  {}\n", s.begin, s.end - 1, s.records,
                      base::format_rfc3339(s.last_received).substr(0, 10), state);
}

base::Result<int> list(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto tenant, base::parse_log_owner(options.tenant));
  TRY_ASSIGN(const auto region, choose_region(config, options.region));
  TRY_ASSIGN(auto reader, store::LedgerReader::open(config.region_files(region).ledger()));
  TRY_ASSIGN(const auto log, reader.log(tenant));
  TRY_ASSIGN(const auto ranges, reader.sealed(log));
  boost::json::array data;
  auto text =
      fmt::format("{:>10} {:>10} {:>8}  {:<10}  {}\n", "FIRST", "LAST", "RECORDS", "RECEIVED", "STATE");
  for (const auto& range : ranges) {
    for (const auto& part : range.parts) list_part(part, data, text);
  }
  print(context, data, ranges.empty() ? "Nothing is sealed yet.\n" : text);
  return 0;
}

}  // namespace

void add_retention(CLI::App& app, Context& context) {
  auto* command = add_command(app, "retention", "How long records are kept, and what was sealed and retired",
                              "countersign retention set acme --rule pci_dss");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();
  const auto on = [&](CLI::App* sub, base::Result<int> (*run)(const Context&, const Options&)) {
    sub->callback([&context, options, run] {
      context.run = [&context, options, run] { return run(context, *options); };
    });
  };
  auto* setting =
      add_command(*command, "set", "Say how long a tenant's records are kept; in place of what was said",
                  "countersign retention set acme --rule hipaa --type 'challenge.*=12 months'");
  setting->add_option("tenant", options->tenant, "Tenant, or _system")->required();
  setting->add_option("--rule", options->rule, "pci_dss, hipaa, soc2, forever or custom")->required();
  setting->add_option("--keep", options->keep, "Longer than the rule asks; for custom, how long");
  setting->add_option("--at-hand", options->at_hand,
                      "How long records stay in the ledger's file before they are sealed");
  setting->add_option(
      "--type", options->types,
      "TYPES=RULE or TYPES=TIME for some types; may be given again, the first that covers a type holds");
  on(setting, set);
  auto* clearing = add_command(*command, "clear", "Keep a tenant's records for ever again",
                               "countersign retention clear acme");
  clearing->add_option("tenant", options->tenant, "Tenant, or _system")->required();
  on(clearing, clear);
  auto* showing = add_command(*command, "show", "Show the rules", "countersign retention show");
  showing->callback([&context] { context.run = [&context] { return show(context); }; });
  auto* applying = add_command(*command, "apply", "Have countersignd seal and retire what is due now",
                               "countersign retention apply");
  applying->add_option("--region", options->region, "Region, where the appliance keeps several");
  on(applying, apply);
  auto* listing = add_command(*command, "list", "List what was sealed and retired of a log",
                              "countersign retention list acme");
  listing->add_option("tenant", options->tenant, "Tenant, or _system")->required();
  listing->add_option("--region", options->region, "Region, where the appliance keeps several");
  on(listing, list);
}

}  // namespace countersign::apps
