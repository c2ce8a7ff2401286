#include "reports/engine/grouped.h"

namespace countersign::reports {

std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string grouped(std::int64_t number) {
  if (number >= 0) return grouped(static_cast<std::uint64_t>(number));
  return "-" + grouped(std::uint64_t{0} - static_cast<std::uint64_t>(number));
}

}  // namespace countersign::reports
