#pragma once

#include "ledger/alarm/alarm_book.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/tree/note_key.h"
#include "ledger/witness/cosigning.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace countersign::witness {

/// All that a witness tells of a log, held against the ledger.
struct Heard {
  /// What its monitoring address showed.
  std::optional<Witnessed> shown;
  /// The largest size that it has cosigned, as far as it told; 0: none.
  std::uint64_t told = 0;
  /// The cosignature that it gave to the ledger's newest checkpoint, where it had to be asked for one, and
  /// that checkpoint's size.
  std::optional<Asked> cosigned;
  std::uint64_t cosigned_size = 0;
  /// It shows nothing, and the ledger has no checkpoint of the log to ask with: it may have cosigned some.
  bool unknown = false;
  /// Without its time and `from`. Without `theirs` where the witness names a size and does not show what it
  /// has cosigned.
  std::optional<alarm::Alarm> contradiction;
};

/// Hears what a witness has cosigned of a log: by its monitoring address, which C2SP tlog-witness leaves to
/// it, and where that shows nothing, or less than `told`, which the witness named before, by asking for a
/// cosignature of the newest checkpoint here: that is refused with the size that the witness has (409), or
/// given, where what it has is the beginning of what is here. `keys` are the log's. unavailable: no answer
/// came; failed_precondition: it answered, and said nothing of what it has, the message says what; else those
/// of the reader. Blocks as ask_for_cosignature.
base::Result<Heard> hear(store::LedgerReader& ledger, const base::LogName& log,
                         const std::vector<tree::NoteVerifier>& keys, const KnownWitness& witness,
                         const Exchange& exchange, std::uint64_t told = 0);

}  // namespace countersign::witness
