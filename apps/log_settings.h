#pragma once

#include "ledger/base/result.h"

namespace countersign::apps {

class Table;

/// The least weighty lines that the daemon's log has.
enum class LogLevel { debug, info, warning, error };

/// What `[log]` says.
struct LogSettings {
  LogLevel level = LogLevel::info;
};

/// Reads `[log]`. invalid_argument: there is no such level, or no such member.
base::Result<LogSettings> read_log(Table& top);

}  // namespace countersign::apps
