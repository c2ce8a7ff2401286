#include "apps/countersign/command.h"
#include "apps/countersign/tenant_region.h"
#include "apps/system_events.h"
#include "ledger/vault/kek.h"
#include "reports/findings/document.h"
#include "reports/findings/finding_events.h"
#include "reports/findings/findings.h"
#include "reports/findings/persons.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <utility>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;
using findings::Finding;
using findings::Step;

struct Options {
  std::string tenant, region, finding, text, control, item, state;
  std::uint64_t most = 50;
  std::optional<std::uint64_t> earlier;
};

/// Where a tenant's findings lie.
struct Place {
  Config config;
  store::RegionFiles files;
  base::TenantId tenant;
};

base::Result<Place> find_place(const Context& context, const Options& options) {
  TRY_ASSIGN(auto config, load(context));
  TRY_ASSIGN(auto tenant, base::parse_tenant(options.tenant));
  TRY_ASSIGN(const auto region, choose_region(context, config, tenant, options.region));
  auto files = config.region_files(region);
  return Place{std::move(config), std::move(files), std::move(tenant)};
}

/// As far as the key-encryption key is at hand.
void name(const Place& place, std::span<Finding> found) {
  const auto kek = vault::read_key_encryption_key(place.config.keys.vault);
  if (!kek) return;
  const auto keys = vault::open_keys(place.files.vault(), *kek);
  if (!keys) return;
  auto vault = vault::VaultReader::open(place.files.vault(), *keys);
  if (vault) static_cast<void>(findings::name_persons(found, *vault));
}

std::string who(const findings::Actor& by) {
  if (by.token.empty()) return {};
  return fmt::format(", by the {} {}", by.role, by.id.empty() ? by.token : by.id);
}

std::string line_of(std::string_view what, const findings::Entry& entry) {
  return fmt::format("{:<13} {}{}{}{}\n", what, base::format_rfc3339(entry.at), who(entry.by),
                     entry.text.empty() ? "" : ": ", entry.text);
}

std::string text_of(const Finding& finding) {
  std::string out = fmt::format("{} {} {}\n", finding.id, to_string(finding.state), finding.control);
  if (!finding.item.empty()) out += fmt::format("{:<13} {}\n", "item", finding.item);
  if (!finding.observed.empty()) out += fmt::format("{:<13} {}\n", "observed", finding.observed);
  if (!finding.records.empty())
    out += fmt::format("{:<13} {}\n", "records", fmt::join(finding.records, ", "));
  if (finding.opened) out += line_of("opened", *finding.opened);
  if (finding.acknowledged) out += line_of("acknowledged", *finding.acknowledged);
  for (const auto& answer : finding.answers) out += line_of("answered", answer);
  if (finding.resolved) out += line_of("resolved", *finding.resolved);
  return out;
}

base::Result<int> list(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto place, find_place(context, options));
  findings::Wanted wanted;
  wanted.tenant = place.tenant;
  wanted.state = findings::parse_state(options.state);
  wanted.control = options.control;
  wanted.earlier = options.earlier;
  wanted.most = options.most;
  TRY_ASSIGN(auto reader, findings::FindingReader::open(place.files));
  TRY_ASSIGN(auto page, reader.list(wanted));
  name(place, page.findings);
  boost::json::array data;
  std::string text;
  for (const auto& one : page.findings) {
    data.push_back(findings::to_document(one, place.tenant.value()));
    text += fmt::format("{}  {:<12}  {:<24}  {}{}{}\n", one.id, to_string(one.state), one.control, one.item,
                        one.observed.empty() ? "" : ": ", one.observed);
  }
  if (page.next) text += fmt::format("There are more: --before {}\n", *page.next);
  boost::json::object out{{"tenant", place.tenant.value()}};
  out["findings"] = std::move(data);
  if (page.next) out["next"] = *page.next;
  print(context, out, text.empty() ? std::string("There are no such findings.\n") : text);
  return 0;
}

base::Result<Finding> find(const Place& place, const std::string& id) {
  TRY_ASSIGN(auto reader, findings::FindingReader::open(place.files));
  TRY_ASSIGN(auto found, reader.find(place.tenant, id));
  if (!found)
    return fail(Code::not_found, fmt::format("{} has no such finding: countersign finding list --tenant {}",
                                             place.tenant.value(), place.tenant.value()));
  return std::move(*found);
}

base::Result<int> show(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto place, find_place(context, options));
  TRY_ASSIGN(auto found, find(place, options.finding));
  name(place, {&found, 1});
  print(context, findings::to_document(found, place.tenant.value()), text_of(found));
  return 0;
}

base::Result<int> say(const Context& context, const Options& options, Step step) {
  TRY_ASSIGN(const auto place, find_place(context, options));
  if (!findings::is_finding_id(options.finding))
    return fail(Code::invalid_argument, "a finding is named by its 16 hexadecimal digits");
  TRY_ASSIGN(auto reader, findings::FindingReader::open(place.files));
  TRY_ASSIGN(const auto known, reader.find(place.tenant, options.finding));
  const findings::Saying saying{step,         place.tenant.value(), options.finding,
                                options.text, options.control,      options.item};
  const boost::json::object members{{"actor", {{"id", caller()}, {"role", "account"}}}};
  TRY_ASSIGN(const auto events, findings::events_of(saying, known ? &*known : nullptr, members,
                                                    base::system_clock()(), crypto::system_entropy()));
  TRY(leave_in_outbox(place.files, events));
  print(context,
        boost::json::object{{"tenant", place.tenant.value()},
                            {"finding", options.finding},
                            {"step", std::string(to_string(step))}},
        "It is in the system log within a second or two, or when countersignd starts next.\n");
  return 0;
}

using Run = std::function<base::Result<int>(const Context&, const Options&)>;

Run step_of(Step step) {
  return [step](const Context& context, const Options& options) { return say(context, options, step); };
}

/// A subcommand with what all of them take.
CLI::App* add_finding_command(CLI::App& parent, const std::shared_ptr<Options>& options, Context& context,
                              const std::string& word, const std::string& what, const std::string& example,
                              const Run& run) {
  auto* command = add_command(parent, word, what, example);
  command->add_option("--tenant", options->tenant, "Tenant")->required();
  command->add_option("--region", options->region, "Region, where the appliance keeps several");
  command->callback([&context, options, run] {
    context.run = [&context, options, run] { return run(context, *options); };
  });
  return command;
}

void add_list(CLI::App& parent, const std::shared_ptr<Options>& options, Context& context) {
  auto* command =
      add_finding_command(parent, options, context, "list", "List a tenant's findings, the newest first",
                          "countersign finding list --tenant acme --state opened", list);
  command->add_option("--state", options->state, "opened, acknowledged or resolved")
      ->check(CLI::IsMember({"opened", "acknowledged", "resolved"}));
  command->add_option("--control", options->control, "Of that control or detection alone");
  command->add_option("--limit", options->most, "Most findings to print (50)")->check(CLI::Range(1, 10'000));
  command->add_option("--before", options->earlier,
                      "Those that come behind a list that ended with this number");
}

}  // namespace

void add_finding(CLI::App& app, Context& context) {
  auto* command =
      add_command(app, "finding", "What controls and detections found, and what was said and done",
                  "countersign finding list --tenant acme");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();
  const auto add = [&](const std::string& word, const std::string& what, const std::string& example,
                       const Run& run) {
    auto* sub = add_finding_command(*command, options, context, word, what, example, run);
    sub->add_option("finding", options->finding, "Its 16 hexadecimal digits")->required();
    return sub;
  };
  add_list(*command, options, context);
  add("show", "Show one, with all that was said of it",
      "countersign finding show --tenant acme 0123456789abcdef", show);
  add("acknowledge", "Say that somebody looks after it; recorded in the system log",
      "countersign finding acknowledge --tenant acme 0123456789abcdef --note 'calling the provider'",
      step_of(Step::acknowledge))
      ->add_option("--note", options->text, "What there is to say, 256 characters at most");
  auto* answering =
      add("answer", "Say what management answers, which stands in reports; recorded in the system log",
          "countersign finding answer --tenant acme 0123456789abcdef --text 'The test account is closed.'",
          step_of(Step::answer));
  answering->add_option("--text", options->text, "The answer, 1,024 characters at most")->required();
  answering->add_option("--control", options->control,
                        "With --item: what it is about, for an exception of a report that was never opened");
  answering->add_option("--item", options->item, "The exception's item, as the report has it");
  add("resolve", "Say why it is done; recorded in the system log",
      "countersign finding resolve --tenant acme 0123456789abcdef --reason 'false alarm: load test'",
      step_of(Step::resolve))
      ->add_option("--reason", options->text, "Why, 256 characters at most")
      ->required();
}

}  // namespace countersign::apps
