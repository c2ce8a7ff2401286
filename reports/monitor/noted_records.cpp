#include "reports/monitor/noted_records.h"

#include <algorithm>

namespace countersign::monitor {

bool NotedRecords::any_of(const std::string& control, const std::vector<std::uint64_t>& records) const {
  const auto noted = by_control_.find(control);
  return noted != by_control_.end() &&
         std::any_of(records.begin(), records.end(), [&](auto seq) { return noted->second.contains(seq); });
}

void NotedRecords::add(const std::string& control, const std::vector<std::uint64_t>& records) {
  auto& noted = by_control_[control];
  noted.insert(records.begin(), records.end());
  while (noted.size() > kRecordsMax) noted.erase(noted.begin());
}

}  // namespace countersign::monitor
