#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How a command has the daemon, which has the only writers, rotate a key: it leaves an order, and the daemon
/// notes in it how far it has come, so that a crash at any point goes on and nothing is done twice. Neither
/// order nor report holds a key.
namespace countersign::apps {

/// Keys that the daemon rotates.
enum class RotatedKey { kek, vault, log, clock };
std::string_view to_string(RotatedKey key);
std::optional<RotatedKey> parse_rotated_key(std::string_view text);

struct RotationOrder {
  std::string id;
  RotatedKey key = RotatedKey::kek;
  base::Timestamp time;
  // Noted by the daemon before it does anything.
  std::string before;  ///< id of the key that is retired
  std::string since;   ///< id of the key that takes over; empty: not begun
  /// Of the vault's keys, by region: the generation that takes over, and the ids of the keys before.
  struct Target {
    std::uint32_t generation = 0;
    std::string before;
  };
  std::map<std::string, Target> targets;
};

/// What came of an order.
struct RotationReport {
  std::string before, since;  ///< ids of the keys
  std::string advice;         ///< what is left for a person to do
  std::string error;          ///< empty: it is done
};

/// Leaves an order and gives its id; where one for the same key waits, that one's.
base::Result<std::string> leave_rotation_order(const Config& config, RotatedKey key);
/// What came of an order, and forgets it; empty as long as it is not carried out.
base::Result<std::optional<RotationReport>> take_rotation_report(const Config& config, const std::string& id);

/// The orders that wait, oldest first. One that is none is renamed to *.refused.
base::Result<std::vector<RotationOrder>> rotation_orders(const Config& config);
/// Keeps what was noted in an order, durably.
base::Result<void> save_rotation_order(const Config& config, const RotationOrder& order);
/// Leaves the report and removes the order.
base::Result<void> finish_rotation_order(const Config& config, const RotationOrder& order,
                                         const RotationReport& report);

/// The event of a rotation for the system log. `id` makes it one.
boost::json::object rotation_event(const std::string& id, std::string_view key, std::string_view before,
                                   std::string_view since);

}  // namespace countersign::apps
