#include "apps/daemon/procurement/questionnaires_office.h"

#include "apps/vendor_stores.h"

#include <spdlog/spdlog.h>

namespace countersign::apps {
namespace {

using base::fail;

constexpr std::size_t kWaitingMax = 32;
constexpr std::chrono::seconds kPause{2}, kBetweenLooks{10};
constexpr std::uint64_t kFileBytesMax = 32u << 20;

}  // namespace

QuestionnairesOffice::QuestionnairesOffice(const Config& config, TenantFacts& known, api::People& people,
                                           base::Metrics& metrics)
    : config_(config),
      facts_(known),
      metrics_(metrics),
      desk_(kWaitingMax, kPause, [this] { rest(); }),
      routes_({[this] { return store(); }, [this](const std::string& tenant) { return facts(tenant); }},
              kFileBytesMax, people, desk_) {}

std::function<QuestionnairesOffice::Watched()> QuestionnairesOffice::watched() const {
  return [shared = shared_] {
    const std::lock_guard lock(shared->mutex);
    return shared->watched;
  };
}

base::Result<questionnaires::Store*> QuestionnairesOffice::store() {
  if (!store_) {
    TRY_ASSIGN(auto opened, open_questionnaires(config_));
    store_.emplace(std::move(opened));
  }
  return &*store_;
}

base::Result<answers::Facts> QuestionnairesOffice::facts(const std::string& tenant) {
  TRY_ASSIGN(auto known, facts_.fresh(tenant));
  return std::move(known.facts);
}

void QuestionnairesOffice::count() {
  const auto all = store_->adopted();
  if (!all) return;
  std::int64_t stale = 0;
  for (const auto& one : *all) stale += one.standing.stale.empty() ? 0 : 1;
  const auto set = [&](const char* state, std::int64_t number) {
    metrics_
        .get("countersign_answers",
             "Answers that somebody stands for, by whether the evidence still shows them",
             base::MetricType::gauge, {{"state", state}})
        .set(number);
  };
  set("current", static_cast<std::int64_t>(all->size()) - stale);
  set("stale", stale);
}

base::Result<void> QuestionnairesOffice::look() {
  if (!has_questionnaires(config_)) return {};
  TRY(store());
  TRY_ASSIGN(const auto by_tenant, store_->watched());
  {
    Watched watched;
    for (const auto& [tenant, controls] : by_tenant)
      watched[base::TenantId(tenant)].insert(controls.begin(), controls.end());
    const std::lock_guard lock(shared_->mutex);
    shared_->watched = std::move(watched);
  }
  base::Result<void> out;
  for (const auto& [tenant, controls] : by_tenant) {
    const auto known = facts_.recent(tenant);
    const auto judged = known ? store_->judge(tenant, known->facts) : tl::unexpected(known.error());
    // The others are judged all the same.
    if (!judged) out = fail(judged.error());
  }
  count();
  return out;
}

/// Says what went wrong once a change.
void QuestionnairesOffice::rest() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_look_) return;
  next_look_ = now + kBetweenLooks;
  const auto done = look();
  const auto what = done ? std::string() : done.error().message;
  if (!what.empty() && what != told_) spdlog::error("approved answers cannot be judged: {}", what);
  told_ = what;
}

}  // namespace countersign::apps
