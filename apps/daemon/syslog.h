#pragma once

#include "apps/config.h"
#include "apps/daemon/service/passed_sockets.h"
#include "collector/ingest/service.h"
#include "collector/syslog/server.h"
#include "ledger/base/metrics.h"

#include <memory>
#include <vector>

namespace countersign::apps {

/// The syslog listeners of the configuration. Their records are graded `mtls` where senders must show a
/// certificate, else `none`: the protocol itself proves nothing.
///
/// What cannot be stored waits, and holds its sender up. Where that lasts the log has one line of it,
/// `syslog.waits`, and one when it goes on, `syslog.goes_on`. The main thread.
class SyslogListeners {
 public:
  /// Where `sockets` has one that is named after a source (syslog_socket) it is listened on. `service` and
  /// `metrics` outlive them. Errors: those of syslog::SyslogServer::start, with the source.
  static base::Result<std::unique_ptr<SyslogListeners>> start(const Config& config,
                                                              ingest::IngestService& service,
                                                              base::Metrics& metrics, PassedSockets& sockets);

  /// Also of what waits.
  void set_limits(const Config::Limits& limits);
  /// Of those with TLS. Errors: those of syslog::SyslogServer::reload_tls; a listener keeps what it had.
  base::Result<void> reload_tls(const http::TlsFiles& files);
  /// As syslog::SyslogServer::stop, one after the other.
  void stop();

 private:
  SyslogListeners() = default;
  struct Listener {
    std::unique_ptr<syslog::SyslogServer> server;
    bool tls = false;
  };
  std::vector<Listener> listeners_;
};

}  // namespace countersign::apps
