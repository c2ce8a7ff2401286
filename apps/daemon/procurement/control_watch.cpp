#include "apps/daemon/procurement/control_watch.h"

#include "apps/daemon/control_runs.h"
#include "apps/system_events.h"
#include "ledger/base/thread.h"
#include "ledger/store/ledger_reader.h"
#include "reports/engine/catalogue.h"
#include "reports/engine/report_json.h"
#include "web/standing/last_found.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <vector>

namespace countersign::apps {
namespace {

using base::Code;
using base::Timestamp;

constexpr int kRests = 9;  ///< for each time that a test took: a tenth of the time is spent on tests
constexpr std::int64_t kHour_us = 3'600ll * 1'000'000;

/// How many records of a log are signed; 0 where there is none.
base::Result<std::uint64_t> signed_size(store::LedgerReader& ledger, const base::TenantId& tenant) {
  const auto log = ledger.log(tenant);
  if (!log && log.error().code == Code::not_found) return 0u;
  if (!log) return base::fail(log.error());
  TRY_ASSIGN(const auto checkpoint, ledger.newest_checkpoint(*log));
  return checkpoint ? checkpoint->size : 0u;
}

/// Those that are controls: what is watched may name one of a version before.
std::set<std::string, std::less<>> known_controls(const std::set<std::string, std::less<>>& ids) {
  std::set<std::string, std::less<>> out;
  for (const auto& id : ids) {
    const auto* found = reports::Catalogue::built_in().find(id);
    if (found != nullptr && found->kind == reports::Kind::control) out.insert(id);
  }
  return out;
}

/// What a control was found to be before, and by which test.
struct Before {
  std::string_view state = standing::kUntested;
  Timestamp tested;
};

/// By the last test of the watch, which tells of each change once; else by that of all controls.
Before state_before(const std::optional<standing::Run>& watched, const std::optional<standing::Run>& all,
                    const std::string& id, Timestamp now) {
  if (watched) {
    const auto found = watched->controls.find(id);
    if (found != watched->controls.end()) return {standing::word_of(found->second.state), watched->time};
  }
  if (!all) return {};
  const auto found = standing::last_found({&*all, 1}, now);
  const auto one = found.find(id);
  if (one == found.end()) return {};
  return {standing::word_of(one->second.control.state), one->second.tested};
}

/// Its id is that of the change, so that a test that is made again after a crash tells of it once.
boost::json::object change_of(const base::TenantId& tenant, const std::string& id,
                              const standing::Run::Control& control, const Before& before, Timestamp now) {
  const auto state = standing::word_of(control.state);
  auto event = system_event(
      fmt::format("control.changed/{}/{}/{}/{}", tenant.value(), id, before.tested.micros, state),
      "control.changed", now);
  event["action"] = {{"name", "test control"},
                     {"resource", fmt::format("{}/{}", tenant.value(), id)},
                     {"context", fmt::format("{} -> {}, items={}, exceptions={}", before.state, state,
                                             control.population, control.exceptions)}};
  return event;
}

}  // namespace

ControlWatch::ControlWatch(const Config& config, FindRegistry registry, FindBook book, base::Metrics& metrics,
                           base::Clock clock, const Pace& pace)
    : config_(config),
      registry_(std::move(registry)),
      book_(std::move(book)),
      metrics_(metrics),
      clock_(std::move(clock)),
      pace_(pace) {
  for (const auto& region : config_.regions) static_cast<void>(failed(region));
  thread_ = std::thread([this] { run(); });
}

base::Metric& ControlWatch::failed(const base::RegionId& region) {
  return metrics_.get("countersign_control_watch_failures_total",
                      "tests of watched controls that did not come to an end", base::MetricType::counter,
                      {{"region", region.value()}});
}

void ControlWatch::watch(FindWatched more) {
  const std::lock_guard lock(mutex_);
  more_ = std::move(more);
}

void ControlWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ControlWatch::run() {
  base::run_in_background("watch");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const auto rest = look();
    lock.lock();
    changed_.wait_for(lock, rest, [this] { return stopping_; });
  }
}

/// Tests the tenant that is due, if one is; gives how long to rest.
ControlWatch::Steady::duration ControlWatch::look() {
  const auto registry = registry_();
  const auto due = registry ? next_due(*registry) : std::nullopt;
  if (!due) return pace_.look;
  const auto began = Steady::now();
  test(*due);
  return std::max<Steady::duration>(pace_.look, kRests * (Steady::now() - began));
}

ControlWatch::Watched ControlWatch::watched(const ingest::Registry& registry) {
  FindWatched more;
  {
    const std::lock_guard lock(mutex_);
    more = more_;
  }
  auto out = more ? more() : Watched();
  if (config_.answers.watch.empty()) return out;
  for (const auto& tenant : registry.tenants())
    out[tenant.id].insert(config_.answers.watch.begin(), config_.answers.watch.end());
  return out;
}

/// Of those of which something has changed the one that was tested longest ago.
std::optional<ControlWatch::Due> ControlWatch::next_due(const ingest::Registry& registry) {
  const auto watched = this->watched(registry);
  std::erase_if(tenants_, [&](const auto& one) { return !watched.contains(one.first); });
  std::map<base::RegionId, std::optional<store::LedgerReader>> ledgers;
  std::optional<Due> out;
  const auto hour = clock_().micros / kHour_us;
  for (const auto& [id, ids] : watched) {
    const auto* tenant = registry.tenant(id);
    if (tenant == nullptr || !config_.keeps(tenant->region)) continue;
    auto& of = tenants_[id];
    if (of.region != tenant->region) {
      of = {};
      of.region = tenant->region;
    }
    if (Steady::now() < of.not_before) continue;
    if (out && tenants_.at(out->tenant).tested <= of.tested) continue;
    auto [ledger, is_new] = ledgers.try_emplace(tenant->region);
    if (is_new) {
      if (auto opened = store::LedgerReader::open(config_.region_files(tenant->region).ledger()))
        ledger->second = std::move(*opened);
    }
    if (!ledger->second) continue;
    const auto log = signed_size(*ledger->second, id);
    const auto system_log = signed_size(*ledger->second, base::TenantId(std::string(base::kSystemTenant)));
    if (!log || !system_log || *log == 0) continue;
    Seen now{*log, *system_log, hour, known_controls(ids)};
    if (now.ids.empty() || !is_due(of, now)) continue;
    out = Due{id, tenant->region, std::move(now)};
  }
  return out;
}

bool ControlWatch::is_due(Of& of, const Seen& now) const {
  if (of.now.log != now.log || of.now.system_log != now.system_log) of.since = Steady::now();
  of.now = now;
  return of.seen != now || (of.once_more && Steady::now() - of.since >= pace_.ahead);
}

void ControlWatch::test(const Due& due) {
  const auto began = Steady::now();
  const auto done = [&]() -> base::Result<bool> {
    // A library that throws must not end the daemon.
    try {
      return test_now(due, clock_());
    } catch (const std::exception& error) {
      return base::fail(Code::internal, error.what());
    }
  }();
  auto& of = tenants_.at(due.tenant);
  of.tested = Steady::now();
  if (done && *done) {
    of.seen = due.now;
    of.once_more = began - of.since < pace_.ahead;
    return;
  }
  of.not_before = of.tested + (done ? pace_.again : pace_.failed_again);
  if (done) return;
  failed(due.region).add();
  spdlog::error("the controls of {} that are watched were not tested: {}", due.tenant.value(),
                done.error().message);
}

/// False where there is nothing to test yet.
base::Result<bool> ControlWatch::test_now(const Due& due, Timestamp now) {
  auto options = last_days_of(due.tenant, now);
  options.only = due.now.ids;
  const auto reported = make_report(config_, due.region, options, nullptr);
  if (!reported) {
    const auto code = reported.error().code;
    if (code == Code::not_found || code == Code::failed_precondition || code == Code::unavailable)
      return false;
    return base::fail(reported.error());
  }
  TRY(keep(due, reported->report, now));
  return true;
}

base::Result<void> ControlWatch::keep(const Due& due, const reports::Report& report, Timestamp now) {
  auto& book = book_(due.region);
  TRY_ASSIGN(const auto watched, book.watched(due.tenant));
  TRY_ASSIGN(const auto all, book.newest(due.tenant));
  const auto run = standing::run_of(report, reports::to_json_text(report), now);
  std::vector<boost::json::object> changes;
  for (const auto& [id, control] : run.controls) {
    const auto before = state_before(watched, all, id, now);
    if (before.state != standing::word_of(control.state))
      changes.push_back(change_of(due.tenant, id, control, before, now));
  }
  TRY(leave_in_outbox(config_.region_files(due.region), changes));
  return book.put_watched(due.tenant, run);
}

}  // namespace countersign::apps
