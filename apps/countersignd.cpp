#include "apps/accounts.h"
#include "apps/daemon/administration.h"
#include "apps/daemon/alarms.h"
#include "apps/daemon/deciding.h"
#include "apps/daemon/erasure_desk.h"
#include "apps/daemon/evidence.h"
#include "apps/daemon/key_rotation.h"
#include "apps/daemon/logging.h"
#include "apps/daemon/monitoring.h"
#include "apps/daemon/moved_events.h"
#include "apps/daemon/notifying.h"
#include "apps/daemon/operations/operations.h"
#include "apps/daemon/policy_desk.h"
#include "apps/daemon/procurement/procurement.h"
#include "apps/daemon/pulling.h"
#include "apps/daemon/region.h"
#include "apps/daemon/report_office.h"
#include "apps/daemon/routes.h"
#include "apps/daemon/scim_office.h"
#include "apps/daemon/service/passed_sockets.h"
#include "apps/daemon/service/supervision.h"
#include "apps/daemon/streaming/streaming.h"
#include "apps/daemon/syslog.h"
#include "apps/daemon/tlog/tlog_office.h"
#include "apps/daemon/verifying.h"
#include "apps/daemon/watched_registry.h"
#include "apps/daemon/witness/witness_office.h"
#include "apps/oidc_settings.h"
#include "apps/policy_change.h"
#include "apps/region_directories.h"
#include "apps/service_user.h"
#include "collector/endpoints/routes.h"
#include "collector/ingest/operator_book.h"
#include "ledger/sqlite/connection.h"
#include "web/api/oidc_routes.h"
#include "web/api/people.h"
#include "web/portal/portal.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <csignal>
#include <ctime>

namespace {

using namespace countersign;
using namespace countersign::apps;

constexpr int kExitFailure = 1;
constexpr unsigned kBookSeconds = 5;
constexpr const char* kSystemLogWaits = "events of the system log wait to be written";
constexpr const char* kOldCertificate = "the certificate of before is served";

/// Signals that the main thread waits for; every other thread has them blocked.
sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

class Daemon {
 public:
  Daemon(Config config, Supervision& supervision)
      : config_(std::move(config)),
        supervision_(supervision),
        watched_(config_.registry(), config_.retention(), config_.keys.vault) {}

  base::Result<void> start() {
    TRY_ASSIGN(auto sockets, PassedSockets::take(::getenv, ::getpid()));
    TRY(check_file_systems(config_));
    alarms_ = std::make_unique<Alarms>(config_, metrics_);
    TRY_ASSIGN(witness_, WitnessOffice::start(config_, *alarms_, metrics_));
    for (const auto& id : config_.regions) {
      TRY_ASSIGN(auto region, Region::start(config_, id, metrics_, [this](const base::Error& error) {
                   log_event(spdlog::level::critical, "ledger.failed", error.message);
                   failed_ = true;
                   ::kill(::getpid(), SIGTERM);
                 }));
      TRY(region->note_start());
      moved_[id] = std::make_unique<MovedEvents>(region->appender(), config_.limits.queue_events_max);
      regions_.push_back(std::move(region));
    }
    TRY_ASSIGN(notifying_, Notifying::start(config_, metrics_));
    TRY_ASSIGN(streaming_, Streaming::start(config_, metrics_));
    service_ = std::make_unique<ingest::IngestService>(
        [this](const base::RegionId& id) -> store::Appender* {
          const auto found = moved_.find(id);
          return found == moved_.end() ? nullptr : found->second.get();
        },
        ingest_limits(config_.limits), metrics_, std::make_shared<const ingest::Registry>(),
        base::system_clock(), config_.elsewhere);
    TRY_ASSIGN(monitoring_, Monitoring::start(
                                config_, regions_, [this] { return service_->registry(); }, metrics_));
    pulling_ = std::make_unique<Pulling>(config_, *service_, metrics_);
    service_->book().set(ingest::SourceBook::load(config_.source_book()));
    operator_book_.set(ingest::OperatorBook::load(config_.operator_book()));
    report("a change of a policy was not settled", settle_policies(config_));
    TRY(follow_registry());
    for (const auto& region : regions_) {
      // With a full disk the appliance still starts: it says so, answers 507 and goes on when there is room.
      auto written = region->write_system_log();
      if (!written && written.error().code != base::Code::resource_exhausted)
        return base::fail(std::move(written).error());
      report(kSystemLogWaits, written);
    }
    erasures_ = std::make_unique<ErasureDesk>(config_);
    policies_ = std::make_unique<PolicyDesk>(config_, *service_);
    const auto registry = [this] { return service_->registry(); };
    const auto record_all = accounts_recorder(config_, registry);
    report("accounts that were provisioned have the rights of before",
           follow_scim_settings(config_, record_all));
    TRY_ASSIGN(people_,
               api::People::start({config_.accounts(), config_.access.breached_passwords,
                                   account_sealing(config_), base::system_clock(), crypto::system_entropy(),
                                   relying_party(config_), account_recorder(config_, registry), record_all}));
    TRY_ASSIGN(oidc_, start_oidc(config_.oidc, config_.access.address));
    evidence_ = std::make_unique<EvidenceOffice>(config_, *people_);
    reports_ =
        std::make_unique<ReportOffice>(config_, *people_, evidence_->access(), regions_, registry, metrics_);
    scim_ = std::make_unique<ScimOffice>(config_, *people_, regions_, *service_);
    TRY_ASSIGN(tlog_, TlogOffice::start(config_, evidence_->access(), *alarms_, metrics_));
    procurement_ = std::make_unique<Procurement>(config_, registry, *people_, metrics_);
    reports_->control_watch().watch(procurement_->watched());
    deciding_ = std::make_unique<Deciding>(config_.limits, regions_, metrics_);
    administration_ =
        std::make_unique<AdministrationOffice>(config_, *people_, *service_, operator_book_, metrics_);
    http::ListenOptions listen;
    listen.address = config_.listen.address;
    listen.port = config_.listen.port;
    listen.proxies = config_.listen.proxies;
    listen.ask_for_certificates = config_.listen.client_certificates;
    if (config_.listen.tls) listen.tls = http::TlsFiles{config_.keys.tls_certificate, config_.keys.tls_key};
    TRY_ASSIGN(listen.socket, sockets.find(kHttpsSocket, listen.address, listen.port));
    const auto router = make_router();
    auto handler = router.handler();
    operations_ = std::make_unique<Operations>(config_, metrics_);
    operations_->watch(handler);
    TRY_ASSIGN(server_, http::Server::start(listen, http_limits(config_.limits), std::move(handler), metrics_,
                                            config_.listen.threads));
    TRY_ASSIGN(syslog_, SyslogListeners::start(config_, *service_, metrics_, sockets));
    TRY(sockets.check_all_found());
    verifying_ = std::make_unique<Verifying>(config_, metrics_, base::system_clock());
    operations_->start();
    ready_ = true;
    streaming_->send();
    log_event(spdlog::level::info, "daemon.started",
              fmt::format("countersignd {} listens on {}:{} ({}), SQLite {}", COUNTERSIGN_VERSION,
                          config_.listen.address, server_->port(), config_.listen.tls ? "TLS" : "plain HTTP",
                          sqlite::library_version()));
    std::vector<Supervision::Ledger> ledgers;
    for (const auto& region : regions_)
      ledgers.push_back({region->id().value(),
                         [one = region.get()](store::Work work) { return one->add_work(std::move(work)); }});
    supervision_.ready(std::move(ledgers), Supervision::Steady::now());
    return {};
  }

  /// Runs until SIGTERM or SIGINT; the exit code.
  int serve(const sigset_t& signals) {
    constexpr timespec kBetween{1, 0};
    for (;;) {
      const int signal = sigtimedwait(&signals, nullptr, &kBetween);
      if (signal == SIGTERM || signal == SIGINT) break;
      if (signal == SIGHUP) {
        supervision_.reloading(Supervision::Steady::now());
        reload();
        supervision_.reloaded();
      }
      every_second();
    }
    stop();
    return failed_ ? kExitFailure : 0;
  }

 private:
  http::Router make_router() {
    const auto used = [this](const ingest::Operator& one) {
      operator_book_.used(one.name, base::system_clock()());
    };
    const endpoints::Reception reception{*service_, base::system_clock(), people_->by_session(*service_),
                                         used};
    auto router = endpoints::make_router(
        reception, metrics_, [this] { return ready_ && !failed_; }, erasures_->calls(), policies_->calls());
    api::add_session(router, *people_);
    api::add_factors(router, *people_);
    api::add_oidc(router, *people_, *oidc_);
    evidence_->add_routes(router, reception);
    reports_->add_routes(router, reception);
    scim_->add_routes(router, reception);
    decisions::add_decisions(router, reception, deciding_->calls());
    administration_->add_routes(router, reception);
    tlog_->add_routes(router, reception);
    procurement_->add_routes(router, reception);
    witness_->add_routes(router);
    portal::add_portal(router, base::portal_files());
    return router;
  }

  void reload() {
    auto fresh = load_config(config_.file);
    if (!fresh) return operations_->not_reloaded(fresh.error());
    config_.limits = fresh->limits;
    for (const auto& region : regions_) region->set_limits(config_.limits);
    for (const auto& [id, moved] : moved_) moved->set_events_max(config_.limits.queue_events_max);
    monitoring_->set_limits(config_.limits);
    service_->set_limits(ingest_limits(config_.limits));
    tlog_->set_limits(config_.limits);
    syslog_->set_limits(config_.limits);
    report("the limits were not changed", server_->set_limits(http_limits(config_.limits)));
    const auto certificate = reload_certificate();
    reported_[kOldCertificate] = certificate ? std::string() : certificate.error().message;
    operations_->reloaded(config_.members, *fresh, certificate);
  }

  base::Result<void> reload_certificate() {
    const http::TlsFiles files{config_.keys.tls_certificate, config_.keys.tls_key};
    if (config_.listen.tls) TRY(server_->reload_tls(files));
    return syslog_->reload_tls(files);
  }

  void every_second() {
    report("the registry was not reloaded, the old one stays", follow_registry());
    note_registry();
    const auto registry = service_->registry();
    for (const auto& change : silence_.look(*registry, service_->book(), base::system_clock()())) {
      log_silence(change);
      for (const auto& region : regions_) region->note_silence(change, *registry);
    }
    for (const auto& region : regions_) {
      report("an order to erase waits", region->carry_out_erasures());
      if (region->take_erased()) scim_->forget_erased();
      report(kSystemLogWaits, region->write_system_log());
    }
    report("an order to rotate a key waits", key_rotation_.step());
    if (++seconds_ % kBookSeconds == 0) save_book();
    const auto now = Supervision::Steady::now();
    report("a ledger gives no sign of life", supervision_.check(now));
    supervision_.look(wrong(), now);
    report("the service manager was not told", supervision_.sent());
  }

  void save_book() {
    alarms_->look();
    report("the book of the sources was not written", service_->book().save(config_.source_book()));
    report("the book of the operators was not written", operator_book_.save(config_.operator_book()));
  }

  base::Result<void> follow_registry() {
    TRY_ASSIGN(const auto registry, watched_.changed());
    if (!registry) return {};
    before_.push_back(service_->registry());
    for (const auto& region : regions_)
      moved_.at(region->id())->follow(moved_to(*region, regions_, *registry));
    service_->set_registry(registry);
    pulling_->follow(*registry);
    noted_ = false;
    note_registry();
    return {};
  }

  /// Puts the registry into the system logs, once no request is under way that was admitted under one
  /// before: so what a move's record stands before in the log of a region was received before the move.
  void note_registry() {
    std::erase_if(before_, [](const auto& one) { return one.expired(); });
    if (noted_ || !before_.empty()) return;
    const auto registry = service_->registry();
    for (const auto& region : regions_) region->note_registry(*registry);
    noted_ = true;
  }

  /// Says what went wrong, once, until it goes well again.
  void report(const std::string& what, const base::Result<void>& result) {
    auto& last = reported_[what];
    const std::string now = result ? std::string() : result.error().message;
    if (!now.empty() && now != last) spdlog::error("{}: {}", what, now);
    last = now;
  }

  /// What report() has told of and does not go well yet.
  std::vector<std::string> wrong() const {
    std::vector<std::string> out;
    for (const auto& [what, message] : reported_) {
      if (!message.empty()) out.push_back(what);
    }
    return out;
  }

  void stop() {
    supervision_.stopping();
    server_->stop_accepting();
    ready_ = false;
    verifying_->stop();
    monitoring_->stop();
    notifying_->stop();
    streaming_->stop();
    pulling_->stop();
    syslog_->stop();
    erasures_->stop();
    policies_->stop();
    deciding_->stop();
    administration_->stop();
    tlog_->stop();
    procurement_->stop();
    witness_->stop();
    reports_->stop();
    evidence_->stop();
    scim_->stop();
    oidc_->stop();
    people_->stop();
    server_->stop();
    operations_->stop();
    for (const auto& [id, moved] : moved_) moved->stop();
    for (const auto& region : regions_) region->stop();
    save_book();
    log_event(spdlog::level::info, "daemon.stopped", "countersignd stopped");
  }

  Config config_;
  Supervision& supervision_;
  base::Metrics metrics_;
  WatchedRegistry watched_;
  std::vector<std::weak_ptr<const ingest::Registry>> before_;  ///< that requests may still be admitted under
  bool noted_ = true;  ///< the registry in use is in the system logs, or waits to be
  std::unique_ptr<Alarms> alarms_;
  std::unique_ptr<WitnessOffice> witness_;
  std::vector<std::unique_ptr<Region>> regions_;
  std::unique_ptr<Notifying> notifying_;
  std::unique_ptr<Streaming> streaming_;
  KeyRotation key_rotation_{config_, regions_};
  std::map<base::RegionId, std::unique_ptr<MovedEvents>> moved_;  ///< one before each region
  std::unique_ptr<ingest::IngestService> service_;
  std::unique_ptr<Monitoring> monitoring_;
  ingest::OperatorBook operator_book_;
  std::unique_ptr<Pulling> pulling_;
  std::unique_ptr<ErasureDesk> erasures_;
  std::unique_ptr<PolicyDesk> policies_;
  std::unique_ptr<api::People> people_;
  std::unique_ptr<api::OidcProviders> oidc_;
  std::unique_ptr<EvidenceOffice> evidence_;
  std::unique_ptr<ReportOffice> reports_;
  std::unique_ptr<ScimOffice> scim_;
  std::unique_ptr<TlogOffice> tlog_;
  std::unique_ptr<Procurement> procurement_;
  std::unique_ptr<Deciding> deciding_;
  std::unique_ptr<AdministrationOffice> administration_;
  std::unique_ptr<Operations> operations_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<SyslogListeners> syslog_;
  std::unique_ptr<Verifying> verifying_;
  SilenceWatch silence_{base::system_clock()(), metrics_};
  std::map<std::string, std::string> reported_;
  unsigned seconds_ = 0;
  std::atomic<bool> ready_{false};
  std::atomic<bool> failed_{false};
};

}  // namespace

int main(int argc, char** argv) {
  set_up_logging();
  std::filesystem::path config_file = default_config_file();
  CLI::App app(
      "Countersign's daemon: takes events in and keeps the ledger. SIGTERM stops it, SIGHUP reloads limits, "
      "log level and certificate.",
      "countersignd");
  app.set_version_flag("--version", COUNTERSIGN_VERSION);
  app.add_option("-c,--config", config_file, "Configuration file ($COUNTERSIGN_CONFIG)");
  app.footer("Example:\n  countersignd --config /etc/countersign/countersign.toml");
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  const auto signals = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto config = load_own_config(config_file, ::geteuid(), {argv, argv + argc});
  if (!config) {
    spdlog::critical("{}", config.error().message);
    return kExitFailure;
  }
  set_log_level(config->log.level);
  auto supervision = Supervision::open(::getenv, ::getpid());
  if (!supervision) {
    spdlog::critical("{}", supervision.error().message);
    return kExitFailure;
  }
  Daemon daemon(std::move(*config), *supervision);
  if (const auto started = daemon.start(); !started) {
    if (started.error().code == base::Code::aborted) {
      log_event(spdlog::level::info, "daemon.stopped", started.error().message);
      return 0;
    }
    log_event(spdlog::level::critical, "daemon.not_started", started.error().message);
    supervision->failed(started.error().message);
    return kExitFailure;
  }
  return daemon.serve(signals);
}
