#pragma once

#include "collector/endpoints/policy_document.h"
#include "ledger/base/result.h"

namespace countersign::apps {

/// Whether what a document sets is there to be set: each of `monitoring.parameters` a parameter of a control
/// or detection that is part of the program, with a value within its bounds. invalid_argument names the
/// member and what would be right. Of a document that is put in place; what was put there under an older
/// catalogue stays.
base::Result<void> check_policy(const endpoints::PolicyWish& wish);

}  // namespace countersign::apps
