#pragma once

#include "reports/render/oscal_parts.h"

namespace countersign::render::oscal {

/// One observation for each control and detection: figures, parameters and queries as properties, and as
/// evidence the queries and each exception that the report tells.
json::array observations(const Document& document);

}  // namespace countersign::render::oscal
