#pragma once

#include "apps/doctor/checks.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace countersign::testing {

inline constexpr base::Timestamp kNow{1'767'225'600'000'000};  // 2026-01-01

/// The appliance of a configuration, as its owner's doctor finds it at a time.
inline doctor::Appliance appliance_of(const apps::Config& config, base::Timestamp now = kNow) {
  doctor::Appliance out{config, [now] { return now; }, ::geteuid(), "countersign", std::nullopt, false, false,
                        false};
  out.owner = apps::Account{"keeper", ::geteuid(), ::getegid()};
  return out;
}

/// The check of that name; the test fails where there is not exactly one.
inline doctor::Check the(const doctor::Checks& checks, const std::string& id) {
  const auto is = [&](const auto& one) { return one.id == id; };
  EXPECT_EQ(std::count_if(checks.begin(), checks.end(), is), 1) << id;
  const auto found = std::find_if(checks.begin(), checks.end(), is);
  return found == checks.end() ? doctor::Check{} : *found;
}

inline bool has(const doctor::Checks& checks, const std::string& id) {
  return std::any_of(checks.begin(), checks.end(), [&](const auto& one) { return one.id == id; });
}

inline void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace countersign::testing
