#include "ledger/store/record_proof.h"

#include "ledger/store/signed_state.h"
#include "ledger/tree/tlog_proof.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace countersign::store {
namespace {

/// The vkeys of those who signed a checkpoint.
base::Result<void> name_keys(LedgerReader& ledger, RecordProof& out) {
  TRY_ASSIGN(const auto keys, key_chain_of(ledger.identity(), out.log.name));
  TRY_ASSIGN(const auto opened, keys.open(out.checkpoint));
  for (const auto& signature : opened.verified) {
    for (const auto& key : keys.verifiers()) {
      if (key.name() != signature.name || key.key_id() != signature.key_id || key.type() != signature.type)
        continue;
      (key.type() == tree::NoteKeyType::ed25519 ? out.log_key : out.clock_key) = key.to_vkey();
    }
  }
  return {};
}

base::Result<std::optional<RecordProof>> prove_by(LedgerReader& ledger, std::uint64_t seq,
                                                  std::optional<SignedState> state) {
  if (!state || seq >= state->checkpoint.size) return std::optional<RecordProof>();
  auto& found = *state;
  RecordProof out;
  out.log = std::move(found.head);
  out.seq = seq;
  out.size = found.checkpoint.size;
  out.checkpoint = std::move(found.note);
  out.time = found.time;
  std::vector<base::Digest> hashes;
  TRY(ledger.read_hashes(out.log, seq, seq + 1, hashes));
  out.hash = hashes.front();
  TRY_ASSIGN(out.path, tree::inclusion_path(seq, out.size, ledger.nodes(out.log)));
  if (const auto right = tree::verify_inclusion(seq, out.size, out.hash, out.path, found.checkpoint.root);
      !right)
    return base::fail(base::Code::data_loss,
                      fmt::format("record {} of {} does not stand in the checkpoint of {} records: {}", seq,
                                  out.log.name.text, out.size, right.error().message));
  TRY(name_keys(ledger, out));
  return std::optional(std::move(out));
}

}  // namespace

std::string RecordProof::text() const {
  tree::TlogProof proof;
  proof.index = seq;
  proof.path = path;
  proof.checkpoint = checkpoint;
  return tree::format_tlog_proof(proof);
}

base::Result<std::optional<RecordProof>> prove_record(LedgerReader& ledger, const base::TenantId& tenant,
                                                      std::uint64_t seq, ProveBy by) {
  TRY_ASSIGN(const auto head, ledger.log(tenant));
  if (seq >= head.size) return std::optional<RecordProof>();
  if (by == ProveBy::first) return prove_record_at(ledger, tenant, seq, seq + 1);
  TRY_ASSIGN(auto state, newest_signed_state(ledger, tenant));
  return prove_by(ledger, seq, std::move(state));
}

base::Result<std::optional<RecordProof>> prove_record_at(LedgerReader& ledger, const base::TenantId& tenant,
                                                         std::uint64_t seq, std::uint64_t size) {
  TRY_ASSIGN(auto state, signed_state_covering(ledger, tenant, size));
  return prove_by(ledger, seq, std::move(state));
}

}  // namespace countersign::store
