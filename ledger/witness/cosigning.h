#pragma once

#include "ledger/alarm/alarm_book.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/tree/note_key.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// A log's side of C2SP tlog-witness: asking for cosignatures, and comparing what a witness has with what is
/// here. Each call blocks on the ledger's disk and on the witness; one thread at a time for each reader.
namespace countersign::witness {

struct KnownWitness {
  std::string name;  ///< as the configuration calls it
  tree::NoteVerifier key;
  std::string url;  ///< prefix of its addresses, for submission and monitoring, without a slash at its end
};

struct HttpAnswer {
  long status = 0;
  std::string body;
};
/// GETs a URL, or POSTs a body to it where there is one. unavailable: no answer came.
using Exchange = std::function<base::Result<HttpAnswer>(const std::string& url, const std::string* body)>;

/// What came of asking for a cosignature.
struct Asked {
  enum class Kind {
    cosigned,      ///< `line` is the witness's, checked, of the checkpoint that it was asked for
    refused,       ///< `why` says why, and what to do
    contradicted,  ///< what it has cosigned does not go with the checkpoint, or is larger: compare
  };
  Kind kind = Kind::refused;
  std::string line;
  std::int64_t time = 0;  ///< POSIX seconds, of the cosignature
  std::string why;
  /// The size that the witness had cosigned, as far as it told: where contradicted, and where cosigned,
  /// before that. 0: nothing.
  std::uint64_t theirs = 0;
};

/// Asks for a cosignature of a published checkpoint; `old` is the size that the witness is thought to have
/// cosigned last. Where it answers with another size, the request is repeated once, with the proof from
/// there. Errors: unavailable where it did not answer; those of the reader.
base::Result<Asked> ask_for_cosignature(store::LedgerReader& ledger, const store::LogHead& log,
                                        const store::CheckpointRow& checkpoint, std::uint64_t old,
                                        const KnownWitness& witness, const Exchange& exchange);

/// A checkpoint that a witness has, of which the log's own signature was checked.
struct Witnessed {
  std::string note;
  std::uint64_t size = 0;
  base::Digest root;
  std::optional<std::int64_t> time;  ///< POSIX seconds of the witness's cosignature, where there is one
};

/// What a witness has cosigned last of a log, by its monitoring address: nothing where it knows none. `keys`
/// are the log's. unavailable: no answer came; failed_precondition: another than of a checkpoint, which one
/// the message says; permission_denied: none of the keys signed it; data_loss: a signature is wrong.
base::Result<std::optional<Witnessed>> newest_witnessed(const base::LogName& log,
                                                        const std::vector<tree::NoteVerifier>& keys,
                                                        const KnownWitness& witness,
                                                        const Exchange& exchange);

/// Reads such a checkpoint; `cosigner` may be null. Errors as newest_witnessed.
base::Result<Witnessed> open_witnessed(std::string note, const base::LogName& log,
                                       std::vector<tree::NoteVerifier> keys,
                                       const tree::NoteVerifier* cosigner);

/// The log's keys that its ledger knows, and `younger`, log keys that may have taken over after a copy was
/// made.
base::Result<std::vector<tree::NoteVerifier>> keys_of_log(
    const store::LedgerIdentity& identity, const base::LogName& log,
    const std::vector<crypto::Ed25519PublicKey>& younger = {});

/// Holds what a witness has against the ledger. An alarm, without its time and `from`, where the ledger has
/// fewer records (rollback) or others (split view); nothing where the one begins with the other. A log that
/// is not there has size 0.
base::Result<std::optional<alarm::Alarm>> compare(store::LedgerReader& ledger, const store::LogHead& log,
                                                  const Witnessed& witnessed);

}  // namespace countersign::witness
