#include "apps/daemon/monitored_region.h"

#include "apps/policy_past.h"
#include "apps/system_events.h"
#include "reports/findings/finding_events.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <sys/stat.h>

#include <algorithm>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;
using base::Timestamp;

/// Records of a log that are kept in memory, however many logs share what the region may keep.
constexpr std::uint64_t kRowsLeast = 20'000;
/// A log with much to judge lets others come to it in between.
constexpr int kRunsOfLog = 4;
/// A change of a policy is in the registry a moment before it is in the index.
constexpr std::int64_t kPoliciesEvery_us = 60'000'000, kPoliciesSoon_us = 3'000'000,
                       kWriteEvery_us = 5'000'000;
/// What is received may be on disk so much later.
constexpr std::int64_t kCommit_us = 5'000'000;

std::filesystem::path book_of(const store::RegionFiles& files) { return files.folder / "monitor.json"; }

/// By which a file is known, whatever it is called; nothing where there is none.
std::optional<std::pair<std::uint64_t, std::uint64_t>> identity_of(const std::filesystem::path& file) {
  struct stat at {};
  if (::stat(file.c_str(), &at) != 0) return {};
  return std::pair(static_cast<std::uint64_t>(at.st_dev), static_cast<std::uint64_t>(at.st_ino));
}

std::vector<std::string> settings_of(const policy::TenantHistory& policies, Timestamp now) {
  std::vector<std::string> out;
  const auto& document = policies.in_force(now);
  const auto* monitoring = document.if_contains("monitoring");
  const auto* members = monitoring != nullptr ? monitoring->if_object() : nullptr;
  const auto* parameters = members != nullptr ? members->if_contains("parameters") : nullptr;
  if (parameters == nullptr || !parameters->is_array()) return out;
  for (const auto& one : parameters->get_array()) {
    if (const auto* text = one.if_string()) out.emplace_back(*text);
  }
  return out;
}

std::map<std::string, Timestamp> revoked_of(const ingest::Registry& registry) {
  std::map<std::string, Timestamp> out;
  for (const auto& source : registry.sources()) {
    if (source.revoked) out.emplace(source.name.value(), *source.revoked);
  }
  return out;
}

bool is_system(const store::LogHead& head) { return tenant_of(head.name).value() == base::kSystemTenant; }

}  // namespace

MonitoredRegion::MonitoredRegion(Options options, store::LedgerReader ledger, base::Metrics& metrics)
    : options_(std::move(options)),
      ledger_(std::move(ledger)),
      metrics_(metrics),
      behind_(metrics.get("countersign_monitor_behind", "Records that no detection has judged yet",
                          base::MetricType::gauge, {{"region", options_.id.value()}})),
      cut_(metrics.get(
          "countersign_monitor_cut_total",
          "Records that detections may have wanted to look back to, and that were too many to keep in "
          "memory",
          base::MetricType::counter, {{"region", options_.id.value()}})) {
  // From zero on: what is there from its first count on only has no rate.
  for (const auto& detection : monitor::detections({}, [](const std::string&) {})) {
    static_cast<void>(opened(detection.id));
    static_cast<void>(failures(detection.id));
  }
}

base::Metric& MonitoredRegion::opened(const std::string& control) {
  return metrics_.get("countersign_findings_opened_total", "Findings of detections that were opened",
                      base::MetricType::counter, {{"control", control}});
}

base::Metric& MonitoredRegion::failures(const std::string& control) {
  return metrics_.get("countersign_monitor_failures_total", "Runs of a detection that failed",
                      base::MetricType::counter, {{"control", control}});
}

base::Result<MonitoredRegion> MonitoredRegion::open(Options options, base::Metrics& metrics) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(options.files.ledger()));
  MonitoredRegion out(std::move(options), std::move(ledger), metrics);
  auto positions = monitor::read_positions(book_of(out.options_.files));
  if (positions) {
    out.positions_ = std::move(*positions);
    return out;
  }
  if (positions.error().code != Code::not_found)
    spdlog::error("monitoring begins at the end of each log of {}: {}", out.options_.id.value(),
                  positions.error().message);
  const auto now = out.options_.clock();
  TRY_ASSIGN(const auto heads, out.ledger_.logs());
  for (const auto& head : heads) {
    if (!is_system(head)) out.positions_[head.name.text] = {head.size, now};
  }
  TRY(out.write_positions(now));
  return out;
}

bool MonitoredRegion::step(const ingest::Registry& registry) {
  const auto more = look(registry);
  report(fmt::format("detections of the region {} wait", options_.id.value()),
         more ? base::Result<void>() : fail(more.error()));
  return more && *more;
}

bool MonitoredRegion::is_monitored(const store::LogHead& head, const ingest::Registry& registry) const {
  const auto* tenant = is_system(head) ? nullptr : registry.tenant(tenant_of(head.name));
  return tenant != nullptr && tenant->region == options_.id;
}

base::Result<bool> MonitoredRegion::look(const ingest::Registry& registry) {
  TRY(record_findings());
  forget_replaced_index();
  // What is received later than now is none of what is on disk next.
  const auto now = options_.clock();
  follow_registry(registry, now);
  TRY_ASSIGN(const auto heads, ledger_.logs());
  const auto monitored = static_cast<std::uint64_t>(std::count_if(
      heads.begin(), heads.end(), [&](const auto& head) { return is_monitored(head, registry); }));
  rows_of_log_ = std::max(kRowsLeast, options_.records_max / std::max<std::uint64_t>(1, monitored));
  std::int64_t behind = 0;
  bool more = false;
  for (const auto& head : heads) {
    if (!is_monitored(head, registry)) {
      logs_.erase(head.name.text);
      continue;
    }
    if (options_.stopped()) return false;
    const auto judged = judge(head, registry, now);
    // The index may be on its way; else it is tried again with all that is behind.
    if (!judged) logs_.erase(head.name.text);
    report(fmt::format("detections of the tenant {} in {} wait", tenant_of(head.name).value(),
                       options_.id.value()),
           judged || judged.error().code == Code::unavailable || judged.error().code == Code::aborted
               ? base::Result<void>()
               : fail(judged.error()));
    more = more || (judged && *judged);
    behind += static_cast<std::int64_t>(head.size - std::min(head.size, positions_[head.name.text].next));
    TRY(record_findings());
  }
  behind_.set(behind);
  if (moved_ && now.micros >= written_.micros + kWriteEvery_us) TRY(write_positions(now));
  return more;
}

base::Result<bool> MonitoredRegion::judge(const store::LogHead& head, const ingest::Registry& registry,
                                          Timestamp now) {
  auto& position = positions_[head.name.text];
  if (position.next > head.size) {  // an older copy of the ledger was restored
    logs_.erase(head.name.text);
    position = {head.size, now};
    moved_ = true;
  }
  TRY_ASSIGN(auto* log, monitor_of(head, registry, now));
  const auto tenant = tenant_of(head.name);
  auto& monitor = log->monitor;
  monitor.keep_at_most(rows_of_log_);
  const auto keep = [&](const std::vector<monitor::Finding>& findings) {
    found(tenant, findings, now);
    moved_ = moved_ || position != monitor.position();
    position = monitor.position();
  };
  TRY_ASSIGN(const auto indexed, monitor.indexed());
  for (int run = 0; run < kRunsOfLog && position.next < indexed && !options_.stopped(); ++run) {
    TRY_ASSIGN(const auto findings, monitor.advance(indexed));
    keep(findings);
  }
  if (position.next >= head.size) {
    TRY_ASSIGN(const auto findings, monitor.pass_time({now.micros - kCommit_us}));
    keep(findings);
  }
  tell_failures(tenant, *log);
  return position.next < indexed;
}

base::Result<MonitoredRegion::Log*> MonitoredRegion::monitor_of(const store::LogHead& head,
                                                                const ingest::Registry& registry,
                                                                Timestamp now) {
  const auto& name = head.name.text;
  const auto tenant = tenant_of(head.name);
  auto there = logs_.find(name);
  if (there != logs_.end()) {
    TRY(follow_policies(tenant, there->second, registry, now));
    // Other parameters are other questions, and may look back further.
    if (!there->second.outdated) return &there->second;
    logs_.erase(there);
  }
  if (!index_) index_ = identity_of(options_.files.index());
  TRY_ASSIGN(const auto policies, read_policy_history(options_.files, tenant, UINT64_MAX));
  auto settings = settings_of(policies, now);
  monitor::Monitor::Options options;
  options.index_file = options_.files.index();
  options.log = head.number;
  options.tenant = tenant;
  options.position = positions_[name];
  options.detections = monitor::detections(settings, [&](const std::string& what) {
    report(fmt::format("a parameter of {} is not used", tenant.value()), fail(Code::invalid_argument, what));
  });
  options.rows_max = rows_of_log_;
  options.stopped = options_.stopped;
  TRY_ASSIGN(auto opened, monitor::Monitor::open(std::move(options)));
  TRY(opened.set_policies(policies));
  TRY(opened.set_revoked(revoked_of(registry)));
  return &logs_.emplace(name, Log{std::move(opened), std::move(settings), {now.micros + kPoliciesSoon_us}})
              .first->second;
}

base::Result<void> MonitoredRegion::follow_policies(const base::TenantId& tenant, Log& log,
                                                    const ingest::Registry& registry, Timestamp now) {
  if (now < log.policies_due) return {};
  TRY_ASSIGN(const auto policies, read_policy_history(options_.files, tenant, UINT64_MAX));
  TRY(log.monitor.set_policies(policies));
  TRY(log.monitor.set_revoked(revoked_of(registry)));
  log.outdated = settings_of(policies, now) != log.settings;
  log.policies_due = {now.micros + kPoliciesEvery_us};
  return {};
}

void MonitoredRegion::follow_registry(const ingest::Registry& registry, Timestamp now) {
  if (&registry == registry_) return;
  registry_ = &registry;
  for (auto& [name, log] : logs_) log.policies_due = {now.micros + kPoliciesSoon_us};
}

void MonitoredRegion::forget_replaced_index() {
  if (!index_ || identity_of(options_.files.index()) == index_) return;
  logs_.clear();
  index_.reset();
}

void MonitoredRegion::found(const base::TenantId& tenant, const std::vector<monitor::Finding>& findings,
                            Timestamp now) {
  for (const auto& one : findings)
    waiting_.emplace_back(
        one.control,
        findings::opened_event(tenant.value(), one.id, {one.control, one.version, one.item, one.records},
                               one.observed, now));
}

base::Result<void> MonitoredRegion::record_findings() {
  if (waiting_.empty()) return {};
  while (!waiting_.empty()) {
    std::vector<boost::json::object> events;
    for (const auto& [control, event] : waiting_) {
      if (events.size() == options_.events_at_once) break;
      events.push_back(event);
    }
    TRY_ASSIGN(const auto outcomes, append_and_tell(*options_.appender, events));
    for (const auto& outcome : outcomes) {
      const auto control = std::move(waiting_.front().first);
      waiting_.pop_front();
      if (outcome.status != store::AppendStatus::appended) continue;
      opened(control).add();
    }
  }
  return write_positions(options_.clock());
}

base::Result<void> MonitoredRegion::write_positions(Timestamp now) {
  TRY(monitor::write_positions(book_of(options_.files), positions_));
  moved_ = false;
  written_ = now;
  return {};
}

void MonitoredRegion::save() {
  // What waits to be recorded is found again.
  if (moved_ && waiting_.empty())
    report(fmt::format("how far {} was monitored is not written", options_.id.value()),
           write_positions(options_.clock()));
}

void MonitoredRegion::tell_failures(const base::TenantId& tenant, Log& log) {
  cut_.add(static_cast<std::int64_t>(log.monitor.rows_cut() - log.rows_cut));
  log.rows_cut = log.monitor.rows_cut();
  for (const auto& failure : log.monitor.take_failures()) {
    failures(failure.control).add();
    report(fmt::format("the detection {} failed for the tenant {}", failure.control, tenant.value()),
           fail(Code::internal, failure.what));
  }
}

/// Says what went wrong, once, until it goes well again or wrong otherwise.
void MonitoredRegion::report(const std::string& what, const base::Result<void>& done) {
  auto& last = told_[what];
  const auto now = done ? std::string() : done.error().message;
  if (!now.empty() && now != last) spdlog::error("{}: {}", what, now);
  last = now;
}

}  // namespace countersign::apps
