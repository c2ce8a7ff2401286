#pragma once

#include "apps/witness_settings.h"
#include "ledger/witness/cosigning.h"
#include "web/notify/destination.h"
#include "web/senders/connections.h"

#include <chrono>
#include <cstdint>

namespace countersign::apps {

/// A witness as the code that speaks with it wants it.
witness::KnownWitness known_witness(const KnownWitnessSettings& settings);

/// Speaks HTTP with a witness; each request ends within `timeout_ms`, or when the daemon stops. `connections`
/// outlives it and is for its thread alone.
witness::Exchange exchange_with(const KnownWitnessSettings& settings, notify::Stop stop,
                                senders::Connections& connections, std::int64_t timeout_ms = 10'000);

/// The same where all of its requests end by `until`: unavailable after that.
witness::Exchange exchange_until(std::chrono::steady_clock::time_point until,
                                 const KnownWitnessSettings& settings, notify::Stop stop,
                                 senders::Connections& connections);

}  // namespace countersign::apps
