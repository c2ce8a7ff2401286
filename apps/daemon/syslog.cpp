#include "apps/daemon/syslog.h"

#include "apps/daemon/logging.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>

namespace countersign::apps {
namespace {

using Steady = std::chrono::steady_clock;

/// Tells the log, once, of what a listener has received and cannot hand on. Thread-safe.
class Delays {
 public:
  explicit Delays(std::string source) : source_(std::move(source)) {}

  /// A batch was not stored, for the reason that the status of HTTP is of.
  void failed(int status) {
    const std::lock_guard lock(mutex_);
    const auto now = Steady::now();
    if (!since_) since_ = now;
    if (told_ || now - *since_ < kPatience) return;
    told_ = true;
    LogFields fields;
    fields.text("source", source_).number("status", status);
    log_event(spdlog::level::err, "syslog.waits",
              fmt::format("what came by syslog for {} cannot be stored ({}): it waits and is tried again, "
                          "and its senders are held up",
                          source_, why(status)),
              fields);
  }

  /// Nobody may send here. Said once; whoever sends tries again and again.
  void refused() {
    const std::lock_guard lock(mutex_);
    if (std::exchange(told_refused_, true)) return;
    spdlog::error("syslog for {}: there is no such source; add it with: countersign source add {}", source_,
                  source_);
  }

  void stored() {
    const std::lock_guard lock(mutex_);
    told_refused_ = false;
    since_.reset();
    if (!std::exchange(told_, false)) return;
    LogFields fields;
    fields.text("source", source_);
    log_event(spdlog::level::info, "syslog.goes_on",
              fmt::format("what came by syslog for {} is stored again", source_), fields);
  }

 private:
  /// A queue that is full for a moment is nobody's business.
  static constexpr std::chrono::seconds kPatience{5};

  static const char* why(int status) {
    if (status == 507) return "the disk is full";
    return status == 503 ? "the ledger does not keep up, or stops" : "the appliance failed";
  }

  const std::string source_;
  std::mutex mutex_;
  std::optional<Steady::time_point> since_;  ///< that nothing was stored; guarded by mutex_, as is the next
  bool told_ = false, told_refused_ = false;
};

/// Whose the messages of a listener are now; a source that is not registered, or no longer, sends nothing.
std::optional<ingest::Admitted> admit(const ingest::IngestService& service, const Config::Syslog& listener) {
  auto registry = service.registry();
  const auto* source = registry->source_by_name(base::SourceName(listener.source));
  if (source == nullptr || source->revoked) return std::nullopt;
  const auto proof = listener.client_certificates.empty() ? record::Proof::none : record::Proof::mtls;
  return ingest::Admitted{std::move(registry), source, proof, nullptr, source->is_native()};
}

/// Why not all of a batch was stored; nothing where it was.
template <class Answered>
std::optional<int> failure_of(const Answered& answered) {
  if (!answered) return answered.error().status;
  const auto failed = std::find_if(answered->begin(), answered->end(), [](const auto& event) {
    return event.status == ingest::EventStatus::failed;
  });
  return failed == answered->end() ? std::nullopt : std::optional(failed->failure);
}

syslog::Handler handler_of(const Config::Syslog& listener, ingest::IngestService& service) {
  syslog::Handler handler;
  handler.take = [listener, &service, delays = std::make_shared<Delays>(listener.source)](
                     protocols::Items messages, const syslog::Done& done) {
    const auto sender = admit(service, listener);
    if (!sender) {
      delays->refused();
      return done(syslog::Outcome::refused);
    }
    service.take(*sender, std::move(messages), [done, delays](const auto& answered) {
      const auto failure = failure_of(answered);
      failure ? delays->failed(*failure) : delays->stored();
      done(failure ? syslog::Outcome::try_again : syslog::Outcome::taken);
    });
  };
  // Not from where: an address may be a person's.
  handler.log = [source = listener.source](const std::string&, const std::string& what) {
    spdlog::warn("syslog for {}: {}", source, what);
  };
  return handler;
}

/// A batch must fit into the ledger's queue, or it could never be taken.
syslog::BatchLimits batch_limits(const Config::Limits& limits) {
  const syslog::Limits usual;
  return {std::min({usual.batch_messages_max, limits.events_max, limits.queue_events_max,
                    limits.queue_bytes_max / (2 * usual.frame_bytes_max)}),
          {.events_max = limits.events_max, .depth_max = limits.json_depth_max}};
}

}  // namespace

base::Result<std::unique_ptr<SyslogListeners>> SyslogListeners::start(const Config& config,
                                                                      ingest::IngestService& service,
                                                                      base::Metrics& metrics,
                                                                      PassedSockets& sockets) {
  auto out = std::unique_ptr<SyslogListeners>(new SyslogListeners);
  for (const auto& listener : config.syslog) {
    syslog::ListenOptions options;
    options.name = listener.source;
    options.address = listener.address;
    options.port = listener.port;
    if (listener.tls) options.tls = http::TlsFiles{config.keys.tls_certificate, config.keys.tls_key};
    options.client_fingerprints = listener.client_certificates;
    TRY_ASSIGN(options.socket, sockets.find(syslog_socket(listener.source), listener.address, listener.port));
    const auto batch = batch_limits(config.limits);
    syslog::Limits limits;
    limits.batch_messages_max = std::max<std::size_t>(1, batch.messages_max);
    limits.protocol = batch.protocol;
    auto server = syslog::SyslogServer::start(options, limits, handler_of(listener, service), metrics, 1);
    if (!server) return base::fail(fmt::format("syslog for {}", listener.source), server.error());
    LogFields fields;
    fields.text("source", listener.source);
    log_event(spdlog::level::info, "syslog.listens",
              fmt::format("syslog for {} on {}:{} ({})", listener.source, listener.address, (*server)->port(),
                          listener.tls ? "TLS" : "plain TCP"),
              fields);
    out->listeners_.push_back({std::move(*server), listener.tls});
  }
  return out;
}

void SyslogListeners::set_limits(const Config::Limits& limits) {
  const auto batch = batch_limits(limits);
  for (const auto& listener : listeners_) listener.server->set_batch(batch);
}

base::Result<void> SyslogListeners::reload_tls(const http::TlsFiles& files) {
  for (const auto& listener : listeners_) {
    if (listener.tls) TRY(listener.server->reload_tls(files));
  }
  return {};
}

void SyslogListeners::stop() {
  for (const auto& listener : listeners_) listener.server->stop();
}

}  // namespace countersign::apps
