#pragma once

#include "apps/config.h"
#include "collector/ingest/registry.h"
#include "ledger/alarm/alarm_book.h"
#include "ledger/backup/standing.h"
#include "ledger/base/result.h"
#include "ledger/store/head_memory.h"
#include "ledger/store/ledger_reader.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace countersign::apps {

/// That a witness says of a log what does not go with what is here, and does not show it.
struct WitnessWord {
  base::LogName log;
  alarm::Kind kind = alarm::Kind::rollback;
  std::uint64_t told = 0;  ///< records that it has cosigned, as it says
};

/// A witness of the configuration that a restore asked what it has cosigned.
struct AskedWitness {
  std::string name;
  std::uint64_t logs = 0;  ///< that it has cosigned
  std::string error;       ///< what it could not be asked about, and why; empty: it answered for all
};

struct HeardWitnesses {
  std::vector<backup::KeptCheckpoint> checkpoints;
  std::vector<AskedWitness> witnesses;
  std::vector<WitnessWord> words;
};

/// Asks each witness of `[[witnesses]]` what it has cosigned last of each log of a ledger, and of each that
/// the head memory or a tenant of one of the registries says should be there. What it shows counts where the
/// log's key has signed it. Errors: of reading the ledger and the log's key.
base::Result<HeardWitnesses> hear_witnesses(const Config& config, store::LedgerReader& ledger,
                                            std::span<const ingest::Registry> registries,
                                            const store::HeadMemory& heads);

/// Puts what witnesses only say into what the comparison came to.
void add_words(const std::vector<WitnessWord>& words, std::vector<backup::LogStanding>& logs);

/// A checkpoint from a file, or from the address at which a witness tells it. Errors of either.
base::Result<std::string> read_or_fetch(const std::string& place);

}  // namespace countersign::apps
