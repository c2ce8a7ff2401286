#include "apps/daemon/witness/witness_desk.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace countersign::apps {

base::Result<std::unique_ptr<WitnessDesk>> WitnessDesk::start(const Config& config, Alarms& alarms,
                                                              base::Metrics& metrics) {
  auto out = std::unique_ptr<WitnessDesk>(new WitnessDesk);
  out->metrics_ = &metrics;
  if (!config.witness.on()) return out;
  TRY_ASSIGN(auto key, read_witness_key(config.witness));
  const auto file = witness_state_file(config.heads);
  auto state = witness::WitnessState::open(file, key.verifier);
  if (!state && state.error().code == base::Code::not_found)
    return base::fail(fmt::format("{} is gone, in which the witness remembers what it cosigned; put back its "
                                  "newest copy. Where there is none, the key must not be used again: name "
                                  "another key in [witness] and make it with: countersign witness init",
                                  file.string()),
                      state.error());
  if (!state) return base::fail(state.error());
  witness::Witness::Options options;
  options.name = config.witness.name;
  options.key = key.key;
  options.logs = config.witness.logs;
  options.clock = base::system_clock();
  options.on_split_view = [&alarms](const alarm::Alarm& alarm) { alarms.raise(alarm); };
  out->witness_ = std::make_unique<witness::Witness>(std::move(options), std::move(*state));
  spdlog::info("this appliance is the witness {}", key.verifier.to_vkey());
  return out;
}

void WitnessDesk::add_routes(http::Router& router) {
  witnessing::add_witness(router, witness_.get(), desk_, *metrics_);
}

}  // namespace countersign::apps
