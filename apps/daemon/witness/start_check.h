#pragma once

#include "apps/config.h"
#include "apps/daemon/alarms.h"
#include "ledger/base/result.h"

namespace countersign::apps {

/// Before anything is signed: asks every witness of `[[witnesses]]` what it has cosigned last of each log
/// that is here, or that a tenant of the registry or the head memory says should be; all witnesses at the
/// same time, and each about several logs. data_loss, with an alarm, where one shows that more records were
/// signed, or others, or says so without showing it: the data is an older copy. What is not answered within
/// `cosigning.start_wait_s` is passed over with a warning that says of how many logs: the appliance must
/// start where the network is down, and asks again as soon as it signs. aborted where SIGTERM or SIGINT
/// waits. Errors otherwise: of reading the ledgers.
base::Result<void> ask_witnesses_before_signing(const Config& config, Alarms& alarms);

}  // namespace countersign::apps
