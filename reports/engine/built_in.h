#pragma once

#include "reports/engine/catalogue.h"

#include <vector>

namespace countersign::reports {

/// The files of reports/controls, reports/detections and reports/listings, by their path in the source tree.
std::vector<Catalogue::File> built_in_files();

}  // namespace countersign::reports
