#pragma once

#include "collector/http/router.h"
#include "ledger/base/metrics.h"
#include "ledger/witness/witness.h"
#include "web/api/desk.h"

namespace countersign::witnessing {

/// POST /witness/add-checkpoint and GET /witness/{log}/checkpoint (C2SP tlog-witness; `{log}` is the
/// lower-case hexadecimal SHA-256 of the log's origin). Nobody is asked who they are: what a log has signed
/// is all that counts, and everything that is told here was signed to be shown. Where `witness` is null,
/// nobody witnesses here: 404. All of it outlives the router; the witness is used on the desk's thread alone.
void add_witness(http::Router& router, witness::Witness* witness, api::Desk& desk, base::Metrics& metrics);

}  // namespace countersign::witnessing
