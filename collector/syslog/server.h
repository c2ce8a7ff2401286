#pragma once

#include "collector/http/server.h"
#include "collector/protocols/item.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace countersign::syslog {

/// What became of a batch.
enum class Outcome {
  taken,      ///< settled for good, whatever became of each message
  try_again,  ///< nothing of it was kept; the same batch will be handed over again
  refused,    ///< nothing will ever be taken from this sender: the connection is closed
};

/// Says what became of a batch. From any thread, now or later; the first call counts. When every copy has
/// been destroyed without a call it counts as try_again.
using Done = std::function<void(Outcome)>;

/// What the server asks of the program, from its I/O threads: the calls return quickly and wait for nothing.
struct Handler {
  /// Takes the messages that have arrived on one connection, in order. There is no further call for that
  /// connection before `done`. An exception counts as try_again. Required.
  std::function<void(std::vector<protocols::Message>, Done)> take;
  /// Told what an operator should know of a sender; never content of a message. May be empty.
  std::function<void(const std::string& peer, const std::string& what)> log;
};

/// How much one sender, and all of them together, may take of the server.
struct Limits {
  std::size_t connections_max = 256;  ///< further ones are closed as soon as they are accepted
  std::size_t frame_bytes_max = 64 * 1024;
  std::size_t batch_messages_max = 500;
  std::int64_t handshake_timeout_ms = 10'000;
  std::int64_t idle_timeout_ms = 3'600'000;  ///< of silence between messages: senders hold on to connections
  std::int64_t frame_timeout_ms = 60'000;    ///< from the first byte of a message to its last
  std::int64_t retry_first_ms = 100;         ///< before a batch is tried again; then twice as long each time
  std::int64_t retry_most_ms = 30'000;
  std::int64_t linger_timeout_ms = 2'000;  ///< for the peer to close after we did
  std::int64_t drain_quiet_ms = 300;       ///< when the server stops: silence that says that no more comes
  std::int64_t stop_grace_ms = 10'000;     ///< for what has arrived to be taken when the server stops
  protocols::ProtocolLimits protocol;
};

/// The part of Limits that says what is handed over together, and how it is read.
struct BatchLimits {
  std::size_t messages_max = 500;  ///< 0 counts as 1
  protocols::ProtocolLimits protocol;
};

struct ListenOptions {
  std::string name = "syslog";          ///< the label `listener` of the metrics
  std::string address = "127.0.0.1";    ///< an IPv4 or IPv6 address, not a name
  std::uint16_t port = 0;               ///< 0: the system chooses; see SyslogServer::port()
  std::optional<http::TlsFiles> tls{};  ///< required unless the address is loopback
  /// SHA-256 over the DER bytes of each certificate that a client may show; a client without one of them does
  /// not get through the handshake (RFC 5425 section 4.2.1: only the fingerprint counts, not who issued the
  /// certificate, nor its dates). Empty: clients are not asked for a certificate. Needs `tls`.
  std::vector<base::Digest> client_fingerprints{};
  std::optional<int> socket{};  ///< listens there already; the server works on a copy of it
};

/// A receiver of RFC 5424 messages: over TLS 1.2 or 1.3 with octet counting (RFC 5425), or over plain TCP on
/// loopback with octet counting or a message on each line (RFC 6587).
///
/// The protocol has no answer, so a sender takes for delivered what TCP took. Therefore nothing is dropped:
/// while a batch is not taken nothing more is read from its connection, which in the end stops the sender,
/// and the batch is tried again with growing pauses. A message that is malformed is counted and told to the
/// log, and costs no other; a framing that is lost ends the connection.
///
/// Counts, in `metrics`, each with `listener`: countersign_syslog_connections_open,
/// _connections_accepted_total, _connections_refused_total, _handshake_failures_total, _accept_errors_total,
/// countersign_syslog_messages_total (taken), _malformed_total{reason}, _framing_errors_total{reason},
/// _timeouts_total{step}, _retries_total, _handler_failures_total, _lost_total (read but not taken when the
/// sender was refused or the grace of a stop had passed).
class SyslogServer {
 public:
  /// Listens with `threads` I/O threads of its own. `metrics`, and what the handler refers to, outlive the
  /// server. invalid_argument: no handler, an address that is none, plain TCP on an address that is not
  /// loopback, client fingerprints without TLS, a limit that is 0 or less, TLS files that cannot be used.
  /// unavailable: the address is taken, or this process may not listen there.
  static base::Result<std::unique_ptr<SyslogServer>> start(const ListenOptions& options, const Limits& limits,
                                                           Handler handler, base::Metrics& metrics,
                                                           unsigned threads);

  /// As stop().
  ~SyslogServer();

  /// The port that the server listens on.
  std::uint16_t port() const;

  /// Reads the certificate and key anew for the connections to come. On failure the old ones stay.
  /// failed_precondition: the server listens without TLS. Any thread.
  base::Result<void> reload_tls(const http::TlsFiles& files);

  /// Hands over no more messages than that together from now on, also of what has arrived already and is
  /// tried again. Any thread.
  void set_batch(const BatchLimits& batch);

  /// Stops accepting, takes what the open connections have sent already, closes them and ends the threads;
  /// what is not taken within Limits::stop_grace_ms is lost, and counted. Any thread but the server's own and
  /// one that `done` needs; a second call waits for the first.
  void stop();

 private:
  struct Impl;
  explicit SyslogServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::syslog
