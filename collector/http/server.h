#pragma once

#include "collector/http/forwarded.h"
#include "collector/http/limits.h"
#include "collector/http/message.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::http {

/// Answers one request. From any thread, now or later; the first call counts, further ones do nothing. When
/// every copy has been destroyed without a call the server answers 500.
using Respond = std::function<void(Response)>;

/// A request that has been answered, as far as it may stand in a log: what only the sender says, such as its
/// path, does not. Valid during the call.
struct Exchange {
  std::string_view id;      ///< as in X-Request-Id of the answer
  std::string_view method;  ///< as sent; empty where the header could not be read
  std::string_view route;   ///< the pattern of the route that was named; empty where there is none
  std::string_view peer;    ///< RequestHead::peer: personal where a person's browser has it
  int status = 0;
  std::chrono::microseconds took{0};  ///< from the end of the header to the end of the answer
  bool broken_off = false;            ///< the answer was not taken to its end
};

/// What the server asks of the program, from its I/O threads: the calls return quickly and wait for nothing.
/// An exception from any of them becomes a 500.
struct Handler {
  /// Asked after the header and before the body. A value refuses the request with it: the body is not read.
  /// May be empty: nothing is refused.
  std::function<std::optional<Response>(const RequestHead&)> admit;
  /// The largest body that this request may have; above it the answer is 413. May be empty: 1 MiB.
  std::function<std::uint64_t(const RequestHead&)> body_bytes_max;
  /// Takes a whole request. Required.
  std::function<void(Request, Respond)> handle;
  /// The pattern of the route that a request names, for `answered`; valid as long as the handler.
  std::function<std::string_view(const RequestHead&)> route = {};
  /// Told of each answer, also of the server's own refusals. May be empty.
  std::function<void(const Exchange&)> answered = {};
};

struct TlsFiles {
  std::filesystem::path certificate_pem;  ///< the server's certificate first, then its chain
  std::filesystem::path key_pem;
};

struct ListenOptions {
  std::string address = "127.0.0.1";  ///< an IPv4 or IPv6 address, not a name
  std::uint16_t port = 0;             ///< 0: the system chooses; see Server::port()
  std::optional<TlsFiles> tls;        ///< required unless the address is loopback
  bool ask_for_certificates = false;  ///< of clients, see ClientCertificate; needs `tls`
  TrustedProxies proxies = {};        ///< RequestHead::peer is whom they name
  std::optional<int> socket = {};     ///< listens there already; the server works on a copy of it
};

/// An HTTP/1.1 server, plain or with TLS, on one address. Requests of a connection are answered one after
/// another, in order (RFC 9112 section 9.3). Its own refusals are problem documents (RFC 9457); after one
/// that concerns the framing the connection is closed. It sends no `Server` field. Each request has an id
/// (see request_id.h), which the answer names, and `admit` and `handle` are called within its RequestScope.
///
/// A request reaches the handler only when it is whole: its head accepted by the strict grammar of head.h,
/// its body as long as Content-Length says. 100 Continue is sent after `admit` and the check of the length.
///
/// Counts, in `metrics`: countersign_http_connections_open, _accepted_total, _refused_total{reason},
/// countersign_http_requests_total{class}, countersign_http_framing_errors_total,
/// countersign_http_timeouts_total{step}, countersign_http_handshake_failures_total,
/// countersign_http_accept_errors_total, countersign_http_handler_failures_total.
class Server {
 public:
  /// Listens and serves with `threads` I/O threads of its own. `metrics`, and what the handler refers to,
  /// outlive the server. invalid_argument: an address that is none, plain HTTP on an address that is not
  /// loopback, plain HTTP that asks for certificates, a limit out of range, TLS files that cannot be used.
  /// unavailable: the address is taken, or this process may not listen there.
  static base::Result<std::unique_ptr<Server>> start(const ListenOptions& options, const Limits& limits,
                                                     Handler handler, base::Metrics& metrics,
                                                     unsigned threads);

  /// As stop().
  ~Server();

  /// The port that the server listens on.
  std::uint16_t port() const;

  /// New limits for the requests to come. On failure the old ones stay. Any thread.
  base::Result<void> set_limits(const Limits& limits);

  /// Reads the certificate and key anew for the connections to come; those open keep theirs. On failure the
  /// old ones stay. failed_precondition: the server is a plain one. Any thread.
  base::Result<void> reload_tls(const TlsFiles& files);

  /// Accepts no more: who connects from now on is refused by the system, or waits for whoever listens on the
  /// socket after this process. Connections that are there are served as before. Any thread but the server's
  /// own.
  void stop_accepting();

  /// As stop_accepting(), closes idle connections, lets new ones have their first request and requests in
  /// flight be answered for at most Limits::stop_grace_ms, closes the rest and ends the threads. Answers
  /// given later are dropped. Any thread but the server's own; a second call waits for the first.
  void stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::http
