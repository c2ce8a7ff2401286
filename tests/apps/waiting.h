#pragma once

#include "ledger/base/file.h"
#include "ledger/base/json.h"

#include <boost/json/object.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace countersign::testing {

/// False where a fact does not come to be within 30 s.
inline bool comes(const std::function<bool()>& fact) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!fact()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

/// The events that wait in a region's outbox; none where there is no outbox.
inline std::vector<boost::json::object> left_in_outbox(const std::filesystem::path& region) {
  std::vector<boost::json::object> out;
  std::error_code none;
  for (const auto& one : std::filesystem::directory_iterator(region / "outbox", none)) {
    if (one.path().extension() != ".json" || one.path().filename().string().starts_with(".")) continue;
    auto left = base::parse_json(*base::read_file(one.path(), 1 << 16), {})->value;
    if (left.is_object()) out.push_back(std::move(left.as_object()));
    if (!left.is_array()) continue;
    for (auto& event : left.as_array()) out.push_back(std::move(event.as_object()));
  }
  return out;
}

}  // namespace countersign::testing
