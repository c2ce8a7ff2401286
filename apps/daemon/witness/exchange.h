#pragma once

#include "apps/witness_settings.h"
#include "ledger/witness/cosigning.h"
#include "web/notify/destination.h"

#include <cstdint>

namespace countersign::apps {

/// A witness as the code that speaks with it wants it.
witness::KnownWitness known_witness(const KnownWitnessSettings& settings);

/// Speaks HTTP with a witness; each request ends within `timeout_ms`, or when the daemon stops.
witness::Exchange exchange_with(const KnownWitnessSettings& settings, notify::Stop stop,
                                std::int64_t timeout_ms = 10'000);

}  // namespace countersign::apps
