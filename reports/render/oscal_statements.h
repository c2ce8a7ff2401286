#pragma once

#include "reports/render/oscal_parts.h"

namespace countersign::render::oscal {

/// What the report looked at, as properties: log, records, checkpoints, period.
json::array scope_properties(const reports::Report& report);

/// What is said of completeness, of the limits of this evidence, and the report's warnings.
json::array attestations(const Document& document);

}  // namespace countersign::render::oscal
