#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace countersign::monitor {

/// By which records each detection's findings were shown, of the last ones: so that an episode which looks as
/// if it had begun elsewhere, once a record of it comes late, is not found twice.
class NotedRecords {
 public:
  static constexpr std::size_t kRecordsMax = 100'000;  ///< of a detection; the newest are kept

  bool any_of(const std::string& control, const std::vector<std::uint64_t>& records) const;
  void add(const std::string& control, const std::vector<std::uint64_t>& records);

 private:
  std::map<std::string, std::set<std::uint64_t>> by_control_;
};

}  // namespace countersign::monitor
