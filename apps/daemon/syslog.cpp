#include "apps/daemon/syslog.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace countersign::apps {
namespace {

/// Whose the messages of a listener are now; a source that is not registered, or no longer, sends nothing.
std::optional<ingest::Admitted> admit(const ingest::IngestService& service, const Config::Syslog& listener) {
  auto registry = service.registry();
  const auto* source = registry->source_by_name(base::SourceName(listener.source));
  if (source == nullptr || source->revoked) return std::nullopt;
  const auto proof = listener.client_certificates.empty() ? record::Proof::none : record::Proof::mtls;
  return ingest::Admitted{std::move(registry), source, proof, nullptr, source->is_native()};
}

syslog::Handler handler_of(const Config::Syslog& listener, ingest::IngestService& service) {
  syslog::Handler handler;
  handler.take = [listener, &service](protocols::Items messages, const syslog::Done& done) {
    const auto sender = admit(service, listener);
    if (!sender) {
      spdlog::error("syslog for {}: there is no such source; add it with: countersign source add {}",
                    listener.source, listener.source);
      return done(syslog::Outcome::refused);
    }
    service.take(*sender, std::move(messages), [done](auto result) {
      const bool kept = result && std::none_of(result->begin(), result->end(), [](const auto& event) {
                          return event.status == ingest::EventStatus::failed;
                        });
      done(kept ? syslog::Outcome::taken : syslog::Outcome::try_again);
    });
  };
  // Not from where: an address may be a person's.
  handler.log = [source = listener.source](const std::string&, const std::string& what) {
    spdlog::warn("syslog for {}: {}", source, what);
  };
  return handler;
}

}  // namespace

base::Result<std::vector<std::unique_ptr<syslog::SyslogServer>>> start_syslog(const Config& config,
                                                                              ingest::IngestService& service,
                                                                              base::Metrics& metrics,
                                                                              PassedSockets& sockets) {
  std::vector<std::unique_ptr<syslog::SyslogServer>> servers;
  for (const auto& listener : config.syslog) {
    syslog::ListenOptions options;
    options.name = listener.source;
    options.address = listener.address;
    options.port = listener.port;
    if (listener.tls) options.tls = http::TlsFiles{config.keys.tls_certificate, config.keys.tls_key};
    options.client_fingerprints = listener.client_certificates;
    TRY_ASSIGN(options.socket, sockets.find(syslog_socket(listener.source), listener.address, listener.port));
    syslog::Limits limits;
    // A batch must fit into the ledger's queue, or it could never be taken.
    limits.batch_messages_max = std::max<std::size_t>(
        1, std::min({limits.batch_messages_max, config.limits.events_max, config.limits.queue_events_max,
                     config.limits.queue_bytes_max / (2 * limits.frame_bytes_max)}));
    limits.protocol = {.events_max = config.limits.events_max, .depth_max = config.limits.json_depth_max};
    auto server = syslog::SyslogServer::start(options, limits, handler_of(listener, service), metrics, 1);
    if (!server) return base::fail(fmt::format("syslog for {}", listener.source), server.error());
    spdlog::info("syslog for {} on {}:{} ({})", listener.source, listener.address, (*server)->port(),
                 listener.tls ? "TLS" : "plain TCP");
    servers.push_back(std::move(*server));
  }
  return servers;
}

}  // namespace countersign::apps
