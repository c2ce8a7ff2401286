#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::base {

/// A number that other threads may change and read at any time.
class Metric {
 public:
  void add(std::int64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

enum class MetricType { counter, gauge };

using Labels = std::vector<std::pair<std::string, std::string>>;

/// The process's metrics, in Prometheus' text format 0.0.4. Thread-safe. A Metric lives as long as its
/// Metrics.
class Metrics {
 public:
  /// The metric of that name and labels, made at the first call. `help` is one line. Label values come from a
  /// closed set or are cut off by the caller: they must not grow without bound and never hold a personal
  /// value.
  Metric& get(std::string_view name, std::string_view help, MetricType type, const Labels& labels = {});

  std::string to_prometheus() const;

 private:
  struct Family {
    std::string help;
    MetricType type;
    std::map<std::string, std::unique_ptr<Metric>> by_labels;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace countersign::base
