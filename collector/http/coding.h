#pragma once

#include <string_view>

namespace countersign::http {

/// Whether a list of codings as in Accept-Encoding names gzip, and does not refuse it by a weight of 0 (RFC
/// 9110 section 12.5.3).
bool takes_gzip(std::string_view accepted);

}  // namespace countersign::http
