#pragma once

#include "collector/ingest/operators.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <optional>
#include <string>

/// Times as options give them, and as lists show them.
namespace countersign::apps {

/// The time of an option (RFC 3339); empty where it was not given.
base::Result<std::optional<base::Timestamp>> time_of(const std::string& text);

/// The period of --from and --before; empty where neither was given. invalid_argument for one alone.
base::Result<std::optional<ingest::Period>> period_of(const std::string& from, const std::string& before);

/// `2026-01-31T09:30Z`
std::string minute_of(base::Timestamp time);

}  // namespace countersign::apps
