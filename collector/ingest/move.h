#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::ingest {

/// A change of a tenant's pin.
struct Move {
  base::RegionId from;
  base::RegionId to;
  base::Timestamp time;
  std::string reason;                  ///< a code, such as contract_change
  std::string by;                      ///< account of the operator who moved it
  std::optional<std::string> address;  ///< of the appliance that serves `to`, where that was said
};

/// Whether a text can be the reason of a move: 1 to 64 of [a-z0-9_], because it is recorded in the clear.
bool is_reason_code(std::string_view text);

/// The member `moves` of a tenant in the registry: a JSON array, oldest first.
std::string to_text(const std::vector<Move>& moves);

/// Reads what to_text writes of one move or more. Strict: each move begins where the one before ended, later
/// than it, and the last leads to `region`. invalid_argument names the member; `where` is its path.
base::Result<std::vector<Move>> parse_moves(const boost::json::value& list, const std::string& where,
                                            const base::RegionId& region);

}  // namespace countersign::ingest
