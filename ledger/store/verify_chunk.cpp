#include "ledger/store/verify_chunk.h"

#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/store/schema.h"
#include "ledger/store/store.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/tile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace countersign::store {
namespace {

using base::Code;
using base::fail;

/// Checks one record by itself and against the one before it in the run.
base::Result<void> check_record(const LogHead& log, base::Seq seq, std::string_view bytes,
                                CheckedChunk& out) {
  TRY_ASSIGN(const auto view, record::read_record(bytes));
  if (view.log != log.name.text) return fail(Code::data_loss, "it names another log");
  if (view.seq != seq)
    return fail(Code::data_loss, fmt::format("it names sequence number {}", base::index_of(view.seq)));
  TRY_ASSIGN(const auto event, record::read_event(view.event));
  if (event.plain(record::kTenant) != base::tenant_of(log.name).value())
    return fail(Code::data_loss, "its event is another tenant's");
  if (!record::parse_proof(view.proof))
    return fail(Code::data_loss, "its proof is not one of the known grades");
  if (out.leaves.empty()) {
    out.first_prev = view.prev;
  } else if (view.prev != out.leaves.back()) {
    return fail(Code::data_loss,
                "its prev is not the hash of the record before it: one of the two was altered, or a record "
                "was removed or moved");
  }
  if (!out.first_received) {
    out.first_received = view.received;
  } else if (view.received < out.last_received) {
    return fail(Code::data_loss, "it was received before the record in front of it");
  }
  out.last_received = view.received;
  out.leaves.push_back(record::record_hash(bytes));
  out.bytes += bytes.size();
  out.key_sum += key_part(key_of(view, event), place_of(log.number, base::index_of(seq)));
  return {};
}

/// Hashes of records that were retired, read a tile at a time.
class RetiredHashes {
 public:
  RetiredHashes(LedgerReader& reader, const LogHead& log) : reader_(reader), log_(log) {}

  base::Result<base::Digest> of(std::uint64_t seq) {
    if (hashes_.empty() || seq < begin_ || seq >= begin_ + hashes_.size()) {
      begin_ = seq / 256 * 256;
      hashes_.clear();
      TRY(reader_.read_hashes(log_, begin_, std::min(begin_ + 256, log_.size), hashes_));
    }
    return hashes_[seq - begin_];
  }

 private:
  LedgerReader& reader_;
  const LogHead& log_;
  std::uint64_t begin_ = 0;
  std::vector<base::Digest> hashes_;
};

/// Compares the run's full tiles with the stored ones and keeps their roots.
base::Result<void> check_tiles(LedgerReader& reader, const Chunk& chunk, CheckedChunk& out) {
  for (std::size_t at = 0; at + 256 <= out.leaves.size(); at += 256) {
    const auto index = (chunk.begin + at) / 256;
    const std::span<const base::Digest, 256> leaves(out.leaves.data() + at, 256);
    TRY_ASSIGN(const bool same, reader.has_tile(*chunk.log, 0, index, leaves));
    if (!same) {
      out.fault_seq = static_cast<std::int64_t>(chunk.begin + at + 255);
      return fail(
          Code::data_loss,
          fmt::format("tile 0/{} of the Merkle tree is missing or does not belong to the records", index));
    }
    out.tiles.push_back(tree::tile_root(leaves));
  }
  return {};
}

base::Result<SignedSize> check_checkpoint(const CheckpointRow& row, const tree::KeyChain& keys) {
  TRY_ASSIGN(const auto opened, keys.open(row.note));
  if (opened.checkpoint.size != row.size) return fail(Code::data_loss, "it is filed under another size");
  if (!opened.time || *opened.time != row.time)
    return fail(Code::data_loss, "its time is not the one that was signed");
  return SignedSize{row.size, opened.checkpoint.root, opened.log_key};
}

}  // namespace

EventKey key_of(const record::RecordView& record, const record::EventView& event) {
  const auto id = event.plain(record::kId);
  return id.find('\\') == std::string_view::npos ? event_key(record.source, id)
                                                 : event_key(record.source, event.text(record::kId));
}

std::uint64_t key_part(base::Bytes key, std::int64_t place) {
  std::uint64_t low = 0, high = 0;
  if (key.size() != 16) return 1;
  std::memcpy(&low, key.data(), 8);
  std::memcpy(&high, key.data() + 8, 8);
  // Multiply and fold (the finaliser of MurmurHash3), so that neither half nor the place can stand in for
  // another.
  std::uint64_t part = low ^ (static_cast<std::uint64_t>(place) * 0x9E3779B97F4A7C15ULL);
  part = (part ^ (part >> 33)) * 0xFF51AFD7ED558CCDULL;
  part ^= high;
  part = (part ^ (part >> 33)) * 0xC4CEB9FE1A85EC53ULL;
  return part ^ (part >> 33);
}

base::Result<std::map<std::int64_t, tree::KeyChain>> read_key_chains(
    LedgerReader& reader, const std::vector<LogHead>& logs, const crypto::Ed25519PublicKey* trusted,
    const std::function<void(std::string log, std::string what)>& fault) {
  TRY(reader.read_identity_again());
  auto identity = reader.identity();
  const auto name_of = [&](const base::TenantId& tenant) {
    return base::log_name(identity.origin, identity.region, tenant);
  };
  const auto system = name_of(base::TenantId(std::string(base::kSystemTenant)));
  auto own = key_chain_of(identity, system);
  if (!own && !identity.rotations.empty()) {
    fault("", own.error().message);
    identity.rotations.clear();
    own = key_chain_of(identity, system);
  }
  if (!own) return fail(own.error());
  if (trusted != nullptr && !own->has_log_key(*trusted))
    fault("", "the ledger names another log key than the one that is trusted");
  std::map<std::int64_t, tree::KeyChain> chains;
  for (const auto& log : logs) {
    if (log.name != name_of(base::tenant_of(log.name)))
      fault(log.name.text, "the log's name is not of the ledger's origin and region");
    auto chain = key_chain_of(identity, log.name);
    chains.emplace(log.number, chain ? std::move(*chain) : *own);
  }
  return chains;
}

CheckedChunk check_chunk(LedgerReader& reader, const Chunk& chunk, const tree::KeyChain& keys) {
  CheckedChunk out;
  out.leaves.reserve(chunk.end - chunk.begin);
  std::uint64_t at = chunk.begin;
  RetiredHashes retired(reader, *chunk.log);
  const auto read = reader.read(
      *chunk.log, chunk.begin, chunk.end,
      [&](base::Seq seq, std::string_view bytes) {
        at = base::index_of(seq);
        auto checked = check_record(*chunk.log, seq, bytes, out);
        at += checked ? 1 : 0;
        return checked;
      },
      [&](base::Seq seq) -> base::Result<void> {
        at = base::index_of(seq);
        TRY_ASSIGN(const auto hash, retired.of(at));
        out.leaves.push_back(hash);
        ++out.retired;
        ++at;
        return {};
      });
  if (!read) {
    out.fault_seq = static_cast<std::int64_t>(at);
    out.fault = read.error().message;
    return out;
  }
  if (!out.leaves.empty()) out.last_hash = out.leaves.back();
  if (const auto tiles = check_tiles(reader, chunk, out); !tiles) {
    out.fault = tiles.error().message;
    return out;
  }
  const auto checkpoints = reader.read_checkpoints(
      *chunk.log, chunk.begin + 1, chunk.end, [&](const CheckpointRow& row) -> base::Result<void> {
        auto checked = check_checkpoint(row, keys);
        if (!checked) return fail(fmt::format("the checkpoint of size {}", row.size), checked.error());
        out.checkpoints.push_back(*checked);
        return {};
      });
  if (!checkpoints) {
    out.fault_seq = -1;
    out.fault = checkpoints.error().message;
  }
  return out;
}

}  // namespace countersign::store
