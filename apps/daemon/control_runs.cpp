#include "apps/daemon/control_runs.h"

#include "ledger/base/thread.h"
#include "reports/engine/report_json.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>

namespace countersign::apps {
namespace {

using base::Code;
using base::Timestamp;
using standing::Begun;
using standing::Ordered;

constexpr std::chrono::seconds kLook{1};
constexpr std::int64_t kSecond_us = 1'000'000, kDay_us = 86'400 * kSecond_us;
constexpr double kHour_us = 3'600e6;
/// After which it is tried again where there is nothing to test yet, or where it failed.
constexpr std::int64_t kAgain_us = 60 * kSecond_us, kFailedAgain_us = 3'600 * kSecond_us;

}  // namespace

ReportOptions last_days_of(const base::TenantId& tenant, Timestamp now) {
  constexpr std::int64_t kDays = 30;
  const Timestamp until{now.micros / kSecond_us * kSecond_us};
  ReportOptions out;
  out.tenant = tenant.value();
  out.from = base::format_rfc3339({until.micros - kDays * kDay_us});
  out.to = base::format_rfc3339(until);
  return out;
}

ControlRuns::ControlRuns(const Config& config, FindRegistry registry, base::Metrics& metrics,
                         base::Clock clock)
    : config_(config), registry_(std::move(registry)), metrics_(metrics), clock_(std::move(clock)) {
  for (const auto& region : config_.regions) {
    books_[region] = std::make_unique<standing::Book>(config_.region_files(region).folder);
    static_cast<void>(failed(region));
  }
  thread_ = std::thread([this] { run(); });
}

base::Metric& ControlRuns::failed(const base::RegionId& region) {
  return metrics_.get("countersign_control_test_failures_total",
                      "tests of a tenant's controls by the daemon that did not come to an end",
                      base::MetricType::counter, {{"region", region.value()}});
}

void ControlRuns::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Ordered ControlRuns::begin(const base::RegionId& region, const base::TenantId& tenant,
                           boost::json::object members) {
  const Whose whose{region, tenant};
  const auto rest = rest_s(whose);
  {
    const std::lock_guard lock(mutex_);
    if (running_ == whose ||
        std::any_of(orders_.begin(), orders_.end(), [&](const Order& one) { return one.whose == whose; }))
      return {Begun::running};
    if (rest > 0) return {Begun::recent, rest};
    if (stopping_ || orders_.size() >= kOrdersMax) return {Begun::busy};
    orders_.push_back({whose, std::move(members)});
  }
  changed_.notify_all();
  return {Begun::begun};
}

/// Seconds until somebody may order the next test; a clock that was set back holds nobody up.
std::int64_t ControlRuns::rest_s(const Whose& whose) {
  const auto last = books_.at(whose.first)->newest(whose.second);
  if (!last || !*last) return 0;
  const auto age_us = clock_().micros - (*last)->time.micros;
  if (age_us < 0 || age_us >= standing::kBetweenOrders_s * kSecond_us) return 0;
  return standing::kBetweenOrders_s - age_us / kSecond_us;
}

bool ControlRuns::is_running(const base::RegionId& region, const base::TenantId& tenant) {
  const std::lock_guard lock(mutex_);
  const Whose whose{region, tenant};
  return running_ == whose ||
         std::any_of(orders_.begin(), orders_.end(), [&](const Order& one) { return one.whose == whose; });
}

standing::Calls ControlRuns::calls() {
  return {[this](const base::RegionId& region) -> standing::Book& { return book(region); },
          [this](const base::RegionId& region, const base::TenantId& tenant, boost::json::object members) {
            return begin(region, tenant, std::move(members));
          },
          [this](const base::RegionId& region, const base::TenantId& tenant) {
            return is_running(region, tenant);
          }};
}

void ControlRuns::run() {
  base::run_in_background("controls");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const bool ordered = carry_out_order();
    // Orders that never end hold nothing up that is due.
    const bool due = config_.test_every_hours > 0 && look();
    lock.lock();
    if (!ordered && !due) changed_.wait_for(lock, kLook, [this] { return stopping_ || has_order(); });
  }
}

/// Whether an order may be carried out now; under the mutex.
bool ControlRuns::has_order() const {
  const auto now = std::chrono::steady_clock::now();
  return std::any_of(orders_.begin(), orders_.end(), [&](const Order& one) { return one.after <= now; });
}

/// One that meets no checkpoint, or no index, is put back. False where there is none.
bool ControlRuns::carry_out_order() {
  constexpr int kTries = 60;
  auto order = take_order();
  if (!order) return false;
  const auto outcome = test(order->whose, &order->members);
  order->after = std::chrono::steady_clock::now() + kLook;
  if (outcome != Outcome::not_yet || ++order->tries == kTries) order.reset();
  end_turn(std::move(order));
  return true;
}

/// The next one, whose turn it is from then on.
std::optional<ControlRuns::Order> ControlRuns::take_order() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  const auto next =
      std::find_if(orders_.begin(), orders_.end(), [&](const Order& one) { return one.after <= now; });
  if (stopping_ || next == orders_.end()) return std::nullopt;
  auto out = std::move(*next);
  orders_.erase(next);
  running_ = out.whose;
  return out;
}

void ControlRuns::end_turn(std::optional<Order> again) {
  const std::lock_guard lock(mutex_);
  running_.reset();
  if (again) orders_.push_back(std::move(*again));
}

/// Tests the tenant that has been due for longest; false where none is.
bool ControlRuns::look() {
  const auto registry = registry_();
  if (!registry) return false;
  const Whose* next = nullptr;
  auto next_due = clock_();
  for (const auto& tenant : registry->tenants()) {
    if (!config_.keeps(tenant.region)) continue;
    const Whose whose{tenant.region, tenant.id};
    auto due = due_.find(whose);
    if (due == due_.end()) due = due_.emplace(whose, first_due(whose)).first;
    if (due->second > next_due || (next != nullptr && due->second == next_due)) continue;
    next = &due->first;
    next_due = due->second;
  }
  if (next == nullptr) return false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    running_ = *next;
  }
  test(*next, nullptr);
  end_turn();
  return true;
}

Timestamp ControlRuns::first_due(const Whose& whose) {
  auto& book = *books_.at(whose.first);
  const auto last = book.newest(whose.second);
  const auto whole = book.is_whole(whose.second);
  if (!last || !*last || !whole || !*whole) return {};
  return {(*last)->time.micros + static_cast<std::int64_t>(config_.test_every_hours * kHour_us)};
}

/// Sets when it is due again.
ControlRuns::Outcome ControlRuns::test(const Whose& whose, const boost::json::object* members) {
  const auto interval = static_cast<std::int64_t>(config_.test_every_hours * kHour_us);
  const auto began = clock_();
  const auto done = [&]() -> base::Result<bool> {
    // A library that throws must not end the daemon.
    try {
      return test_now(whose, began, members);
    } catch (const std::exception& error) {
      return base::fail(Code::internal, error.what());
    }
  }();
  if (!done) {
    failed(whose.first).add();
    spdlog::error("the controls of {} were not tested: {}", whose.second.value(), done.error().message);
    due_[whose] = {began.micros + std::min(interval, kFailedAgain_us)};
    return Outcome::failed;
  }
  due_[whose] = {began.micros + (*done ? interval : std::min(interval, kAgain_us))};
  return *done ? Outcome::kept : Outcome::not_yet;
}

/// False where there is nothing to test, or not yet.
base::Result<bool> ControlRuns::test_now(const Whose& whose, Timestamp now,
                                         const boost::json::object* members) {
  auto options = last_days_of(whose.second, now);
  options.requested_by = "schedule";
  if (members != nullptr) {
    options.requested_by = "account";
    options.asked_by = *members;
  }
  const auto reported = make_report(config_, whose.first, options, nullptr);
  if (!reported) {
    const auto code = reported.error().code;
    if (code == Code::not_found || code == Code::failed_precondition || code == Code::unavailable)
      return false;
    return base::fail(reported.error());
  }
  // Recorded before it counts.
  TRY(note_the_report(config_, whose.first, options, *reported));
  const auto text = reports::to_json_text(reported->report);
  TRY(books_.at(whose.first)->put(whose.second, standing::run_of(reported->report, text, now), text));
  return true;
}

}  // namespace countersign::apps
