#pragma once

#include "ledger/base/result.h"
#include "reports/engine/report.h"
#include "reports/engine/run_control.h"

#include <cstdint>
#include <string>

namespace countersign::reports {

struct SampleRequest {
  enum class Method {
    random,    ///< the items with the smallest SHA-256 of `<seed>:<item>`, as text
    interval,  ///< every k-th item in order, k = population / size, from one that the seed chooses
  };
  std::string control;  ///< id; empty: each control that is reported
  Method method = Method::random;
  std::uint64_t size = 25;
  std::string seed;
};

/// Reads `random:25` or `interval:40`. invalid_argument for anything else, and a size of 0 or over 10,000.
base::Result<SampleRequest> parse_sample(std::string_view text, const std::string& seed);

/// Draws the sample; all of the population where that is no larger. With stock tools:
/// `while read item; do printf '%s:%s' "$SEED" "$item" | sha256sum | cut -c 1-64 | sed "s/$/ $item/"; done |
/// sort | head`.
Sample draw(const Population& population, const SampleRequest& request);

}  // namespace countersign::reports
