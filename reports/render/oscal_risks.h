#pragma once

#include "reports/render/oscal_parts.h"

#include <cstdint>

namespace countersign::render::oscal {

/// How many of the exceptions that a control noted, or cases that a detection found, have come how far. Those
/// that the report does not tell have come nowhere.
struct Progress {
  std::uint64_t acknowledged = 0;  ///< resolved ones too
  std::uint64_t resolved = 0;
};
Progress progress_of(const reports::ControlResult& result);

/// One risk for each control and detection that noted exceptions. What management answered is its
/// remediations, and when it was opened, acknowledged and resolved its log. `closed` where all exceptions are
/// resolved, `investigating` where all are at least acknowledged, else `open`.
json::array risks(const Document& document);

}  // namespace countersign::render::oscal
