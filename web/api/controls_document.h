#pragma once

#include "reports/engine/catalogue.h"

#include <boost/json/array.hpp>

namespace countersign::api {

/// The controls, detections and listings of a catalogue, in its order, as the API and the command line show
/// them.
boost::json::array controls_document(const reports::Catalogue& catalogue);

}  // namespace countersign::api
