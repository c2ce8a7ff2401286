#include "apps/countersign/command.h"
#include "apps/countersign/person.h"
#include "apps/system_events.h"
#include "ledger/privacy/erasures.h"
#include "ledger/privacy/holds.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

struct Options {
  std::string name, tenant, region;
  std::vector<std::string> subjects;
};

base::Result<void> note(const Config& config, const base::RegionId& region, const std::string& type,
                        const std::string& name, const std::string& tenant) {
  auto event = system_event_now(type);
  event["action"] = {{"name", type == "hold.placed" ? "privacy hold add" : "privacy hold release"},
                     {"resource", name},
                     {"context", "tenant " + tenant}};
  return leave_in_outbox(config.region_files(region), event);
}

/// An erasure that was decided cannot be stopped any more: also a restore would carry it out.
base::Result<void> check_not_decided(const Config& config, const base::RegionId& region,
                                     const privacy::Hold& hold) {
  TRY_ASSIGN(const auto erasures, privacy::Erasures(config.erasures(region)).list());
  for (const auto& erasure : erasures) {
    const bool ours = std::any_of(hold.tokens.begin(), hold.tokens.end(), [&](const std::string& token) {
      return std::find(erasure.tokens.begin(), erasure.tokens.end(), token) != erasure.tokens.end();
    });
    if (ours && erasure.tenant == hold.tenant)
      return base::fail(base::Code::failed_precondition,
                        fmt::format("the erasure {} of that person was decided {} and is being carried out: "
                                    "it is too late for a hold",
                                    erasure.id, base::format_rfc3339(erasure.time)));
  }
  return {};
}

base::Result<int> add(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  privacy::Hold hold{options.name, base::system_clock()(), {}, {}};
  TRY_ASSIGN(hold.tenant, base::parse_log_owner(options.tenant));
  TRY_ASSIGN(const auto region, region_of(context, config, hold.tenant, options.region));
  if (!options.subjects.empty()) {
    TRY_ASSIGN(const auto person, find_subjects(config, region, hold.tenant, options.subjects, true));
    auto order = person.order(hold.tenant);
    hold.tokens = std::move(order.certain);
    hold.tokens.insert(hold.tokens.end(), order.unless_shared.begin(), order.unless_shared.end());
  }
  {
    privacy::Holds holds(config.holds(region));
    TRY_ASSIGN(const auto alone, holds.lock());
    TRY(check_not_decided(config, region, hold));
    TRY(holds.add(hold));
  }
  TRY(note(config, region, "hold.placed", hold.name, options.tenant));
  print(
      context,
      boost::json::object{{"hold", hold.name}, {"tenant", options.tenant}, {"values", hold.tokens.size()}},
      hold.tokens.empty()
          ? fmt::format("Nothing of {} is erased as long as the hold {} stands.\n", options.tenant, hold.name)
          : fmt::format("{} values of a person are not erased as long as the hold {} stands.\n",
                        hold.tokens.size(), hold.name));
  return 0;
}

base::Result<int> list(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region, choose_region(config, options.region));
  TRY_ASSIGN(const auto holds, privacy::Holds(config.holds(region)).list());
  boost::json::array data;
  std::string text = fmt::format("{:<32} {:<20} {:>8}  {}\n", "HOLD", "TENANT", "VALUES", "PLACED");
  for (const auto& hold : holds) {
    const auto placed = base::format_rfc3339(hold.time);
    data.push_back({{"hold", hold.name},
                    {"tenant", hold.tenant.value()},
                    {"values", hold.tokens.size()},
                    {"placed", placed}});
    text += fmt::format("{:<32} {:<20} {:>8}  {}\n", hold.name, hold.tenant.value(),
                        hold.tokens.empty() ? "all" : std::to_string(hold.tokens.size()), placed);
  }
  print(context, data, holds.empty() ? "No hold stands.\n" : text);
  return 0;
}

base::Result<int> release(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region, choose_region(config, options.region));
  privacy::Holds holds(config.holds(region));
  TRY_ASSIGN(const auto all, holds.list());
  TRY(holds.release(options.name));
  std::string tenant;
  for (const auto& hold : all) {
    if (hold.name == options.name) tenant = hold.tenant.value();
  }
  TRY(note(config, region, "hold.released", options.name, tenant));
  print(context, boost::json::object{{"released", options.name}},
        fmt::format("The hold {} is released.\n", options.name));
  return 0;
}

}  // namespace

void add_privacy_hold(CLI::App& privacy, Context& context) {
  auto* command =
      add_command(privacy, "hold", "Legal holds: what they cover is not erased",
                  "countersign privacy hold add case-2026-17 --tenant acme --subject email=ana@example.com");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();
  auto* adding =
      add_command(*command, "add", "Place a hold on a person, or on all that a tenant has",
                  "countersign privacy hold add case-2026-17 --tenant acme --subject email=ana@example.com");
  adding->add_option("name", options->name, "a-z, 0-9 and '-'; recorded in the clear")->required();
  adding->add_option("--tenant", options->tenant, "Whose evidence it covers")->required();
  adding->add_option("--subject", options->subjects,
                     "KIND=VALUE by which a person is known; may be given again");
  adding->add_option("--region", options->region,
                     "Region whose values it covers, where it is not the one that the tenant is pinned to");
  adding->callback(
      [&context, options] { context.run = [&context, options] { return add(context, *options); }; });
  auto* listing = add_command(*command, "list", "List the holds that stand", "countersign privacy hold list");
  listing->add_option("--region", options->region, "Region, where the appliance keeps several");
  listing->callback(
      [&context, options] { context.run = [&context, options] { return list(context, *options); }; });
  auto* releasing =
      add_command(*command, "release", "Release a hold", "countersign privacy hold release case-2026-17");
  releasing->add_option("name", options->name, "Name of the hold")->required();
  releasing->add_option("--region", options->region, "Region, where the appliance keeps several");
  releasing->callback(
      [&context, options] { context.run = [&context, options] { return release(context, *options); }; });
}

}  // namespace countersign::apps
