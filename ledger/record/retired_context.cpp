#include "ledger/record/retired_context.h"

#include "ledger/base/encoding.h"

#include <fmt/format.h>

namespace countersign::record {

std::string retired_event_id(const base::TenantId& tenant, std::uint64_t begin, std::uint64_t part) {
  return fmt::format("retired/{}/{}/{}", tenant.value(), begin, part);
}

std::string retired_context(const RetiredFacts& facts) {
  return fmt::format("records {} to {}, part {}: {} records, root {}, rule {} keeps {}", facts.begin,
                     facts.end - 1, facts.part + 1, facts.records, base::to_base64(facts.root.view()),
                     facts.rule, facts.keep);
}

}  // namespace countersign::record
