#pragma once

#include "apps/config.h"
#include "ledger/backup/standing.h"
#include "ledger/base/result.h"
#include "ledger/store/ledger_reader.h"

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::apps {

/// A witness of the configuration that a restore asked what it has cosigned.
struct AskedWitness {
  std::string name;
  std::uint64_t logs = 0;  ///< of the restored ones, that it knows
  std::string error;       ///< why it could not be asked; empty: it answered
};

struct HeardWitnesses {
  std::vector<backup::KeptCheckpoint> checkpoints;
  std::vector<AskedWitness> witnesses;
};

/// Asks each witness of `[[witnesses]]` for what it has cosigned last of each log of a ledger. Only what the
/// log's key has signed counts. Errors: of reading the ledger and the log's key.
base::Result<HeardWitnesses> hear_witnesses(const Config& config, store::LedgerReader& ledger);

/// A checkpoint from a file, or from the address at which a witness tells it. Errors of either.
base::Result<std::string> read_or_fetch(const std::string& place);

}  // namespace countersign::apps
