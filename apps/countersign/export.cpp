#include "apps/countersign/export.h"

#include "apps/countersign/command.h"
#include "apps/countersign/progress.h"
#include "apps/countersign/sharing.h"
#include "apps/countersign/tenant_region.h"
#include "apps/keys.h"
#include "apps/signer.h"
#include "apps/system_events.h"
#include "collector/http/client.h"
#include "collector/http/url.h"
#include "exporters/bundle/export_bundle.h"
#include "exporters/verify/residency.h"
#include "ledger/base/encoding.h"
#include "ledger/base/file.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

constexpr std::uint64_t kPemBytesMax = 1 << 20;
constexpr std::uint64_t kTimestampBytesMax = 1 << 20;

boost::json::string json_text(std::string_view text) { return boost::json::string(text.data(), text.size()); }

base::Result<std::vector<jsonl::FilterTerm>> filter_of(const std::vector<std::string>& texts) {
  std::vector<jsonl::FilterTerm> terms;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return base::fail(base::Code::invalid_argument,
                        fmt::format("'{}' is not member=value, such as type=login.failed", text));
    terms.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return terms;
}

/// Asks the configured time-stamping authority over HTTP (RFC 3161 section 3.4).
bundle::TimestampCall timestamp_call(const std::string& address) {
  return [address](std::string_view request) -> base::Result<std::string> {
    TRY_ASSIGN(const auto url, http::parse_url(address));
    http::ClientOptions options;
    options.host = url.host;
    options.port = url.port;
    options.tls = url.tls;
    options.body_bytes_max = kTimestampBytesMax;
    http::Client client(std::move(options));
    const http::Fields headers{{"Content-Type", "application/timestamp-query"},
                               {"Accept", "application/timestamp-reply"}};
    auto response = client.send("POST", url.target, headers, request);
    if (!response) return base::fail("the time-stamping authority does not answer", response.error());
    if (response->status != 200)
      return base::fail(base::Code::unavailable,
                        fmt::format("the time-stamping authority answered with status {}", response->status));
    return std::move(response->body);
  };
}

base::Result<void> add_timestamp(const Config& config, bundle::BundleRequest& request) {
  if (config.timestamp.url.empty()) return {};
  request.timestamp = timestamp_call(config.timestamp.url);
  if (config.timestamp.ca.empty()) return {};
  TRY_ASSIGN(const auto pem, base::read_file(config.timestamp.ca, kPemBytesMax));
  TRY_ASSIGN(request.timestamp_authorities, crypto::read_certificates(pem));
  return {};
}

/// Where a bundle goes: a region or a country, by default the region that it is made in.
base::Result<base::RegionId> destination_of(const ExportOptions& options, const base::RegionId& region) {
  if (options.destination.empty()) return region;
  auto name = options.destination;
  for (auto& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  auto parsed = base::parse_region(name);
  if (!parsed)
    return base::fail(base::Code::invalid_argument,
                      "--destination must be a region or a country, such as us-1 or de: a-z, 0-9 and '-'");
  return parsed;
}

base::Result<void> note_the_export(const Config& config, const base::RegionId& region,
                                   const ExportOptions& options, const std::string& sharing,
                                   const bundle::ResidencyRequest& residency) {
  auto event = system_event(residency.event, "export.performed", base::system_clock()());
  event["action"] = {{"name", "export"},
                     {"resource", options.tenant},
                     {"context", fmt::format("received {} to {}, {}, {} filter terms", options.from,
                                             options.to, sharing, options.filter.size()) +
                                     verify::destination_note(residency.destination)}};
  // A person's name, so it stands as a token.
  if (!options.recipient.empty()) event["attributes"] = {{"recipient", options.recipient}};
  return leave_in_outbox(config.region_files(region), event);
}

}  // namespace

base::Result<int> export_now(const Context& context, const ExportOptions& options) {
  TRY_ASSIGN(const auto config, load(context));
  TRY_ASSIGN(const auto region,
             choose_region(context, config, base::TenantId(options.tenant), options.region));
  const auto files = config.region_files(region);
  bundle::BundleRequest request;
  request.tenant = base::TenantId(options.tenant);
  TRY_ASSIGN(request.period.from, base::parse_rfc3339(options.from));
  TRY_ASSIGN(request.period.to, base::parse_rfc3339(options.to));
  TRY_ASSIGN(request.filter, filter_of(options.filter));
  TRY_ASSIGN(request.scope, choose_scope(options));
  TRY_ASSIGN(request.profile, choose_profile(config, options));
  request.recipient = options.recipient;
  request.query_text = options.query;
  request.output = options.output;
  const bool bulk =
      options.format == "tar.zst" || (options.format.empty() && options.output.ends_with(".tar.zst"));
  request.format = bulk ? bundle::ArchiveFormat::tar_zst : bundle::ArchiveFormat::zip;
  request.requested_by = options.requested_by.empty() ? caller() : options.requested_by;
  request.clock = base::system_clock();
  request.entropy = crypto::system_entropy();
  TRY_ASSIGN(const auto signer, read_signer(config));
  request.certificate = &signer.certificate;
  request.key = &signer.key;
  TRY(add_timestamp(config, request));
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
  TRY_ASSIGN(auto log_keys, read_log_keys(config, ledger.identity()));
  request.sign_empty_log = checkpoint_signer(std::move(log_keys));
  TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(config.keys.vault));
  TRY_ASSIGN(const auto vault_keys, vault::open_keys(files.vault(), kek));
  TRY_ASSIGN(auto vault, vault::VaultReader::open(files.vault(), vault_keys));
  TRY_ASSIGN(request.residency.destination, destination_of(options, region));
  request.residency.event = random_event_id(crypto::system_entropy());
  TRY(note_the_export(config, region, options, sharing_note(options, request.profile, request.scope),
                      request.residency));
  Progress progress("exporting");
  TRY_ASSIGN(const auto summary,
             bundle::export_bundle(request, {&ledger, &vault}, [&](std::uint64_t done, std::uint64_t total) {
               progress.show(done, total);
             }));
  progress.clear();
  const auto seal = base::to_hex(summary.seal.view());
  std::string text = fmt::format(
      "{}: profile {}, {} records of {} ({} withheld), {} personal values disclosed, {} masked, {} "
      "bytes\nseal "
      "(SHA-256 of tagmanifest-sha256.txt): {}\n",
      options.output, record::to_string(request.profile), summary.records - summary.withheld, options.tenant,
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
                            {"profile", json_text(record::to_string(request.profile))},
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
  command->add_option("--region", options->region, "Region, where the appliance keeps several");
  command->callback(
      [&context, options] { context.run = [&context, options] { return export_now(context, *options); }; });
}

}  // namespace countersign::apps
