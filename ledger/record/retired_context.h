#pragma once

#include "ledger/base/types.h"

#include <cstdint>
#include <string>
#include <string_view>

/// How the system log tells of records that were retired, in a form that is made again and compared. Pure.
namespace countersign::record {

struct RetiredFacts {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;   ///< behind the last
  std::uint64_t part = 0;  ///< from 0
  std::uint64_t records = 0;
  base::Digest root;
  std::string_view rule, keep;
};

/// The id of the event, which makes it one.
std::string retired_event_id(const base::TenantId& tenant, std::uint64_t begin, std::uint64_t part);
/// Its `action.context`.
std::string retired_context(const RetiredFacts& facts);

}  // namespace countersign::record
