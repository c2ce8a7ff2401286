#pragma once

#include <string>
#include <string_view>

namespace countersign::sheets {

/// A file of tests/data/sheets.
std::string sample(std::string_view name);

}  // namespace countersign::sheets
