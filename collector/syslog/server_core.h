#pragma once

#include "collector/syslog/server.h"
#include "collector/syslog/syslog_metrics.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace countersign::syslog {

class Connection;

/// The connections that are open, so that they can be bounded and stopped. Thread-safe.
class ConnectionTable {
 public:
  /// False when there are as many as `most`.
  bool insert(std::shared_ptr<Connection> connection, std::size_t most) {
    const std::lock_guard lock(mutex_);
    if (connections_.size() >= most) return false;
    connections_.insert(std::move(connection));
    return true;
  }
  void erase(const std::shared_ptr<Connection>& connection) {
    const std::lock_guard lock(mutex_);
    connections_.erase(connection);
    if (connections_.empty()) emptied_.notify_all();
  }
  std::vector<std::shared_ptr<Connection>> all() const {
    const std::lock_guard lock(mutex_);
    return {connections_.begin(), connections_.end()};
  }
  /// False when there are still connections after that time.
  bool wait_until_empty(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return emptied_.wait_for(lock, time, [this] { return connections_.empty(); });
  }
  /// Lets go of those that did not end by themselves.
  void clear() {
    std::set<std::shared_ptr<Connection>> dropped;
    const std::lock_guard lock(mutex_);
    dropped.swap(connections_);
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::set<std::shared_ptr<Connection>> connections_;  ///< guarded by mutex_
};

/// Lets so many lines a minute into the log, so that senders cannot fill it. Thread-safe.
class LogGate {
 public:
  bool open() {
    constexpr int kLinesPerMinute = 30;
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    if (now - begun_ >= std::chrono::minutes(1)) {
      begun_ = now;
      lines_ = 0;
    }
    return ++lines_ <= kLinesPerMinute;
  }

 private:
  std::mutex mutex_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();  ///< guarded by mutex_
  int lines_ = 0;                                                                   ///< guarded by mutex_
};

/// What the connections of a server share.
class ServerCore {
 private:
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> tls_;  ///< guarded by mutex_, as is the next
  BatchLimits batch_;

 public:
  ServerCore(Handler handler_in, const Limits& limits_in, std::shared_ptr<boost::asio::ssl::context> tls,
             base::Metrics& metrics_in, const ListenOptions& options_in, unsigned threads)
      : tls_(std::move(tls)),
        batch_{limits_in.batch_messages_max, limits_in.protocol},
        handler(std::move(handler_in)),
        limits(limits_in),
        options(options_in),
        metrics(metrics_in, options_in.name),
        io(static_cast<int>(threads)) {}

  const Handler handler;
  const Limits limits;  ///< but for what batch() says
  const ListenOptions options;
  SyslogMetrics metrics;
  LogGate log_gate;
  ConnectionTable table;
  std::atomic<bool> stopping{false};

  /// Null for a plain server.
  std::shared_ptr<boost::asio::ssl::context> tls() const {
    const std::lock_guard lock(mutex_);
    return tls_;
  }
  void set_tls(std::shared_ptr<boost::asio::ssl::context> tls) {
    const std::lock_guard lock(mutex_);
    tls_.swap(tls);
  }

  BatchLimits batch() const {
    const std::lock_guard lock(mutex_);
    return batch_;
  }
  void set_batch(const BatchLimits& batch) {
    const std::lock_guard lock(mutex_);
    batch_ = batch;
    batch_.messages_max = std::max<std::size_t>(1, batch.messages_max);
  }

  /// Last, so that it goes first: what is left in it refers to the members above.
  boost::asio::io_context io;
};

}  // namespace countersign::syslog
