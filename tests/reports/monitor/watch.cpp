#include "tests/reports/monitor/watch.h"

#include <stdexcept>
#include <utility>

namespace countersign::testing {
namespace {

template <class T>
T need(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

}  // namespace

Watch::Watch(Change change) : change_(std::move(change)) { open({}); }

void Watch::open(const monitor::Position& position) {
  monitor::Monitor::Options options;
  options.index_file = index_.file();
  options.log = IndexOf::kLog;
  options.tenant = base::TenantId("acme");
  options.position = position;
  options.detections = monitor::detections({}, {});
  if (change_) change_(options);
  monitor_ = std::make_unique<monitor::Monitor>(need(monitor::Monitor::open(std::move(options))));
}

void Watch::take_in() {
  if (index_.size() < tale.records().size()) index_.add(tale.records(), index_.size());
}

std::vector<std::string> Watch::note(base::Result<std::vector<monitor::Finding>> findings) {
  std::vector<std::string> out;
  for (auto& one : need(std::move(findings))) {
    out.push_back(one.control + " " + one.item);
    found_.push_back(std::move(one));
  }
  return out;
}

std::vector<std::string> Watch::listen() { return listen_until(tale.records().size()); }

std::vector<std::string> Watch::listen_until(std::uint64_t end) {
  take_in();
  std::vector<std::string> out;
  while (monitor_->position().next < end) {
    for (auto& one : note(monitor_->advance(end))) out.push_back(std::move(one));
  }
  return out;
}

std::vector<std::string> Watch::pass_time(std::string_view time) {
  return note(monitor_->pass_time(need(base::parse_rfc3339(time))));
}

void Watch::restart() {
  const auto position = monitor_->position();
  monitor_.reset();
  open(position);
}

void Watch::begin_here(std::string_view time) {
  take_in();
  open({tale.records().size(), need(base::parse_rfc3339(time))});
}

}  // namespace countersign::testing
