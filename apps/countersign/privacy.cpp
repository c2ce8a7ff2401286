#include "apps/countersign/command.h"
#include "apps/countersign/person.h"
#include "apps/countersign/waiting.h"
#include "apps/erasing.h"
#include "apps/system_events.h"
#include "ledger/record/mask.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

struct Options {
  std::string tenant;
  std::vector<std::string> subjects;
  std::string reason, region;
  bool yes = false;
  bool only_named = false;
};

constexpr std::string_view kWhy[] = {"named by you", "beside it in a record", "mentions the person",
                                     "in the person's records only", "in others' records too: kept"};

std::string table(const privacy::Person& person) {
  std::string out = fmt::format("{:<12} {:<34} {:>8}  {}\n", "KIND", "VALUE", "RECORDS", "WHY");
  for (const auto& held : person.values)
    out +=
        fmt::format("{:<12} {:<34} {:>8}  {}\n", to_string(held.kind), record::masked(held.kind, held.value),
                    held.records, kWhy[static_cast<std::size_t>(held.tie)]);
  return out;
}

base::Result<int> erase(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto tenant, base::parse_log_owner(options.tenant));
  TRY_ASSIGN(const auto region, region_of(context, config, tenant, options.region));
  if (options.yes && !privacy::is_reason(options.reason))
    return base::fail(
        base::Code::invalid_argument,
        "--reason is needed: a code of a-z, 0-9 and '_', such as gdpr_art_17. It is recorded in the "
        "clear, so it must not name anybody");
  TRY_ASSIGN(const auto person, find_subjects(config, region, tenant, options.subjects, !options.only_named));
  auto data = plan_of(person);
  const auto order = person.order(tenant);
  const auto values = order.certain.size() + order.unless_shared.size();
  auto text = table(person);
  if (!options.yes) {
    data["erased"] = false;
    text += fmt::format(
        "\nWould be erased: {} values; records that name the person, which stay: {}. Nothing was erased: say "
        "--yes "
        "--reason gdpr_art_17\n",
        values, person.records);
    print(context, data, text);
    return 0;
  }
  TRY(check_holds(privacy::Holds(config.holds(region)), order));
  privacy::Erasure erasure;
  erasure.id = crypto::random_id(crypto::system_entropy());
  erasure.time = base::system_clock()();
  erasure.tenant = tenant;
  erasure.reason = options.reason;
  const auto files = config.region_files(region);
  TRY(leave_erasure_order(files, erasure, person));
  TRY_ASSIGN(
      const auto report,
      wait_for_report(
          files.lock(), [&] { return take_erasure_report(files, erasure.id); },
          "countersignd has not carried the order out within a minute. The order stays: it is carried out "
          "when countersignd runs"));
  if (!report.error.empty()) return base::fail(base::Code::internal, report.error);
  data["erased"] = true;
  data["erasure"] = erasure.id;
  data["erased_values"] = report.values;
  data["kept_values"] = report.kept;
  text += fmt::format(
      "\nErased from the vault: {} values. The records that held them, {} of this person, stay and still "
      "verify. In the "
      "system log it is erasure/{}\n",
      report.values, person.records, erasure.id);
  print(context, data, text);
  return 0;
}

}  // namespace

void add_privacy(CLI::App& app, Context& context) {
  auto* command = add_command(app, "privacy", "Find and erase what is held of a person; legal holds",
                              "countersign privacy erase --tenant acme --subject email=ana@example.com");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();
  auto* erasing = add_command(
      *command, "erase", "Erase a person's values from the vault; shows what would go unless --yes is given",
      "countersign privacy erase --tenant acme --subject email=ana@example.com --yes --reason gdpr_art_17");
  erasing->add_option("--tenant", options->tenant, "Whose person it is")->required();
  erasing
      ->add_option(
          "--subject", options->subjects,
          "KIND=VALUE by which the person is known (user, email, phone, name, fingerprint, ip, session); "
          "may be given again")
      ->required();
  erasing->add_option("--reason", options->reason, "Code that is recorded, such as gdpr_art_17");
  erasing->add_option("--region", options->region,
                      "Region to erase in, where it is not the one that the tenant is pinned to");
  erasing->add_flag("--only-named", options->only_named,
                    "Do not follow to the identities that stand beside the named one in a record");
  erasing->add_flag("--yes", options->yes, "Erase; there is no way back");
  add_privacy_access(*command, context);
  add_privacy_hold(*command, context);
  erasing->callback(
      [&context, options] { context.run = [&context, options] { return erase(context, *options); }; });
}

}  // namespace countersign::apps
