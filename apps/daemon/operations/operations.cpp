#include "apps/daemon/operations/operations.h"

#include "apps/daemon/logging.h"
#include "apps/listeners.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <pthread.h>

#include <chrono>
#include <exception>

namespace countersign::apps {
namespace {

constexpr std::chrono::seconds kBetween{1};
constexpr unsigned kLookSeconds = 10, kTellSeconds = 60;

}  // namespace

Operations::Operations(const Config& config, base::Metrics& metrics)
    : file_(config.file),
      tls_(uses_tls(config)),
      keys_(config.keys),
      metrics_(metrics),
      access_log_(metrics, crypto::system_entropy()),
      process_(metrics),
      certificates_(metrics),
      clock_(metrics) {
  for (const auto& region : config.regions) regions_.emplace_back(config, region, metrics);
  read_served();
  read_signer();
  set_reload_metrics(true);
}

void Operations::watch(http::Handler& handler) {
  handler.answered = [this](const http::Exchange& exchange) { access_log_.answered(exchange); };
}

void Operations::start() {
  clock_.look(ClockWatch::read());
  look();
  thread_ = std::thread([this] { run(); });
}

void Operations::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  access_log_.tell_left_out();
}

void Operations::run() {
  ::pthread_setname_np(::pthread_self(), "operations");
  unsigned seconds = 0;
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kBetween, [this] { return stopping_; })) {
    lock.unlock();
    // Where memory is short, or a library throws, the next look may do better.
    try {
      clock_.look(ClockWatch::read());
      ++seconds;
      if (seconds % kLookSeconds == 0) look();
      if (seconds % kTellSeconds == 0) access_log_.tell_left_out();
    } catch (const std::exception& error) {
      spdlog::error("the metrics were not read: {}", error.what());
    }
    lock.lock();
  }
}

void Operations::look() {
  const auto now = base::system_clock()();
  process_.look();
  const std::lock_guard lock(looking_);
  for (auto& region : regions_) region.look(now);
  // A rotation of the signer's key takes effect without a reload.
  read_signer();
  certificates_.look(now);
}

void Operations::read_served() {
  if (tls_) certificates_.read("tls", keys_.tls_certificate);
}

void Operations::read_signer() { certificates_.read("signer", keys_.signer_certificate); }

void Operations::set_reload_metrics(bool good) {
  using enum base::MetricType;
  metrics_
      .get("countersign_config_last_reload_successful",
           "1 where the configuration and the certificate of the listeners could be used the last time",
           gauge)
      .set(good ? 1 : 0);
  if (good)
    metrics_
        .get("countersign_config_last_reload_success_timestamp_seconds",
             "When the configuration was read successfully last", gauge)
        .set(base::system_clock()().micros / 1'000'000);
}

void Operations::reloaded(ConfigMembers& in_force, const Config& fresh,
                          const base::Result<void>& certificate) {
  const auto changes = take_changes(in_force, fresh.members);
  set_log_level(fresh.log.level);
  {
    const std::lock_guard lock(looking_);
    for (auto& region : regions_) region.set_reserve(fresh.limits.disk_reserve_bytes);
    if (certificate) read_served();
    read_signer();
  }
  set_reload_metrics(certificate.has_value());
  LogFields fields;
  fields.text("changed", fmt::format("{}", fmt::join(changes.taken, " ")))
      .text("needs_restart", fmt::format("{}", fmt::join(changes.waiting, " ")));
  std::string message = fmt::format("reloaded {}", file_.string());
  if (!changes.taken.empty()) message += fmt::format("; changed: {}", fmt::join(changes.taken, ", "));
  log_event(spdlog::level::info, "config.reloaded", message, fields);
  if (!changes.waiting.empty())
    log_event(spdlog::level::warn, "config.needs_restart",
              fmt::format("these have changed in {} and take effect with a restart: {}", file_.string(),
                          fmt::join(changes.waiting, ", ")),
              fields);
  if (!certificate)
    log_event(
        spdlog::level::err, "certificate.not_reloaded",
        fmt::format("the certificate of the listeners was not reloaded, the one before is served on: {}",
                    certificate.error().message));
}

void Operations::not_reloaded(const base::Error& error) {
  set_reload_metrics(false);
  log_event(spdlog::level::err, "config.not_reloaded",
            fmt::format("the configuration was not reloaded, the old one stays: {}", error.message));
}

}  // namespace countersign::apps
