#include "apps/daemon/deciding.h"

#include <spdlog/spdlog.h>

namespace countersign::apps {
namespace {

std::optional<base::Problem> may_ask(const ingest::Operator& who) {
  if (who.role == ingest::Role::application || who.role == ingest::Role::admin) return std::nullopt;
  return base::Problem{403, "about:blank", "only the roles application and admin may ask for decisions"};
}

}  // namespace

Deciding::Deciding(const Config::Limits& limits, const std::vector<std::unique_ptr<Region>>& regions,
                   base::Metrics& metrics) {
  for (const auto& region : regions) {
    decisions::DeskOptions options;
    options.decider.files = region->files();
    options.decider.keys = &region->vault_keys();
    options.decider.facts_max = limits.step_up_records_max;
    options.region = region->id().value();
    options.metrics = &metrics;
    options.on_failure = [name = region->id().value()](const base::Error& error) {
      spdlog::error("nothing is decided about step-ups in {}: {}", name, error.message);
    };
    desks_[region->id()] = std::make_unique<decisions::DecisionDesk>(std::move(options));
  }
}

decisions::DecideCalls Deciding::calls() {
  return {may_ask, [this](const base::RegionId& region) { return desks_.contains(region); },
          [this](const base::RegionId& region, decisions::DecisionRequest request, http::Respond respond) {
            desks_.at(region)->decide(std::move(request), std::move(respond));
          }};
}

void Deciding::stop() {
  for (const auto& [region, desk] : desks_) desk->stop();
}

}  // namespace countersign::apps
