#include "reports/monitor/workspace_select.h"

#include <fmt/format.h>

namespace countersign::monitor {

std::string_view workspace_select(std::string_view sql, std::string_view table) {
  for (const auto& head :
       {fmt::format("\nCREATE TEMP TABLE {} AS\n", table), fmt::format("\nINSERT INTO {}\n", table)}) {
    const auto begin = sql.find(head);
    if (begin == std::string_view::npos) continue;
    const auto rest = sql.substr(begin + head.size());
    return rest.substr(0, rest.find(';'));
  }
  return {};
}

}  // namespace countersign::monitor
