#pragma once

#include "apps/config.h"
#include "apps/daemon/region.h"
#include "apps/rotating.h"
#include "ledger/base/result.h"

#include <memory>
#include <string>
#include <vector>

namespace countersign::apps {

/// Carries out the orders to rotate keys while the daemon serves. Called from the thread that has the
/// regions.
class KeyRotation {
 public:
  /// Both outlive it.
  KeyRotation(const Config& config, const std::vector<std::unique_ptr<Region>>& regions)
      : config_(config), regions_(regions) {}

  /// Takes the oldest order a step further; to be called again and again. What is noted in the order and what
  /// stands on disk tell how far it is, so a crash at any point goes on. An error means that it waits (a full
  /// disk, a token that is not there); an order that cannot be carried out is reported and dropped.
  base::Result<void> step();

 private:
  /// What belongs to a region that is not served now would stay under the key that goes: failed_precondition,
  /// naming the region, where one is configured or has a head memory.
  base::Result<void> check_regions() const;
  /// Whether it is done.
  base::Result<bool> carry_out(RotationOrder& order, RotationReport& report);
  base::Result<bool> rotate_kek(RotationOrder& order, RotationReport& report);
  base::Result<bool> rotate_vault(RotationOrder& order, RotationReport& report);
  base::Result<bool> rotate_checkpoint_key(RotationOrder& order, RotationReport& report);
  base::Result<void> make_next_kek(RotationOrder& order);
  base::Result<void> reseal(const vault::Kek& kek) const;
  base::Result<bool> is_sealed_under(const vault::Kek& kek);
  base::Result<void> record(const RotationOrder& order, std::string_view before, std::string_view since);

  const Config& config_;
  const std::vector<std::unique_ptr<Region>>& regions_;
};

}  // namespace countersign::apps
