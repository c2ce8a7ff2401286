#include "apps/countersign/command.h"
#include "apps/countersign/progress.h"
#include "apps/countersign/tenant_region.h"
#include "apps/report_formats.h"
#include "apps/reporting.h"
#include "ledger/base/file.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace countersign::apps {
namespace {

struct Options {
  ReportOptions what;
  std::string region, output, format, oscal_version, queries;
};

std::string summary_of(const reports::Report& report) {
  std::string text;
  for (const auto& one : report.warnings) text += fmt::format("Note: {}\n", one);
  for (const auto& one : report.controls)
    text += fmt::format("{:<10} {:<24} {}\n",
                        one.outcome == reports::Outcome::exceptions        ? "exception"
                        : one.outcome == reports::Outcome::nothing_to_test ? "not tested"
                                                                           : "none",
                        one.control.id, one.wording());
  return text;
}

boost::json::object data_of(const reports::Report& report, const std::string& output) {
  boost::json::array controls;
  for (const auto& one : report.controls)
    controls.push_back({{"id", one.control.id},
                        {"outcome", std::string(to_string(one.outcome))},
                        {"population", one.population},
                        {"exceptions", one.exceptions_total}});
  return {{"file", output.empty() ? boost::json::value() : boost::json::value(output)},
          {"warnings", boost::json::array(report.warnings.begin(), report.warnings.end())},
          {"controls", std::move(controls)}};
}

base::Result<int> report_now(const Context& context, const Options& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region,
             choose_region(context, config, base::TenantId(options.what.tenant), options.region));
  FormatOptions how;
  if (!options.output.empty() || !options.format.empty()) {
    TRY_ASSIGN(how, choose_format(options.format, options.output, options.oscal_version));
  }
  auto what = options.what;
  what.requested_by = caller();
  Progress progress("testing");
  TRY_ASSIGN(const auto reported,
             make_report(config, region, what, [&](std::string_view, std::size_t done, std::size_t all) {
               progress.show(done, all);
             }));
  progress.clear();
  TRY(note_the_report(config, region, what, reported));
  if (!options.queries.empty()) TRY(write_queries(options.queries, reported));
  if (options.output.empty() && options.format.empty()) {
    print(context, data_of(reported.report, ""), summary_of(reported.report));
    return 0;
  }
  TRY_ASSIGN(const auto content, render_report(reported.report, reported.run, how));
  if (options.output.empty() || options.output == "-") {
    std::fwrite(content.data(), 1, content.size(), stdout);
    return 0;
  }
  TRY(base::write_file_durably(options.output, content, base::FileMode::readable));
  print(context, data_of(reported.report, options.output),
        summary_of(reported.report) + options.output + "\n");
  return 0;
}

}  // namespace

void add_report(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto& what = options->what;
  auto* command = add_command(
      app, "report",
      "Test a tenant's controls over a period and report what was found; recorded in the system log",
      "countersign report --tenant acme --criteria CC6.1,CC7.2 --from 2026-01-01T00:00:00Z --to "
      "2026-04-01T00:00:00Z -o acme-q1.html");
  command->add_option("--tenant", what.tenant, "Tenant")->required();
  command->add_option("--from", what.from, "First moment of the period, by when things happened, RFC 3339")
      ->required();
  command->add_option("--to", what.to, "First moment after the period")->required();
  command
      ->add_option("--criteria", what.criteria,
                   "Clauses of the framework, such as CC6.1,CC7.2 (all that there are controls for)")
      ->delimiter(',');
  command
      ->add_option("--framework", what.framework,
                   "What the evidence is arranged by: soc2, hipaa, pci_dss, gdpr, iso_27001, nist_800_53, "
                   "nist_800_63b (soc2)")
      ->check(CLI::IsMember(reports::frameworks()));
  command->add_option(
      "-o,--output", options->output,
      "File to write, *.html, *.pdf, *.json or *.oscal.json; without one, a summary is printed");
  command->add_option("--format", options->format, "html, pdf, json or oscal (by the file's name)")
      ->check(CLI::IsMember({"html", "pdf", "json", "oscal"}));
  command
      ->add_option("--oscal-version", options->oscal_version,
                   "OSCAL version to write: 1.1.2, 1.1.3, 1.2.1 (1.2.1)")
      ->check(CLI::IsMember({"1.1.2", "1.1.3", "1.2.1"}));
  command
      ->add_option("--sample", what.samples,
                   "Draw a sample of each population: random:25 or interval:25; of one control: "
                   "OTP-LIFETIME=random:25; may be given again")
      ->allow_extra_args(false);
  command->add_option("--seed", what.seed, "What the samples are drawn from, so that anybody draws the same");
  command->add_option("--controls", what.controls,
                      "Folder of further controls, pairs of NAME.toml and NAME.sql");
  command->add_option("--queries", options->queries,
                      "Folder to write the queries to, as the sqlite3 shell runs them on the index");
  command->add_option("--region", options->region, "Region, where the appliance keeps several");
  command->callback(
      [&context, options] { context.run = [&context, options] { return report_now(context, *options); }; });
}

}  // namespace countersign::apps
