#pragma once

#include "apps/config.h"
#include "apps/daemon/alarms.h"
#include "ledger/base/result.h"

namespace countersign::apps {

/// Before anything is signed: asks every witness of `[[witnesses]]` what it has cosigned last of each log
/// that is here, or that a tenant of the registry or the head memory says should be, all at the same time.
/// data_loss, with an alarm that holds the proof, where one has seen more records signed, or others: the data
/// is an older copy. A witness that does not answer within `cosigning.start_wait_s` is passed over with a
/// warning: the appliance must start where the network is down, and asks again as soon as it signs. Errors
/// otherwise: of reading the ledgers.
base::Result<void> ask_witnesses_before_signing(const Config& config, Alarms& alarms);

}  // namespace countersign::apps
