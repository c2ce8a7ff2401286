#pragma once

#include "apps/countersign/restore_settings.h"
#include "apps/countersign/restore_witnesses.h"
#include "ledger/backup/standing.h"
#include "ledger/base/time.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::apps {

/// What came of a restore, for whoever asked for it.
struct RestoreReport {
  std::string snapshot, region;
  base::Timestamp time;  ///< of the snapshot
  std::uint64_t bytes = 0, records = 0;
  std::uint64_t erasures = 0;       ///< that are remembered
  std::uint64_t values_erased = 0;  ///< that the snapshot still had
  RestoredSettings settings;
  bool has_head_memory = false;
  bool compared = false;                ///< with something that is kept apart from the backups
  std::vector<AskedWitness> witnesses;  ///< of the configuration
  bool verified = false;
  std::vector<backup::LogStanding> logs;
  backup::TokenCount tokens;  ///< where it was verified

  std::uint64_t rolled_back() const;  ///< logs
  /// 0; kExitRolledBack; that of data_loss where a log has other records than were signed, or where values
  /// are missing or damaged.
  int exit_code() const;
  boost::json::object to_json() const;
  std::string to_text() const;
};

}  // namespace countersign::apps
