#include "apps/log_settings.h"

#include "apps/config_table.h"

#include <algorithm>
#include <array>

namespace countersign::apps {

base::Result<LogSettings> read_log(Table& top) {
  constexpr std::array<std::pair<std::string_view, LogLevel>, 4> kLevels = {{{"debug", LogLevel::debug},
                                                                             {"info", LogLevel::info},
                                                                             {"warning", LogLevel::warning},
                                                                             {"error", LogLevel::error}}};
  Table table = top.table("log");
  std::string level = "info";
  table.text("level", level);
  TRY(table.finish());
  const auto* const known = std::ranges::find(kLevels, level, &std::pair<std::string_view, LogLevel>::first);
  if (known == kLevels.end())
    return refuse_setting("log.level", "must be \"debug\", \"info\", \"warning\" or \"error\"");
  return LogSettings{known->second};
}

}  // namespace countersign::apps
