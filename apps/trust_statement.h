#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "reports/answers/facts.h"
#include "reports/trust/statement.h"

namespace countersign::apps {

/// Whose statement `[trust]` makes, and of which controls.
trust::Subject trust_subject(const Config& config);

/// What it says by these facts of its tenant, and by the vendor's documents as they are. Blocks.
base::Result<trust::Statement> trust_statement(const Config& config, const answers::Facts& facts,
                                               base::Timestamp now);

}  // namespace countersign::apps
