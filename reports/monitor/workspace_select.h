#pragma once

#include <string_view>

namespace countersign::monitor {

/// The SELECT by which the SQL of reports/workspace fills one of its tables, so that whoever fills it piece
/// by piece fills it with the same. Empty where the SQL makes no such table of a SELECT.
std::string_view workspace_select(std::string_view sql, std::string_view table);

}  // namespace countersign::monitor
