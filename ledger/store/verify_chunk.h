#pragma once

#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/store.h"
#include "ledger/tree/key_chain.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace countersign::store {

/// The idempotency key that a record demands.
EventKey key_of(const record::RecordView& record, const record::EventView& event);

/// A run of a log's records that one thread checks by itself; begins at a multiple of 256.
struct Chunk {
  const LogHead* log = nullptr;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// A checkpoint of which the signatures are right.
struct SignedSize {
  std::uint64_t size = 0;
  base::Digest root;
  std::size_t log_key = 0;  ///< which of the log's keys signed, from 0
};

/// What a run looks like from outside, for its neighbours.
struct CheckedChunk {
  std::optional<base::Digest> first_prev;         ///< absent: the first record was retired
  std::optional<base::Timestamp> first_received;  ///< absent: all were retired
  base::Timestamp last_received;
  base::Digest last_hash;
  std::vector<base::Digest> leaves;     ///< record hashes
  std::vector<base::Digest> tiles;      ///< roots of the full tiles that the leaves make
  std::vector<SignedSize> checkpoints;  ///< of sizes above begin and up to end
  std::uint64_t bytes = 0;
  std::uint64_t retired = 0;              ///< records of which only the hash is left
  std::uint64_t key_sum = 0;              ///< sum over the idempotency rows that the records demand
  std::optional<std::int64_t> fault_seq;  ///< where the run is wrong: the record, or -1
  std::string fault;                      ///< empty: nothing is wrong
};

/// Checks a run: each record's spelling, log, sequence number, link to the one before within the run, time,
/// event and tokens; each checkpoint's signatures. Stops at the first fault.
CheckedChunk check_chunk(LedgerReader& reader, const Chunk& chunk, const tree::KeyChain& keys);

/// The keys of each log, by its number, read after the logs' sizes: a key that takes over later signs larger
/// ones only. `fault` gets what is wrong with names and keys, with the log's name where it is one log's;
/// `trusted` is a log key that must be among them, or null.
base::Result<std::map<std::int64_t, tree::KeyChain>> read_key_chains(
    LedgerReader& reader, const std::vector<LogHead>& logs, const crypto::Ed25519PublicKey* trusted,
    const std::function<void(std::string log, std::string what)>& fault);

/// The part that an idempotency row has in a sum over all rows. Equal sums over what records demand and what
/// rows say mean equal sets, but for a chance of 2^-64.
std::uint64_t key_part(base::Bytes key, std::int64_t place);

}  // namespace countersign::store
