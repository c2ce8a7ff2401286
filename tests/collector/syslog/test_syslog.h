#pragma once

#include "collector/syslog/server.h"
#include "ledger/base/metrics.h"
#include "tests/support/raw_socket.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace countersign::syslog {

/// Limits with which a test that waits for a deadline waits for a moment only.
inline Limits quick_limits() {
  Limits limits;
  limits.linger_timeout_ms = 200;
  limits.drain_quiet_ms = 100;
  limits.stop_grace_ms = 3'000;
  limits.retry_first_ms = 10;
  limits.retry_most_ms = 80;
  return limits;
}

/// A message of RFC 5424 with this text.
inline std::string message(const std::string& text) {
  return "<34>1 2026-01-31T09:30:00Z host app - - - " + text;
}

/// Octet counting.
inline std::string counted(const std::string& bytes) { return std::to_string(bytes.size()) + " " + bytes; }

/// A listener on loopback that keeps the texts of what it takes. What it says of each batch is chosen by
/// `decide`, which gets the number of the call; without it everything is taken at once.
class TestSyslog {
 public:
  using Clock = std::chrono::steady_clock;

  struct Call {
    std::vector<std::string> texts;
    Done done;
    Clock::time_point at;
  };

  explicit TestSyslog(const Limits& limits = quick_limits(), ListenOptions options = {},
                      std::function<void(Call)> on_call = {})
      : on_call_(std::move(on_call)) {
    Handler handler;
    handler.take = [this](std::vector<protocols::Message> messages, Done done) {
      Call call{texts_of(messages), std::move(done), Clock::now()};
      note(call);
      if (on_call_) return on_call_(std::move(call));
      call.done(Outcome::taken);
    };
    handler.log = [this](const std::string& peer, const std::string& what) {
      const std::lock_guard lock(mutex_);
      log_ += peer + ": " + what + "\n";
    };
    auto started = SyslogServer::start(options, limits, std::move(handler), metrics, 2);
    if (!started) {
      ADD_FAILURE() << started.error().message;
      std::abort();
    }
    server = *std::move(started);
  }
  ~TestSyslog() { server.reset(); }

  testing::RawSocket connect() const { return testing::RawSocket(server->port()); }

  /// All texts that were handed over, in order, those of repeated batches again.
  std::vector<std::string> texts() const {
    const std::lock_guard lock(mutex_);
    return texts_;
  }
  std::vector<std::size_t> batch_sizes() const {
    const std::lock_guard lock(mutex_);
    return sizes_;
  }
  std::vector<Clock::time_point> call_times() const {
    const std::lock_guard lock(mutex_);
    return times_;
  }
  std::string log() const {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  /// Waits a moment until so many texts were handed over; then they are all.
  bool has(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(5), [&] { return texts_.size() >= count; });
    return texts_.size() == count;
  }

  std::int64_t metric(const std::string& name, base::Labels labels = {}) {
    labels.insert(labels.begin(), {"listener", "syslog"});
    return metrics.get("countersign_syslog_" + name, "", base::MetricType::counter, labels).value();
  }
  bool reaches(const std::string& name, const base::Labels& labels, std::int64_t value) {
    for (int i = 0; i < 300; ++i) {
      if (metric(name, labels) == value) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  base::Metrics metrics;

 private:
  static std::vector<std::string> texts_of(const std::vector<protocols::Message>& messages) {
    std::vector<std::string> out;
    for (const auto& item : messages) {
      const auto* value = std::get_if<boost::json::value>(&item.payload);
      const auto* text = value == nullptr ? nullptr : value->as_object().if_contains("message");
      out.emplace_back(text == nullptr ? "?" : std::string(text->as_string()));
    }
    return out;
  }
  void note(const Call& call) {
    const std::lock_guard lock(mutex_);
    texts_.insert(texts_.end(), call.texts.begin(), call.texts.end());
    sizes_.push_back(call.texts.size());
    times_.push_back(call.at);
    changed_.notify_all();
  }

  std::function<void(Call)> on_call_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> texts_;  ///< guarded by mutex_, as are those below
  std::vector<std::size_t> sizes_;
  std::vector<Clock::time_point> times_;
  std::string log_;

 public:
  std::unique_ptr<SyslogServer> server;
};

/// Batches that wait for the test to decide on them.
class Waiting {
 public:
  /// Keeps the first batch; those behind it are taken.
  std::function<void(TestSyslog::Call)> keep_first() {
    return [this, kept = false](TestSyslog::Call call) mutable {
      if (std::exchange(kept, true)) return call.done(Outcome::taken);
      keep()(std::move(call));
    };
  }
  std::function<void(TestSyslog::Call)> keep() {
    return [this](TestSyslog::Call call) {
      const std::lock_guard lock(mutex_);
      calls_.push_back(std::move(call));
      changed_.notify_all();
    };
  }
  TestSyslog::Call next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(5), [&] { return !calls_.empty(); })) {
      ADD_FAILURE() << "no batch came";
      return {{}, [](Outcome) {}, {}};
    }
    auto call = std::move(calls_.front());
    calls_.pop_front();
    return call;
  }
  bool empty() {
    const std::lock_guard lock(mutex_);
    return calls_.empty();
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    calls_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<TestSyslog::Call> calls_;
};

using Texts = std::vector<std::string>;

}  // namespace countersign::syslog
