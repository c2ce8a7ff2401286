#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "web/api/evidence.h"

#include <cstdint>
#include <string>

namespace countersign::api {

/// A record, verbatim, that somebody may be shown.
struct ShownRecord {
  std::string bytes;
  base::Timestamp received;
};

/// A record that the view shows; not_found for one outside of its period, as for one that there is not.
/// Blocks on the disk.
base::Result<ShownRecord> read_shown(const View& view, std::uint64_t seq);

}  // namespace countersign::api
