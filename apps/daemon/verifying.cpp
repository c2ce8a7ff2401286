#include "apps/daemon/verifying.h"

#include "apps/daemon/logging.h"
#include "apps/ledger_verified.h"
#include "apps/system_events.h"
#include "ledger/base/thread.h"
#include "ledger/projection/search.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/head_memory.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <string>

namespace countersign::apps {
namespace {

using base::Code;
using base::Timestamp;

constexpr std::chrono::seconds kLook{1};
constexpr std::size_t kWaitingMax = 64;
constexpr double kHourMicros = 3'600e6;

Timestamp later(Timestamp time, double hours) {
  return {time.micros + static_cast<std::int64_t>(hours * kHourMicros)};
}

base::Result<store::LedgerReport> verify_region(const Config& config, const base::RegionId& region,
                                                std::function<bool()> stopped) {
  // Before the ledger: what was signed since is longer than what is remembered, and extends it.
  TRY_ASSIGN(const auto heads, store::HeadMemory::open(config.head_memory(region)));
  store::VerifyLedgerOptions how;
  how.threads = 1;
  how.heads = &heads;
  how.stopped = std::move(stopped);
  return store::verify_ledger(config.region_files(region).ledger(), how, {});
}

/// A library that throws must not end the daemon.
base::Result<store::LedgerReport> verify_safely(const Config& config, const base::RegionId& region,
                                                std::function<bool()> stopped) {
  try {
    return verify_region(config, region, std::move(stopped));
  } catch (const std::exception& error) {
    return base::fail(Code::internal, error.what());
  }
}

base::Result<store::LogHead> system_log(store::LedgerReader& reader) {
  return reader.log(base::TenantId(std::string(base::kSystemTenant)));
}

/// The number of the newest record of a verification.
base::Result<std::optional<std::uint64_t>> newest_told(const store::RegionFiles& files,
                                                       const store::LogHead& log) {
  TRY_ASSIGN(auto searcher, projection::Searcher::open(files.index()));
  projection::SearchRequest request;
  request.log = log.number;
  request.hits_max = 1;
  TRY_ASSIGN(request.terms, projection::parse_query("type:ledger.verified"));
  TRY_ASSIGN(const auto answer, searcher.search(request, [](record::Kind, std::string_view) {
    return base::Result<std::optional<std::string>>(std::optional<std::string>());
  }));
  return answer.hits.empty() ? std::optional<std::uint64_t>() : std::optional(answer.hits.front());
}

}  // namespace

Timestamp first_verification(Timestamp started, Timestamp last, double every_hours) {
  const auto due = later(last, every_hours);
  return due <= started ? started : std::min(due, later(started, 1));
}

base::Result<Timestamp> last_verified(const store::RegionFiles& files) {
  TRY_ASSIGN(auto reader, store::LedgerReader::open(files.ledger()));
  TRY_ASSIGN(const auto log, system_log(reader));
  TRY_ASSIGN(const auto seq, newest_told(files, log));
  const auto bytes = reader.record(log, base::seq_at(seq.value_or(0)));
  // What was retired is older than any interval.
  if (!bytes && bytes.error().code == Code::not_found && log.size > 0) return Timestamp{};
  if (!bytes) return base::fail(bytes.error());
  TRY_ASSIGN(const auto record, record::read_record(*bytes));
  return record.received;
}

base::Result<std::optional<api::Verification>> newest_verification(const store::RegionFiles& files) {
  TRY_ASSIGN(auto reader, store::LedgerReader::open(files.ledger()));
  const auto log = system_log(reader);
  if (!log && log.error().code == Code::not_found) return std::optional<api::Verification>();
  if (!log) return base::fail(log.error());
  TRY_ASSIGN(const auto seq, newest_told(files, *log));
  if (!seq) return std::optional<api::Verification>();
  const auto bytes = reader.record(*log, base::seq_at(*seq));
  if (!bytes && bytes.error().code == Code::not_found) return std::optional<api::Verification>();
  if (!bytes) return base::fail(bytes.error());
  TRY_ASSIGN(const auto record, record::read_record(*bytes));
  TRY_ASSIGN(const auto event, record::read_event(record.event));
  return std::optional(api::Verification{record.received, event.text(record::kOutcomeReason)});
}

Verifying::Verifying(Config config, base::Metrics& metrics, base::Clock clock)
    : config_(std::move(config)), metrics_(metrics), clock_(std::move(clock)), started_(clock_()) {
  if (config_.verify_every_hours <= 0) return;
  for (const auto& region : config_.regions) static_cast<void>(failed(region));
  thread_ = std::thread([this] { run(); });
}

base::Metric& Verifying::failed(const base::RegionId& region) {
  return metrics_.get("countersign_verification_failures_total",
                      "verifications by the daemon that found a ledger altered, incomplete or not readable",
                      base::MetricType::counter, {{"region", region.value()}});
}

void Verifying::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Verifying::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Verifying::run() {
  base::run_in_background("verification");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    look();
    lock.lock();
    changed_.wait_for(lock, kLook, [this] { return stopping_; });
  }
}

void Verifying::look() {
  record_what_waits();
  for (const auto& region : config_.regions) {
    if (stopping()) return;
    look_at(region);
  }
}

void Verifying::look_at(const base::RegionId& region) {
  if (!due_.contains(region)) {
    const auto last = last_verified(config_.region_files(region));
    if (last) {
      due_[region] = first_verification(started_, *last, config_.verify_every_hours);
    } else if (clock_() < later(started_, 1)) {
      return;  // the index is being made
    }
  }
  const auto now = clock_();
  // Where the clock was set back behind the last verification, that one is too far in the future to wait for.
  if (const auto due = due_.find(region);
      due != due_.end() && now < due->second && later(now, config_.verify_every_hours) >= due->second)
    return;
  verify(region);
  due_[region] = later(now, config_.verify_every_hours);
}

void Verifying::verify(const base::RegionId& region) {
  const auto began = std::chrono::steady_clock::now();
  const auto report = verify_safely(config_, region, [this] { return stopping(); });
  const auto took = std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
  if (!report && report.error().code == Code::aborted) return;
  LogFields fields;
  fields.text("region", region.value());
  if (!report) {
    failed(region).add();
    log_event(spdlog::level::err, "ledger.not_verified",
              fmt::format("the ledger of the region {} was not verified: {}", region.value(),
                          report.error().message),
              fields);
    return record(region, ledger_not_read(took, clock_()));
  }
  if (!report->faults.empty()) {
    failed(region).add();
    const auto& fault = report->faults.front();
    log_event(
        spdlog::level::err, "ledger.altered",
        fmt::format("the ledger of the region {} is altered or incomplete: {}{}: {}; countersign verify "
                    "--data shows all that is wrong",
                    region.value(), fault.log,
                    fault.seq >= 0 ? fmt::format(" record {}", fault.seq) : std::string(), fault.what),
        fields);
  } else {
    fields.number("duration_ms", took.count() * 1'000);
    log_event(spdlog::level::info, "ledger.verified",
              fmt::format("the ledger of the region {} was verified in {} s and is intact", region.value(),
                          took.count()),
              fields);
  }
  record(region, ledger_verified(*report, took, clock_()));
}

void Verifying::record(const base::RegionId& region, boost::json::object event) {
  const auto left = leave_in_outbox(config_.region_files(region), event);
  if (left) return;
  spdlog::error("a verification of the region {} is not in the system log yet: {}", region.value(),
                left.error().message);
  if (waiting_.size() == kWaitingMax) waiting_.erase(waiting_.begin());
  waiting_.emplace_back(region, std::move(event));
}

void Verifying::record_what_waits() {
  std::erase_if(waiting_, [&](const auto& one) {
    return leave_in_outbox(config_.region_files(one.first), one.second).has_value();
  });
}

}  // namespace countersign::apps
