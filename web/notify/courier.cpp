#include "web/notify/courier.h"

#include "web/notify/deliveries.h"

#include <fmt/format.h>

#include <pthread.h>

#include <algorithm>
#include <chrono>

namespace countersign::notify {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kTurnMs = 1'000;  ///< after which commands' changes are looked for
constexpr std::int64_t kMinute_s = 60;
constexpr std::int64_t kWaitMax_s = 86'400;
/// A test that failed waits for its command to read why, never to be sent again.
constexpr std::int64_t kNever_s = 100 * 365 * std::int64_t{86'400};

}  // namespace

Courier::Courier(Options options, base::Metrics& metrics) : options_(std::move(options)), metrics_(metrics) {
  metric("countersign_notify_ended", "1 when a destination of findings said that it is gone (410)",
         base::MetricType::gauge)
      .set(0);
}

Courier::~Courier() { stop(); }

void Courier::start() {
  thread_ = std::thread([this] { run(); });
}

void Courier::stop() {
  stopping_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
}

void Courier::wake() {
  {
    const std::lock_guard guard(mutex_);
    woken_ = true;
  }
  wake_.notify_one();
}

void Courier::run() {
  ::pthread_setname_np(::pthread_self(), "notify");
  while (!stopping_) {
    const auto wait_ms = turn();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return woken_; });
    woken_ = false;
  }
}

base::Metric& Courier::metric(std::string_view name, std::string_view help, base::MetricType type) const {
  return metrics_.get(name, help, type, {{"destination", options_.destination.name}});
}

std::int64_t Courier::turn() {
  std::size_t waiting = 0;
  for (const auto& queue : options_.queues) {
    report(queue->look());
    waiting += queue->waiting();
  }
  metric("countersign_notify_waiting", "Notices of findings that wait for their destination",
         base::MetricType::gauge)
      .set(static_cast<std::int64_t>(waiting));
  const auto now = options_.clock();
  if (ended_ || waiting == 0 || now < held_until_) return kTurnMs;
  const auto count = options_.queues.size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = (first_queue_ + i) % count;
    auto delivery = options_.queues[at]->due(now);
    if (!delivery) continue;
    first_queue_ = (at + 1) % count;
    attempt(*options_.queues[at], std::move(*delivery));
    return 0;
  }
  auto wait_ms = kTurnMs;
  for (const auto& queue : options_.queues) {
    if (const auto next = queue->next_due())
      wait_ms = std::min(wait_ms, std::max<std::int64_t>(1, (next->micros - now.micros) / 1'000));
  }
  return wait_ms;
}

void Courier::attempt(DeliveryQueue& queue, Delivery delivery) {
  const auto outcome = options_.destination.send(delivery, [this] { return stopping_.load(); });
  if (outcome.kind == Outcome::Kind::stopped) return;
  const bool taken = outcome.kind == Outcome::Kind::taken;
  metrics_
      .get("countersign_notify_attempts_total", "Attempts to tell a destination of a finding",
           base::MetricType::counter,
           {{"destination", options_.destination.name}, {"result", taken ? "taken" : "failed"}})
      .add();
  if (!taken) return failed(queue, delivery, outcome);
  tell("");
  note_change(queue.taken(delivery));
}

void Courier::failed(DeliveryQueue& queue, Delivery& delivery, const Outcome& outcome) {
  const auto now = options_.clock();
  delivery.error = outcome.why;
  delivery.attempts += 1;
  if (outcome.kind == Outcome::Kind::ended) {
    ended_ = true;
    metric("countersign_notify_ended", "", base::MetricType::gauge).set(1);
    tell(fmt::format("{}; nothing more is sent there until countersignd starts again", outcome.why));
  } else {
    tell(outcome.why);
  }
  const auto wait_s = std::clamp<std::int64_t>(outcome.wait_s, 0, kWaitMax_s);
  held_until_ = {now.micros + wait_s * kSecondUs};
  const auto& retry = options_.destination.retry_s;
  if (is_test(delivery)) {
    delivery.due = {now.micros + kNever_s * kSecondUs};
  } else if (delivery.attempts > retry.size()) {
    return report(queue.bury(delivery, now));
  } else {
    const auto later_us = with_jitter(retry[delivery.attempts - 1]);
    delivery.due = {std::max(now.micros + later_us, held_until_.micros)};
  }
  note_change(queue.put_back(delivery));
}

/// Where a file could not be changed the same delivery is due again at once: not before a minute has passed.
void Courier::note_change(const base::Result<void>& done) {
  report(done);
  if (!done) held_until_ = {options_.clock().micros + kMinute_s * kSecondUs};
}

/// A fifth more or less, in microseconds, so that what failed together does not come again together.
std::int64_t Courier::with_jitter(std::int64_t seconds) const {
  std::uint8_t random = 0;
  options_.entropy({&random, 1});
  return seconds * kSecondUs / 10 * 8 + seconds * kSecondUs / 10 * 4 * random / 255;
}

void Courier::report(const base::Result<void>& done) {
  if (!done) tell(done.error().message);
}

/// Once a change; nothing when all is well again.
void Courier::tell(const std::string& what) {
  if (what != told_ && options_.log) options_.log(what.empty() ? "goes on" : what);
  told_ = what;
}

}  // namespace countersign::notify
