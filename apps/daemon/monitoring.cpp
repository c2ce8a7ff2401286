#include "apps/daemon/monitoring.h"

#include "apps/daemon/monitored_region.h"
#include "ledger/base/thread.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace countersign::apps {
namespace {

constexpr std::chrono::milliseconds kBetween{200};
constexpr std::size_t kEventsAtOnce = 100;

}  // namespace

/// One region's thread.
class Monitoring::Thread {
 public:
  Thread(const Config& config, Region& region, FindRegistry registry, base::Metrics& metrics)
      : config_(config),
        region_(region),
        registry_(std::move(registry)),
        metrics_(metrics),
        events_at_once_(config.limits.events_at_once(kEventsAtOnce)) {}
  ~Thread() { stop(); }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  base::Result<void> start() {
    MonitoredRegion::Options options;
    options.id = region_.id();
    options.files = region_.files();
    options.appender = &region_.appender();
    options.events_at_once = events_at_once_;
    options.records_max = config_.limits.monitored_records_max;
    options.stopped = [this] { return stopping_.load(); };
    options.clock = base::system_clock();
    TRY_ASSIGN(auto opened, MonitoredRegion::open(std::move(options), metrics_));
    monitored_ = std::make_unique<MonitoredRegion>(std::move(opened));
    thread_ = std::thread([this] { run(); });
    return {};
  }

  void set_limits(const Config::Limits& limits) { events_at_once_ = limits.events_at_once(kEventsAtOnce); }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    base::run_in_background("monitor");
    for (;;) {
      const bool more = step();
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, more ? std::chrono::milliseconds(0) : kBetween,
                         [this] { return stopping_.load(); }))
        break;
    }
    monitored_->save();
  }

  /// A library that throws must not end the daemon.
  bool step() {
    try {
      monitored_->set_events_at_once(events_at_once_);
      return monitored_->step(*registry_());
    } catch (const std::exception& error) {
      if (told_ != error.what())
        spdlog::error("detections of the region {} wait: {}", region_.id().value(), error.what());
      told_ = error.what();
      return false;
    }
  }

  const Config& config_;
  Region& region_;
  const FindRegistry registry_;
  base::Metrics& metrics_;
  std::atomic<std::size_t> events_at_once_;
  std::unique_ptr<MonitoredRegion> monitored_;  ///< the thread's own, once it runs
  std::string told_;                            ///< the thread's own
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stopping_{false};  ///< set under mutex_
  std::thread thread_;
};

Monitoring::Monitoring() = default;
Monitoring::~Monitoring() { stop(); }

base::Result<std::unique_ptr<Monitoring>> Monitoring::start(
    const Config& config, const std::vector<std::unique_ptr<Region>>& regions, FindRegistry registry,
    base::Metrics& metrics) {
  auto out = std::unique_ptr<Monitoring>(new Monitoring);
  for (const auto& region : regions) {
    out->threads_.push_back(std::make_unique<Thread>(config, *region, registry, metrics));
    TRY(out->threads_.back()->start());
  }
  return out;
}

void Monitoring::set_limits(const Config::Limits& limits) {
  for (const auto& thread : threads_) thread->set_limits(limits);
}

void Monitoring::stop() {
  for (const auto& thread : threads_) thread->stop();
}

}  // namespace countersign::apps
