#pragma once

#include "ledger/base/result.h"
#include "reports/engine/catalogue.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::reports {

/// Sets parameters of controls as a tenant's policy has them: `CODE-GUESSING.attempts=8`. invalid_argument
/// names the first that no control has, or whose value is of another kind or out of its bounds.
base::Result<void> set_parameters(std::vector<Definition>& definitions,
                                  const std::vector<std::string>& settings);

}  // namespace countersign::reports
