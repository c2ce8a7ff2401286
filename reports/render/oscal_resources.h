#pragma once

#include "reports/render/oscal_parts.h"

namespace countersign::render::oscal {

/// The back matter: the test plan, each query and the workspace that they read, listings and samples, all
/// inside the document; and the files beside it, with their digests.
json::array resources(const Document& document);

/// What is tested and how, as Markdown.
std::string test_plan(const reports::Report& report);

}  // namespace countersign::render::oscal
