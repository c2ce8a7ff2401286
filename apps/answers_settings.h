#pragma once

#include "ledger/base/result.h"

#include <set>
#include <string>

namespace countersign::apps {

class Table;

/// What `[answers]` says.
struct AnswersSettings {
  /// Ids of controls that are tested whenever a tenant's records or policies have changed.
  std::set<std::string, std::less<>> watch;
};

/// Reads `[answers]`. invalid_argument: there is no such control or member.
base::Result<AnswersSettings> read_answers(Table& top);

}  // namespace countersign::apps
