#pragma once

#include "reports/render/oscal_parts.h"

namespace countersign::render::oscal {

/// By what a clause is satisfied or not, as the document prints it.
inline constexpr std::string_view kRule =
    "A control passes where it had something to test and noted no exception; a detection also where every "
    "case that "
    "it found was resolved. A clause is satisfied where at least one of its controls and detections passes "
    "and all "
    "others had nothing to test. Else it is not satisfied: for the reason `fail` where one did not pass, for "
    "the "
    "reason `other` where nothing was tested. What had nothing to test proves nothing and is named.";

/// One finding for each clause of the report, by kRule.
json::array findings(const Document& document);

}  // namespace countersign::render::oscal
