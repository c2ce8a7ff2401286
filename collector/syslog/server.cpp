#include "collector/syslog/server.h"

#include "collector/http/listening.h"
#include "collector/http/tls_context.h"
#include "collector/syslog/connection.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/verify_context.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

namespace countersign::syslog {
namespace {

namespace net = http::net;
using http::ErrorCode;
using TlsContext = std::shared_ptr<net::ssl::context>;

/// For connections to end after they were told to at once.
constexpr auto kAbortTime = std::chrono::milliseconds(1'000);

tl::unexpected<base::Error> bad(std::string message) {
  return base::fail(base::Code::invalid_argument, std::move(message));
}

base::Result<void> check(const Limits& limits) {
  const std::array<std::pair<std::string_view, std::int64_t>, 11> all{{
      {"connections_max", static_cast<std::int64_t>(limits.connections_max)},
      {"frame_bytes_max", static_cast<std::int64_t>(limits.frame_bytes_max)},
      {"batch_messages_max", static_cast<std::int64_t>(limits.batch_messages_max)},
      {"handshake_timeout_ms", limits.handshake_timeout_ms},
      {"idle_timeout_ms", limits.idle_timeout_ms},
      {"frame_timeout_ms", limits.frame_timeout_ms},
      {"retry_first_ms", limits.retry_first_ms},
      {"retry_most_ms", limits.retry_most_ms},
      {"linger_timeout_ms", limits.linger_timeout_ms},
      {"drain_quiet_ms", limits.drain_quiet_ms},
      {"stop_grace_ms", limits.stop_grace_ms},
  }};
  for (const auto& [name, value] : all) {
    if (value <= 0) return bad(fmt::format("{} must be more than 0", name));
  }
  return {};
}

base::Result<http::Endpoint> read_endpoint(const ListenOptions& options) {
  ErrorCode ec;
  const auto address = net::ip::make_address(options.address, ec);
  if (ec)
    return bad(fmt::format("\"{}\" is not an IP address to listen on; give one such as 127.0.0.1 or ::",
                           options.address));
  if (!options.tls && !address.is_loopback())
    return bad(
        fmt::format("syslog without TLS is not received on {}, which others can reach; configure a TLS "
                    "certificate and key, or listen on 127.0.0.1",
                    options.address));
  if (!options.tls && !options.client_fingerprints.empty())
    return bad("client certificates need TLS; configure a TLS certificate and key");
  return http::Endpoint(address, options.port);
}

/// Whether the certificate that is being verified is one of those. The chain above it says nothing here.
bool is_allowed(net::ssl::verify_context& verified, const std::vector<base::Digest>& allowed) {
  auto* store = verified.native_handle();
  if (X509_STORE_CTX_get_error_depth(store) != 0) return true;
  base::Digest digest;
  unsigned int size = 0;
  const auto* certificate = X509_STORE_CTX_get_current_cert(store);
  if (certificate == nullptr || X509_digest(certificate, EVP_sha256(), digest.bytes.data(), &size) != 1 ||
      size != digest.bytes.size())
    return false;
  return std::find(allowed.begin(), allowed.end(), digest) != allowed.end();
}

base::Result<TlsContext> make_context(const http::TlsFiles& files, const std::vector<base::Digest>& allowed) {
  TRY_ASSIGN(auto context, http::make_server_context(files));
  // Syslog has no application protocol to be chosen (RFC 7301).
  SSL_CTX_set_alpn_select_cb(context->native_handle(), nullptr, nullptr);
  if (allowed.empty()) return context;
  context->set_verify_mode(net::ssl::verify_peer | net::ssl::verify_fail_if_no_peer_cert);
  context->set_verify_callback([allowed](bool /*trusted*/, net::ssl::verify_context& verified) {
    return is_allowed(verified, allowed);
  });
  return context;
}

/// Serves an accepted connection, or closes it when there are too many.
void take_in(ServerCore& core, http::Socket socket) {
  ErrorCode ec;
  auto peer = socket.remote_endpoint(ec).address().to_string();
  if (ec) return;
  socket.set_option(net::socket_base::keep_alive(true), ec);
  auto connection = std::make_shared<Connection>(core, std::move(socket), std::move(peer));
  if (!core.table.insert(connection, core.limits.connections_max)) {
    core.metrics.refused.add();
    return;
  }
  core.metrics.accepted.add();
  connection->start();
}

}  // namespace

struct SyslogServer::Impl {
  Impl(const ListenOptions& options, const Limits& limits, Handler handler, TlsContext tls,
       base::Metrics& metrics, unsigned thread_count)
      : core(std::move(handler), limits, std::move(tls), metrics, options, thread_count),
        listening(core.io, core.metrics.accept_errors),
        work(core.io.get_executor()) {}

  void run() {
    while (true) {
      try {
        core.io.run();
        return;
      } catch (...) {
        core.metrics.handler_failures.add();
      }
    }
  }

  void start(unsigned thread_count) {
    listening.start([this](http::Socket socket) { take_in(core, std::move(socket)); });
    for (unsigned i = 0; i < thread_count; ++i) threads.emplace_back([this] { run(); });
  }

  template <class Call>
  void each_connection(Call call) {
    for (auto& connection : core.table.all()) {
      const auto strand = connection->strand();
      net::post(strand, [connection = std::move(connection), call] { call(*connection); });
    }
  }

  void stop() {
    const std::lock_guard lock(stop_mutex);
    if (threads.empty()) return;
    core.stopping = true;
    listening.stop();
    each_connection([](Connection& connection) { connection.finish(); });
    if (!core.table.wait_until_empty(std::chrono::milliseconds(core.limits.stop_grace_ms))) {
      each_connection([](Connection& connection) { connection.abort(); });
      core.table.wait_until_empty(kAbortTime);
    }
    work.reset();
    core.io.stop();
    for (auto& thread : threads) thread.join();
    threads.clear();
    for (const auto& connection : core.table.all()) connection->abandon();
    core.table.clear();
  }

  ServerCore core;
  http::Listening listening;
  net::executor_work_guard<net::io_context::executor_type> work;
  std::mutex stop_mutex;
  std::vector<std::thread> threads;
  std::uint16_t port = 0;
};

base::Result<std::unique_ptr<SyslogServer>> SyslogServer::start(const ListenOptions& options,
                                                                const Limits& limits, Handler handler,
                                                                base::Metrics& metrics, unsigned threads) {
  if (!handler.take || threads == 0) return bad("a syslog server needs a handler and at least one thread");
  TRY(check(limits));
  TRY_ASSIGN(const auto endpoint, read_endpoint(options));
  TlsContext tls;
  if (options.tls) {
    TRY_ASSIGN(tls, make_context(*options.tls, options.client_fingerprints));
  }
  auto impl = std::make_unique<Impl>(options, limits, std::move(handler), std::move(tls), metrics, threads);
  TRY(impl->listening.open(endpoint, options.socket, " for syslog"));
  impl->port = impl->listening.port();
  impl->start(threads);
  return std::unique_ptr<SyslogServer>(new SyslogServer(std::move(impl)));
}

SyslogServer::SyslogServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SyslogServer::~SyslogServer() { stop(); }

std::uint16_t SyslogServer::port() const { return impl_->port; }

base::Result<void> SyslogServer::reload_tls(const http::TlsFiles& files) {
  if (!impl_->core.tls())
    return base::fail(base::Code::failed_precondition,
                      "the syslog server listens without TLS; restart it to change that");
  TRY_ASSIGN(auto context, make_context(files, impl_->core.options.client_fingerprints));
  impl_->core.set_tls(std::move(context));
  return {};
}

void SyslogServer::set_batch(const BatchLimits& batch) { impl_->core.set_batch(batch); }

void SyslogServer::stop() { impl_->stop(); }

}  // namespace countersign::syslog
