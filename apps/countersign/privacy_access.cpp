#include "apps/countersign/command.h"
#include "apps/countersign/export.h"
#include "apps/countersign/person.h"

namespace countersign::apps {
namespace {

struct Options {
  std::string tenant, output, requested_by, region, destination;
  std::vector<std::string> subjects;
  bool only_named = false;
};

base::Result<int> give_access(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto tenant, base::parse_log_owner(options.tenant));
  TRY_ASSIGN(const auto region, region_of(context, config, tenant, options.region));
  TRY_ASSIGN(const auto person, find_subjects(config, region, tenant, options.subjects, !options.only_named));
  ExportOptions order;
  order.tenant = options.tenant;
  order.region = region.value();
  order.from = "1970-01-01T00:00:00Z";
  order.to = base::format_rfc3339({base::system_clock()().micros + 1});
  order.output = options.output;
  order.requested_by = options.requested_by;
  order.destination = options.destination;
  order.query = "Everything that is known of one person (GDPR Art. 15 and 20)";
  order.only_tokens.emplace();
  for (const auto& held : person.values) {
    order.only_tokens->push_back(held.token);
    // What stands in the person's records is found by these already.
    if (held.tie < privacy::Tie::only_here) order.filter.push_back("token=" + held.token);
  }
  return export_now(context, order);
}

}  // namespace

void add_privacy_access(CLI::App& privacy, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = add_command(
      privacy, "access",
      "Write everything that is known of a person into a signed bundle; others' values stay closed",
      "countersign privacy access --tenant acme --subject email=ana@example.com -o ana.zip");
  command->add_option("--tenant", options->tenant, "Whose person it is")->required();
  command
      ->add_option("--subject", options->subjects,
                   "KIND=VALUE by which the person is known; may be given again")
      ->required();
  command->add_option("-o,--output", options->output, "File to write, *.zip or *.tar.zst")->required();
  command->add_option("--region", options->region,
                      "Region to search, where it is not the one that the tenant is pinned to");
  command->add_option("--destination", options->destination,
                      "Region or country that the bundle goes to (the region itself); recorded");
  command->add_flag("--only-named", options->only_named,
                    "Do not follow to the identities that stand beside the named one in a record");
  command->add_option("--requested-by", options->requested_by, "Who asked for it (the user who runs this)");
  command->callback(
      [&context, options] { context.run = [&context, options] { return give_access(context, *options); }; });
}

}  // namespace countersign::apps
