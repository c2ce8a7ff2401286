#pragma once

#include "collector/http/server.h"
#include "ledger/base/metrics.h"
#include "tests/support/raw_socket.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

namespace countersign::http {

/// Limits with which a test that waits for a deadline waits for a moment only.
inline Limits quick_limits() {
  Limits limits;
  limits.linger_timeout_ms = 200;
  limits.stop_grace_ms = 3'000;
  return limits;
}

/// A server on loopback that answers 200 with "<method> <path> <body>" unless told otherwise.
class TestServer {
 public:
  explicit TestServer(const Limits& limits = quick_limits(), Handler handler = {},
                      std::optional<TlsFiles> tls = std::nullopt, bool ask_for_certificates = false) {
    if (!handler.handle) {
      handler.handle = [this](Request request, const Respond& respond) {
        ++handled;
        respond(text(request.method + " " + request.path + " " + request.body));
      };
    }
    auto started = Server::start({"127.0.0.1", 0, std::move(tls), ask_for_certificates}, limits,
                                 std::move(handler), metrics, 2);
    if (!started) {
      ADD_FAILURE() << started.error().message;
      std::abort();
    }
    server = *std::move(started);
  }

  static Response text(std::string body) {
    Response response;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
  }

  std::uint16_t port() const { return server->port(); }
  testing::RawSocket connect() const { return testing::RawSocket(port()); }

  std::int64_t metric(const std::string& name, const base::Labels& labels = {}) {
    return metrics.get("countersign_http_" + name, "", base::MetricType::counter, labels).value();
  }

  /// Waits a moment for a metric that another thread is about to change.
  bool reaches(const std::string& name, const base::Labels& labels, std::int64_t value) {
    for (int i = 0; i < 300; ++i) {
      if (metric(name, labels) == value) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  base::Metrics metrics;
  std::atomic<int> handled{0};
  std::unique_ptr<Server> server;
};

}  // namespace countersign::http
