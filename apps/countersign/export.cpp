#include "apps/countersign/export.h"

#include "apps/countersign/command.h"
#include "apps/countersign/progress.h"
#include "apps/countersign/tenant_region.h"
#include "ledger/base/encoding.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

boost::json::string json_text(std::string_view text) { return boost::json::string(text.data(), text.size()); }

}  // namespace

base::Result<int> export_now(const Context& context, const ExportOptions& asked) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region, choose_region(context, config, base::TenantId(asked.tenant), asked.region));
  auto options = asked;
  if (options.requested_by.empty()) options.requested_by = caller();
  if (!options.vendor.empty()) {
    const auto by = calling();
    options.vendor_by.name = by.id;
    ingest::name_author(by, options.vendor_by.members);
  }
  Progress progress("exporting");
  TRY_ASSIGN(const auto exported,
             export_bundle(config, region, options,
                           [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); }));
  progress.clear();
  const auto& summary = exported.summary;
  const auto seal = base::to_hex(summary.seal.view());
  std::string text = fmt::format(
      "{}: profile {}, {} records of {} ({} withheld), {} personal values disclosed, {} masked, {} "
      "bytes\nseal "
      "(SHA-256 of tagmanifest-sha256.txt): {}\n",
      options.output, record::to_string(exported.profile), summary.records - summary.withheld, options.tenant,
      summary.withheld, summary.disclosures, summary.masks, summary.bytes, seal);
  if (summary.also_opened > 0)
    text += fmt::format(
        "{} other records that are shown hold some of the same values: those are open there, too, because a "
        "token opened once is opened wherever it stands\n",
        summary.also_opened);
  if (summary.timestamped)
    text += fmt::format("timestamped at {}\n", base::format_rfc3339(*summary.timestamped));
  if (summary.beyond_checkpoint > 0)
    text += fmt::format("{} newer records are not covered by a checkpoint yet and were left out\n",
                        summary.beyond_checkpoint);
  print(context,
        boost::json::object{{"file", options.output},
                            {"records", summary.records},
                            {"withheld", summary.withheld},
                            {"profile", json_text(record::to_string(exported.profile))},
                            {"disclosures", summary.disclosures},
                            {"masks", summary.masks},
                            {"also_opened", summary.also_opened},
                            {"bytes", summary.bytes},
                            {"checkpoint_size", summary.checkpoint_size},
                            {"beyond_checkpoint", summary.beyond_checkpoint},
                            {"seal", seal},
                            {"folder", summary.folder}},
        text);
  return 0;
}

void add_export(CLI::App& app, Context& context) {
  auto options = std::make_shared<ExportOptions>();
  auto* command = add_command(
      app, "export",
      "Write a signed evidence bundle of a tenant and a period; the export is recorded in the system log",
      "countersign export acme --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z -o acme-q1.zip");
  command->add_option("tenant", options->tenant, "Tenant")->required();
  command->add_option("--from", options->from, "First moment of the period, by time of receipt, RFC 3339")
      ->required();
  command->add_option("--to", options->to, "First moment after the period")->required();
  command->add_option("-o,--output", options->output, "File to write, *.zip or *.tar.zst")->required();
  command->add_option("--format", options->format, "zip or tar.zst (by the file's name)")
      ->check(CLI::IsMember({"zip", "tar.zst"}));
  command
      ->add_option("--filter", options->filter,
                   "member=value; others are withheld, with their hashes in their place; may be given again")
      ->allow_extra_args(false);
  command->add_option("--query", options->query,
                      "The question that the bundle answers, kept in evidence.json");
  command
      ->add_option(
          "--profile", options->profile,
          "How much of personal values is shown: none, pseudonymous (tokens), masked, full (the most "
          "that the tenant's policy allows the role)")
      ->check(CLI::IsMember({"none", "pseudonymous", "masked", "full"}));
  command->add_flag("--redact", options->redact, "Another word for --profile pseudonymous");
  command
      ->add_option("--for-role", options->role,
                   "Role of the person whom the bundle is for: auditor, analyst, privacy, admin (admin)")
      ->check(CLI::IsMember({"auditor", "analyst", "privacy", "admin"}));
  command->add_option(
      "--disclose-kinds", options->disclose_kinds,
      "Show values of these kinds alone, such as email,phone; with --disclose-records only those "
      "that satisfy both");
  command->add_option(
      "--disclose-records", options->disclose_records,
      "Show values that stand in these records alone, such as 17,42-50; they are shown wherever "
      "they stand");
  command->add_option("--recipient", options->recipient,
                      "Whom the bundle is for; stands in it and in the system log as a token");
  command->add_option("--requested-by", options->requested_by, "Who asked for it (the user who runs this)");
  command->add_option("--destination", options->destination,
                      "Region or country that the bundle goes to (the region itself); recorded");
  command
      ->add_option_function<std::vector<std::string>>(
          "--report",
          [options](const std::vector<std::string>& criteria) {
            if (!options->report) options->report.emplace();
            if (criteria != std::vector<std::string>{"all"}) options->report->criteria = criteria;
          },
          "Put a report into the bundle that `countersign verify --recompute` makes again: clauses such as "
          "CC6.1,CC7.2, or all")
      ->delimiter(',');
  command
      ->add_option_function<std::string>(
          "--framework",
          [options](const std::string& framework) {
            if (!options->report) options->report.emplace();
            options->report->framework = framework;
          },
          "What the report is arranged by: soc2, hipaa, pci_dss, gdpr, iso_27001, nist_800_53, nist_800_63b "
          "(soc2)")
      ->check(CLI::IsMember(reports::frameworks()));
  command
      ->add_option(
          "--document", options->vendor.documents,
          "Put a document of the vendor's into the bundle: its id, for the version that holds today, or "
          "ID@VERSION; may be given again")
      ->allow_extra_args(false);
  command->add_option("--questionnaire", options->vendor.questionnaire,
                      "Put a questionnaire into the bundle as it came and as it is answered: its id");
  command->add_option("--region", options->region, "Region, where the appliance keeps several");
  command->callback(
      [&context, options] { context.run = [&context, options] { return export_now(context, *options); }; });
}

}  // namespace countersign::apps
