#pragma once

#include "apps/config.h"
#include "apps/daemon/service/passed_sockets.h"
#include "collector/ingest/service.h"
#include "collector/syslog/server.h"
#include "ledger/base/metrics.h"

#include <memory>
#include <vector>

namespace countersign::apps {

/// Starts the syslog listeners of the configuration. Their records are graded `mtls` where senders must show
/// a certificate, else `none`: the protocol itself proves nothing. Where `sockets` has one that is named
/// after the source (syslog_socket) it is listened on. `service` and `metrics` outlive them.
base::Result<std::vector<std::unique_ptr<syslog::SyslogServer>>> start_syslog(const Config& config,
                                                                              ingest::IngestService& service,
                                                                              base::Metrics& metrics,
                                                                              PassedSockets& sockets);

}  // namespace countersign::apps
