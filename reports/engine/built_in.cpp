#include "reports/engine/built_in.h"

#include "reports/engine/workspace_sql.h"

namespace countersign::reports {

#include "reports/engine/embedded.inc"

}  // namespace countersign::reports
