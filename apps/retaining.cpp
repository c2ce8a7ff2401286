#include "apps/retaining.h"

#include "apps/daemon/logging.h"
#include "apps/system_events.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/base/thread.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/recorded.h"
#include "ledger/store/region_lock.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>

namespace countersign::apps {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::uint64_t kReportBytesMax = 16u << 20;
constexpr std::chrono::seconds kLook{1};
constexpr std::size_t kEventsAtOnce = 500;

std::filesystem::path order_file(const store::RegionFiles& files) {
  return files.folder / "orders" / "retention.apply";
}
std::filesystem::path report_file(const store::RegionFiles& files) {
  return files.folder / "orders" / "retention.done";
}

json::object action(std::string name, const base::LogName& log, std::string context) {
  return {
      {"name", std::move(name)}, {"resource", base::tenant_of(log).value()}, {"context", std::move(context)}};
}

json::object sealed_event(const store::SegmentStatement& sealed) {
  auto [id, time, context] = store::recorded(sealed);
  auto event = system_event(id, "records.sealed", time);
  event["action"] = action("retention seal", sealed.log, std::move(context));
  return event;
}

json::object retired_event(const store::RetirementStatement& retired) {
  auto [id, time, context] = store::recorded(retired);
  auto event = system_event(id, "records.retired", time);
  event["action"] = action("retention retire", retired.log, std::move(context));
  return event;
}

base::Result<void> append_all(store::Writer& writer, const std::vector<json::object>& events,
                              const std::atomic<std::size_t>& at_once) {
  for (std::size_t at = 0; at < events.size();) {
    const auto end = std::min(events.size(), at + at_once);
    TRY(append_system_events(writer, {events.begin() + static_cast<std::ptrdiff_t>(at),
                                      events.begin() + static_cast<std::ptrdiff_t>(end)}));
    at = end;
  }
  return {};
}

json::object to_json(const retention::KeepReport& report, const base::Result<void>& done) {
  json::array sealed, retired;
  for (const auto& one : report.sealed)
    sealed.push_back({{"tenant", base::tenant_of(one.log).value()},
                      {"first", one.begin},
                      {"last", one.end - 1},
                      {"records", one.records},
                      {"file", one.file}});
  for (const auto& one : report.retired)
    retired.push_back({{"tenant", base::tenant_of(one.log).value()},
                       {"first", one.begin},
                       {"last", one.end - 1},
                       {"records", one.records},
                       {"rule", one.rule},
                       {"keep", one.keep}});
  std::uint64_t values = 0;
  for (const auto& erasure : report.erased) values += erasure.tokens.size();
  json::object out{{"sealed", std::move(sealed)},
                   {"retired", std::move(retired)},
                   {"erased_values", values},
                   {"held", json::array(report.held.begin(), report.held.end())},
                   {"undeletable", json::array(report.undeletable.begin(), report.undeletable.end())}};
  if (!done) out["error"] = done.error().message;
  return out;
}

/// A library that throws must not end the daemon.
base::Result<void> keep_safely(const std::function<base::Result<void>()>& keep) {
  try {
    return keep();
  } catch (const std::exception& error) {
    return fail(Code::internal, error.what());
  }
}

}  // namespace

Keeper::Keeper(const Config& config, const base::RegionId& region, store::Writer& writer,
               base::Metrics& metrics)
    : config_(config),
      files_(config.region_files(region)),
      writer_(writer),
      region_(region),
      metrics_(metrics),
      failures_(metrics.get("countersign_retention_failures_total",
                            "Rounds of sealing and retiring that failed", base::MetricType::counter,
                            {{"region", region.value()}})),
      erasures_(config.erasures(region)),
      holds_(config.holds(region)),
      interval_s_(config.limits.retention_interval_s),
      disk_reserve_bytes_(config.limits.disk_reserve_bytes),
      at_once_(config.limits.events_at_once(kEventsAtOnce)),
      thread_([this] { run(); }) {}

Keeper::~Keeper() { stop(); }

void Keeper::set_limits(const Config::Limits& limits) {
  interval_s_ = limits.retention_interval_s;
  disk_reserve_bytes_ = limits.disk_reserve_bytes;
  at_once_ = limits.events_at_once(kEventsAtOnce);
}

void Keeper::stop() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Keeper::run() {
  base::run_in_background("retention");
  std::optional<std::chrono::steady_clock::time_point> last;
  do {
    std::error_code ignored;
    const bool asked = std::filesystem::remove(order_file(files_), ignored);
    const std::chrono::seconds interval(interval_s_.load());
    if (!asked && last && std::chrono::steady_clock::now() < *last + interval) continue;
    round(asked);
    last = std::chrono::steady_clock::now();
  } while (wait());
}

/// False when it is to stop.
bool Keeper::wait() {
  std::unique_lock guard(mutex_);
  wake_.wait_for(guard, kLook, [this] { return stopping_; });
  return !stopping_;
}

void Keeper::round(bool asked) {
  retention::KeepReport report;
  const auto keep = [&]() -> base::Result<void> {
    if (!noted_) TRY(note_all());
    noted_ = true;
    TRY_ASSIGN(const auto rules, retention::RuleBook::load(config_.retention()));
    retention::KeepOptions options{files_,
                                   &rules,
                                   &holds_,
                                   &erasures_,
                                   base::system_clock(),
                                   [] { return crypto::random_id(crypto::system_entropy()); },
                                   [this] {
                                     const std::lock_guard guard(mutex_);
                                     return stopping_;
                                   },
                                   disk_reserve_bytes_.load()};
    const auto done = retention::keep_to_rules(writer_, options, report);
    // What is not in the system log now is noted with everything else in the next round.
    noted_ = note(report).has_value();
    return done;
  };
  const auto done = keep_safely(keep);
  bool stopping = false;
  {
    const std::lock_guard guard(mutex_);
    stopping = stopping_;
  }
  if (done) {
    metrics_
        .get("countersign_retention_timestamp_seconds", "When the retention rules were kept to last",
             base::MetricType::gauge, {{"region", region_.value()}})
        .set(base::system_clock()().micros / 1'000'000);
  } else if (!stopping) {
    failures_.add();
    LogFields fields;
    fields.text("region", region_.value());
    log_event(spdlog::level::err, "retention.failed",
              fmt::format("the retention rules were not kept to: {}", done.error().message), fields);
  }
  for (const auto& name : report.undeletable)
    spdlog::warn("{} was retired, but the file system does not let it go",
                 (files_.segments() / name).string());
  if (!asked) return;
  const auto left = base::write_file_durably(report_file(files_), json::serialize(to_json(report, done)),
                                             base::FileMode::readable);
  if (!left) spdlog::error("the answer to a command was not written: {}", left.error().message);
}

base::Result<void> Keeper::note(const retention::KeepReport& report) {
  std::vector<json::object> events;
  for (const auto& sealed : report.sealed) events.push_back(sealed_event(sealed));
  for (const auto& erasure : report.erased) events.push_back(privacy::erasure_event(erasure));
  for (const auto& retired : report.retired) events.push_back(retired_event(retired));
  return append_all(writer_, events, at_once_);
}

/// What a crash kept from the system log; what is there already is a duplicate.
base::Result<void> Keeper::note_all() {
  TRY_ASSIGN(auto reader, store::LedgerReader::open(files_.ledger()));
  TRY_ASSIGN(const auto logs, reader.logs());
  std::vector<json::object> events;
  for (const auto& log : logs) {
    TRY_ASSIGN(const auto ranges, reader.sealed(log));
    for (const auto& range : ranges) {
      for (const auto& part : range.parts) {
        events.push_back(sealed_event(part.statement));
        if (part.retired) events.push_back(retired_event(*part.retired));
      }
    }
  }
  return append_all(writer_, events, at_once_);
}

base::Result<json::object> keep_to_rules_now(const store::RegionFiles& files) {
  constexpr std::chrono::milliseconds kPause{50};
  TRY(base::make_folders_durably(order_file(files).parent_path()));
  std::error_code ignored;
  std::filesystem::remove(report_file(files), ignored);
  TRY(base::write_file_durably(order_file(files), "", base::FileMode::readable));
  for (;;) {
    const auto content = base::read_file(report_file(files), kReportBytesMax);
    if (content) {
      std::filesystem::remove(report_file(files), ignored);
      TRY_ASSIGN(const auto parsed, base::parse_json(*content, {.depth_max = 4}));
      if (!parsed.value.is_object()) return fail(Code::data_loss, "the daemon's answer cannot be read");
      return parsed.value.get_object();
    }
    if (store::RegionLock::take(files.lock())) {
      std::filesystem::remove(order_file(files), ignored);
      return fail(Code::unavailable, "countersignd is not running; it keeps to the rules when it starts");
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace countersign::apps
