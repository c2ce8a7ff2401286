#include "apps/exporting.h"

#include "apps/bundle_report.h"
#include "apps/keys.h"
#include "apps/sharing.h"
#include "apps/signer.h"
#include "apps/system_events.h"
#include "collector/http/client.h"
#include "collector/http/url.h"
#include "exporters/verify/residency.h"
#include "ledger/base/file.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

constexpr std::uint64_t kPemBytesMax = 1 << 20;
constexpr std::uint64_t kTimestampBytesMax = 1 << 20;

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

/// What of the vendor's goes in. Which documents, the records of each say.
std::string vendor_note(const VendorWish& wish) {
  std::string out;
  if (!wish.documents.empty()) out += fmt::format(", documents={}", wish.documents.size());
  if (!wish.questionnaire.empty()) out += fmt::format(", questionnaire={}", wish.questionnaire);
  return out;
}

base::Result<void> note_the_export(const Config& config, const base::RegionId& region,
                                   const ExportOptions& options, const std::string& sharing,
                                   const bundle::ResidencyRequest& residency) {
  auto event = system_event(residency.event, "export.performed", base::system_clock()());
  event["action"] = {
      {"name", "export"},
      {"resource", options.tenant},
      {"context", fmt::format("received {} to {}, {}, {} filter terms{}", options.from, options.to, sharing,
                              options.filter.size(), vendor_note(options.vendor)) +
                      verify::destination_note(residency.destination)}};
  // A person's name, so it stands as a token.
  if (!options.recipient.empty()) event["attributes"] = {{"recipient", options.recipient}};
  for (const auto& member : options.asked_by) event[member.key()] = member.value();
  return leave_in_outbox(config.region_files(region), event);
}

}  // namespace

base::Result<Exported> export_bundle(const Config& config, const base::RegionId& region,
                                     const ExportOptions& options, const bundle::ProgressFn& progress) {
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
  request.requested_by = options.requested_by;
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
  if (options.report) {
    auto report = *options.report;
    report.tenant = options.tenant;
    report.from = options.from;
    report.to = options.to;
    report.requested_by = options.requested_by;
    request.add_files = report_files(config, region, report);
  }
  TRY_ASSIGN(request.residency.destination, destination_of(options, region));
  request.residency.event = crypto::random_id(crypto::system_entropy());
  TRY_ASSIGN(request.vendor,
             gather_vendor_files(config, options.vendor,
                                 {region, options.tenant, options.output, request.residency.event,
                                  options.vendor_by, options.auditor}));
  TRY(note_the_export(config, region, options, sharing_note(options, request.profile, request.scope),
                      request.residency));
  TRY_ASSIGN(auto cosignatures, witness::CosignatureBook::find(files.folder));
  TRY_ASSIGN(
      const auto summary,
      bundle::export_bundle(request, {&ledger, &vault, cosignatures ? &*cosignatures : nullptr}, progress));
  return Exported{request.profile, summary};
}

}  // namespace countersign::apps
