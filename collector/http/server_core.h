#pragma once

#include "collector/http/connection_table.h"
#include "collector/http/forwarded.h"
#include "collector/http/http_metrics.h"
#include "collector/http/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <memory>
#include <mutex>

namespace countersign::http {

/// Memory that request bodies hold, over all connections. Thread-safe.
class BodyBudget {
 public:
  /// False, and nothing taken, when it would be more than `most`.
  bool take(std::uint64_t bytes, std::uint64_t most) {
    if (used_.fetch_add(bytes) + bytes <= most) return true;
    used_.fetch_sub(bytes);
    return false;
  }
  void give_back(std::uint64_t bytes) { used_.fetch_sub(bytes); }

 private:
  std::atomic<std::uint64_t> used_{0};
};

/// What the connections of a server share.
class ServerCore {
 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Limits> limits_;            ///< guarded by mutex_
  std::shared_ptr<boost::asio::ssl::context> tls_;  ///< guarded by mutex_

 public:
  ServerCore(Handler handler_in, const Limits& limits, std::shared_ptr<boost::asio::ssl::context> tls,
             base::Metrics& metrics_in, unsigned threads)
      : limits_(std::make_shared<const Limits>(limits)),
        tls_(std::move(tls)),
        handler(std::move(handler_in)),
        metrics(metrics_in),
        io(static_cast<int>(threads)) {}

  const Handler handler;
  TrustedProxies proxies;  ///< does not change once connections are served
  HttpMetrics metrics;
  ConnectionTable table;
  BodyBudget bodies;
  std::atomic<bool> stopping{false};

  std::shared_ptr<const Limits> limits() const {
    const std::lock_guard lock(mutex_);
    return limits_;
  }
  void set_limits(const Limits& limits) {
    auto fresh = std::make_shared<const Limits>(limits);
    const std::lock_guard lock(mutex_);
    limits_.swap(fresh);
  }
  /// Null for a plain server.
  std::shared_ptr<boost::asio::ssl::context> tls() const {
    const std::lock_guard lock(mutex_);
    return tls_;
  }
  void set_tls(std::shared_ptr<boost::asio::ssl::context> tls) {
    const std::lock_guard lock(mutex_);
    tls_.swap(tls);
  }

  /// Last, so that it goes first: what is left in it refers to the members above.
  boost::asio::io_context io;
};

}  // namespace countersign::http
