#include "apps/daemon/evidence.h"

#include "apps/exporting.h"
#include "apps/system_events.h"
#include "ledger/base/encoding.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/kek.h"
#include "web/procurement/document_routes.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <thread>

namespace countersign::apps {
namespace {

constexpr std::size_t kReadersWaitingMax = 128;

api::EvidenceAccess access_of(const Config& config) {
  return {[config](const base::RegionId& region) -> std::optional<store::RegionFiles> {
            if (!config.keeps(region)) return std::nullopt;
            return config.region_files(region);
          },
          [config](const base::RegionId& region) -> base::Result<vault::VaultKeys> {
            TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(config.keys.vault));
            return vault::open_keys(config.region_files(region).vault(), kek);
          },
          [config] { return config.regions; },
          [config](const base::RegionId& region, std::string_view type,
                   const boost::json::object& members) -> base::Result<void> {
            return leave_in_outbox(config.region_files(region), system_event_now(type, members));
          }};
}

/// Until a checkpoint covers what the log holds now: it is signed within a second or two. Where none comes
/// the export says what is missing.
base::Result<void> wait_for_checkpoint(const store::RegionFiles& files, const base::TenantId& tenant) {
  constexpr std::chrono::milliseconds kPause{100};
  constexpr int kPauses = 100;
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
  const auto log = ledger.log(tenant);
  if (!log) return {};
  for (int i = 0; i < kPauses; ++i) {
    TRY_ASSIGN(const auto newest, ledger.newest_checkpoint(*log));
    if (newest && newest->size >= log->size) break;
    std::this_thread::sleep_for(kPause);
  }
  return {};
}

api::BundleVendor vendor_of(const Config& config) {
  const auto problem = [](const base::Result<void>& done) -> std::optional<base::Problem> {
    if (done) return std::nullopt;
    const auto& error = done.error();
    const auto with = [&](int status, std::string_view type = "about:blank") {
      return base::Problem{status, std::string(type), error.message};
    };
    switch (error.code) {
      case base::Code::invalid_argument:
        return with(422);
      case base::Code::not_found:
        return with(404);
      case base::Code::permission_denied:
        return error.message == kAcceptNda ? with(403, procurement::kNdaProblem) : with(403);
      case base::Code::failed_precondition:
        return with(409);
      default:
        spdlog::error("documents or a questionnaire for a bundle cannot be looked at: {}", error.message);
        return base::Problem{503, "about:blank",
                             "the appliance could not do that just now; its log says why"};
    }
  };
  return {[config, problem](const api::ShelvedBundle& order, const std::string& auditor) {
            return problem(
                check_vendor_wish(config, order.tenant, {order.documents, order.questionnaire}, auditor));
          },
          [config, problem](const api::ShelvedBundle& bundle, const std::string& auditor) {
            return problem(check_auditor(config, bundle.documents, auditor));
          }};
}

api::BundleMaker maker_of(const Config& config) {
  return [config](const base::RegionId& region, const api::ShelvedBundle& bundle,
                  const std::filesystem::path& file, const boost::json::object& members,
                  const std::function<void(api::BundleProgress::Step)>& progress)
             -> base::Result<api::MadeBundle> {
    ExportOptions options;
    options.tenant = bundle.tenant;
    options.from = bundle.from;
    options.to = bundle.to;
    options.output = file;
    options.format = "zip";
    options.requested_by = "account " + bundle.asked_by;
    options.query = bundle.query;
    options.destination = bundle.destination;
    options.filter = bundle.filter;
    if (!bundle.report.empty()) {
      options.report.emplace();
      if (bundle.report != std::vector<std::string>{"all"}) options.report->criteria = bundle.report;
      if (!bundle.framework.empty()) options.report->framework = bundle.framework;
    }
    options.profile = record::to_string(bundle.profile);
    options.role = bundle.role;
    options.recipient = bundle.recipient;
    options.approved_by = bundle.approved_by;
    options.asked_by = members;
    // What was done is the export's to say; and who approved it is not who asked.
    options.asked_by.erase("action");
    options.asked_by["actor"] = {{"id", bundle.asked_by}, {"role", bundle.role}};
    options.vendor = {bundle.documents, bundle.questionnaire};
    options.vendor_by = {bundle.asked_by, options.asked_by};
    if (bundle.role == to_string(ingest::Role::auditor)) options.auditor = bundle.asked_by;
    TRY(wait_for_checkpoint(config.region_files(region), base::TenantId(bundle.tenant)));
    TRY_ASSIGN(const auto done,
               export_bundle(config, region, options, [&](std::uint64_t written, std::uint64_t total) {
                 progress({written, total});
               }));
    return api::MadeBundle{done.summary.bytes, done.summary.records, base::to_hex(done.summary.seal.view())};
  };
}

}  // namespace

EvidenceOffice::EvidenceOffice(const Config& config, api::People& people)
    : people_(people),
      access_(access_of(config)),
      bundles_(people, access_, maker_of(config), vendor_of(config)),
      readers_(kReadersWaitingMax) {}

void EvidenceOffice::add_routes(http::Router& router, const endpoints::Reception& reception) {
  api::add_records(router, reception, people_, access_, readers_);
  bundles_.add_routes(router, reception);
}

void EvidenceOffice::stop() {
  bundles_.stop();
  readers_.stop();
}

}  // namespace countersign::apps
