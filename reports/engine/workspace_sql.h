#pragma once

#include <string_view>

namespace countersign::reports {

/// reports/workspace/{evidence,summaries,policy}.sql, made part of the program by CMake.
extern const std::string_view kEvidenceSql, kSummariesSql, kPolicySql;

}  // namespace countersign::reports
