#pragma once

#include <string_view>

namespace countersign::reports {

/// reports/workspace/evidence.sql and policy.sql, made part of the program by CMake.
extern const std::string_view kEvidenceSql, kPolicySql;

}  // namespace countersign::reports
