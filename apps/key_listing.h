#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"

#include <boost/json/array.hpp>

#include <optional>

namespace countersign::apps {

/// Which keys are in use, from where, and whether each can be read and belongs to its files: an object with
/// `key`, `id`, `where` and `state` for each, and the first thing that is wrong. No key itself.
struct KeyListing {
  boost::json::array keys;
  std::optional<base::Error> wrong;
};

/// Opens each key and counts the vaults' rows. Errors: those of the orders to rotate.
base::Result<KeyListing> list_keys(const Config& config);

}  // namespace countersign::apps
