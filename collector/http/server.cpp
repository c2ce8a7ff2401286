#include "collector/http/server.h"

#include "collector/http/connection.h"
#include "collector/http/listening.h"
#include "collector/http/server_core.h"
#include "collector/http/tls_context.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

namespace countersign::http {
namespace {

/// For connections to end after they were told to at once.
constexpr auto kAbortTime = std::chrono::milliseconds(1'000);

/// Serves an accepted connection, or closes it when there are too many.
void take_in(ServerCore& core, Socket socket) {
  ErrorCode ec;
  const auto peer = socket.remote_endpoint(ec).address();
  if (ec) return;
  const auto limits = core.limits();
  if (const auto refused = core.table.admit(peer, *limits)) {
    core.metrics.count_refused(*refused);
    return;
  }
  socket.set_option(net::ip::tcp::no_delay(true), ec);
  std::shared_ptr<Connection> connection;
  try {
    connection = std::make_shared<Connection>(core, std::move(socket), peer);
  } catch (...) {
    core.table.release(peer);
    throw;
  }
  core.metrics.accepted.add();
  try {
    connection->start();
  } catch (...) {
    core.table.erase(connection);
    throw;
  }
}

base::Result<Endpoint> read_endpoint(const ListenOptions& options) {
  ErrorCode ec;
  const auto address = net::ip::make_address(options.address, ec);
  if (ec)
    return base::fail(
        base::Code::invalid_argument,
        fmt::format("\"{}\" is not an IP address to listen on; give one such as 127.0.0.1 or ::",
                    options.address));
  if (!options.tls && !address.is_loopback())
    return base::fail(base::Code::invalid_argument,
                      fmt::format("plain HTTP is not served on {}, which others can reach; configure a TLS "
                                  "certificate and key, or listen on 127.0.0.1",
                                  options.address));
  if (!options.tls && options.ask_for_certificates)
    return base::fail(base::Code::invalid_argument,
                      "client certificates need TLS; configure a TLS certificate and key");
  return Endpoint(address, options.port);
}

base::Result<std::shared_ptr<net::ssl::context>> make_context(const TlsFiles& files,
                                                              bool ask_for_certificates) {
  TRY_ASSIGN(auto context, make_server_context(files));
  if (ask_for_certificates) http::ask_for_certificates(*context);
  return context;
}

}  // namespace

struct Server::Impl {
  Impl(Handler handler, const Limits& limits, std::shared_ptr<net::ssl::context> tls, base::Metrics& metrics,
       unsigned thread_count)
      : core(std::move(handler), limits, std::move(tls), metrics, thread_count),
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
    listening.start([this](Socket socket) { take_in(core, std::move(socket)); });
    for (unsigned i = 0; i < thread_count; ++i) threads.emplace_back([this] { run(); });
  }

  template <class Call>
  void each_connection(Call call) {
    for (auto& connection : core.table.all()) {
      const auto strand = connection->strand();
      net::post(strand, [connection = std::move(connection), call] { call(*connection); });
    }
  }

  void stop_accepting() {
    const std::lock_guard lock(stop_mutex);
    listening.stop();
  }

  void stop() {
    const std::lock_guard lock(stop_mutex);
    if (threads.empty()) return;
    core.stopping = true;
    listening.stop();
    each_connection([](Connection& connection) { connection.finish(); });
    if (!core.table.wait_until_empty(std::chrono::milliseconds(core.limits()->stop_grace_ms))) {
      each_connection([](Connection& connection) { connection.abort(); });
      core.table.wait_until_empty(kAbortTime);
    }
    work.reset();
    core.io.stop();
    for (auto& thread : threads) thread.join();
    threads.clear();
    for (const auto& connection : core.table.all()) connection->abandon_reply();
    core.table.clear();
  }

  ServerCore core;
  Listening listening;
  net::executor_work_guard<net::io_context::executor_type> work;
  std::mutex stop_mutex;
  std::vector<std::thread> threads;
  std::uint16_t port = 0;
  bool ask_for_certificates = false;
};

base::Result<std::unique_ptr<Server>> Server::start(const ListenOptions& options, const Limits& limits,
                                                    Handler handler, base::Metrics& metrics,
                                                    unsigned threads) {
  if (!handler.handle || threads == 0)
    return base::fail(base::Code::invalid_argument, "an HTTP server needs a handler and at least one thread");
  TRY(check(limits));
  TRY_ASSIGN(const auto endpoint, read_endpoint(options));
  std::shared_ptr<net::ssl::context> tls;
  if (options.tls) {
    TRY_ASSIGN(tls, make_context(*options.tls, options.ask_for_certificates));
  }
  auto impl = std::make_unique<Impl>(std::move(handler), limits, std::move(tls), metrics, threads);
  impl->core.proxies = options.proxies;
  TRY(impl->listening.open(endpoint, options.socket, ""));
  impl->ask_for_certificates = options.ask_for_certificates;
  impl->port = impl->listening.port();
  impl->start(threads);
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { stop(); }

std::uint16_t Server::port() const { return impl_->port; }

base::Result<void> Server::set_limits(const Limits& limits) {
  TRY(check(limits));
  impl_->core.set_limits(limits);
  return {};
}

base::Result<void> Server::reload_tls(const TlsFiles& files) {
  if (!impl_->core.tls())
    return base::fail(base::Code::failed_precondition,
                      "the server listens without TLS; restart it to change that");
  TRY_ASSIGN(auto context, make_context(files, impl_->ask_for_certificates));
  impl_->core.set_tls(std::move(context));
  return {};
}

void Server::stop_accepting() { impl_->stop_accepting(); }

void Server::stop() { impl_->stop(); }

}  // namespace countersign::http
