#pragma once

#include <cstdint>
#include <string>

namespace countersign::reports {

/// A number as people read it: `1,204,567`, `-1,204`.
std::string grouped(std::uint64_t number);
std::string grouped(std::int64_t number);

}  // namespace countersign::reports
