#include "apps/daemon/tlog/tlog_office.h"

namespace countersign::apps {

base::Result<std::unique_ptr<TlogOffice>> TlogOffice::start(const Config& config,
                                                            const api::EvidenceAccess& access, Alarms& alarms,
                                                            base::Metrics& metrics) {
  TRY_ASSIGN(auto mirroring, Mirroring::start(config, metrics, alarms));
  return std::unique_ptr<TlogOffice>(new TlogOffice(config, access, std::move(mirroring)));
}

TlogOffice::TlogOffice(const Config& config, const api::EvidenceAccess& access,
                       std::unique_ptr<Mirroring> mirroring)
    : mirroring_(std::move(mirroring)),
      logs_(access, config.origin, {config.tlog.open_checkpoint, config.tlog.open_tiles}),
      mirrors_(access, mirroring_->facts()) {}

void TlogOffice::add_routes(http::Router& router, const endpoints::Reception& reception) {
  logs_.add_routes(router, reception);
  mirrors_.add_routes(router, reception);
}

void TlogOffice::stop() {
  mirroring_->stop();
  logs_.stop();
  mirrors_.stop();
}

}  // namespace countersign::apps
