#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "web/api/evidence.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// What the first page and the page of a record show: which tenants somebody acts for, how a tenant's log
/// stands, and how a record is proven. None of it holds a record's bytes, so none of it is recorded.
namespace countersign::api {

/// When a ledger was verified, and what came of it.
struct Verification {
  base::Timestamp time;
  std::string result;  ///< `intact`, or the first fault
};

/// What the last test of a tenant's controls found.
struct Standing {
  base::Timestamp time;
  base::Timestamp from, until;  ///< the period that was tested
  std::int64_t passing = 0, failing = 0, nothing_to_test = 0;
};

/// What a witness has cosigned last of a log.
struct WitnessStanding {
  std::string name;
  std::optional<std::uint64_t> size;  ///< of the checkpoint; empty: nothing yet
  base::Timestamp time;               ///< by the witness's clock
};

/// An alarm about a log that nobody has acknowledged.
struct StandingAlarm {
  std::string id, kind, from;
  base::Timestamp time;
};

/// What the program knows beside the ledger. Called from a desk's thread.
struct OverviewFacts {
  bool timestamping = false;  ///< bundles are timestamped by an authority
  /// The newest verification that the region's system log tells of.
  std::function<base::Result<std::optional<Verification>>(const base::RegionId&)> verification;
  std::function<base::Result<std::optional<Standing>>(const base::RegionId&, const base::TenantId&)> standing;
  base::Clock clock = base::system_clock();
  base::Timestamp started;  ///< of the daemon: before, nobody can have been silent
  /// The witnesses of the appliance.
  std::function<base::Result<std::vector<WitnessStanding>>(const base::RegionId&, const base::LogName&)>
      witnesses = {};
  std::function<base::Result<std::vector<StandingAlarm>>(const base::LogName&)> alarms = {};
};

/// GET /v1/tenants: those that the asker acts for. What is given outlives the router, here and below.
void add_tenants(http::Router& router, const endpoints::Reception& reception, const EvidenceAccess& access);

/// GET /v1/tenants/{tenant}/records/{seq}/challenge and …/proof: the life of the challenge that a record
/// tells of, and that the record stands in its log. Who may see the record may ask.
void add_record_facts(http::Router& router, const endpoints::Reception& reception,
                      const EvidenceAccess& access, Desk& desk);

/// GET /v1/tenants/{tenant}/overview.
void add_overview(http::Router& router, const endpoints::Reception& reception, const EvidenceAccess& access,
                  const OverviewFacts& facts, Desk& desk);

}  // namespace countersign::api
