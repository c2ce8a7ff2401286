#include "ledger/witness/cosigning.h"

#include "ledger/tree/checkpoint.h"
#include "ledger/tree/note.h"
#include "ledger/tree/proof.h"
#include "ledger/tree/text_rules.h"
#include "ledger/witness/add_checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace countersign::witness {
namespace {

using base::Code;
using base::fail;
using Kind = Asked::Kind;

Asked refused(std::string why) {
  Asked out;
  out.why = std::move(why);
  return out;
}

/// The line of the witness's key in its answer, checked against the checkpoint; whatever else it sent is
/// dropped.
Asked take_answer(const store::CheckpointRow& checkpoint, const std::string& body,
                  const tree::NoteVerifier& key) {
  const auto note = tree::read_checkpoint_body(checkpoint.note);
  const auto parsed = note ? tree::parse_note(tree::format_checkpoint(*note) + "\n" + body)
                           : base::Result<tree::Note>(fail(note.error()));
  if (!parsed) return refused("its answer holds no signature lines");
  for (const auto& one : parsed->signatures) {
    if (one.name != key.name() || one.key_id != key.key_id()) continue;
    const auto time = key.time_of(one.bytes);
    if (!key.verify(parsed->text, one.bytes) || !time || *time == 0)
      return refused("its cosignature is wrong: it is not of the checkpoint that it was asked for");
    Asked out;
    out.kind = Kind::cosigned;
    out.line = tree::format_signatures({&one, 1});
    out.time = *time;
    return out;
  }
  return refused("its answer has no signature by the key that the configuration names");
}

std::optional<std::uint64_t> parse_size(std::string_view body) {
  if (!body.ends_with('\n')) return std::nullopt;
  return tree::parse_decimal(body.substr(0, body.size() - 1), tree::kTreeSizeMax);
}

std::string why_refused(long status, const base::LogName& log) {
  switch (status) {
    case 403:
      return fmt::format(
          "it does not know the key that signs {} (403): give its operator what `countersign "
          "witness logs` prints",
          log.text);
    case 404:
      return fmt::format(
          "it does not know {} (404): give its operator what `countersign witness logs` prints", log.text);
    default:
      return fmt::format("it answered {}", status);
  }
}

Asked contradicted(std::uint64_t theirs) {
  Asked out;
  out.kind = Kind::contradicted;
  out.theirs = theirs;
  return out;
}

}  // namespace

base::Result<Asked> ask_for_cosignature(store::LedgerReader& ledger, const store::LogHead& log,
                                        const store::CheckpointRow& checkpoint, std::uint64_t old,
                                        const KnownWitness& witness, const Exchange& exchange) {
  for (const bool again : {false, true}) {
    if (old > checkpoint.size) return contradicted(old);
    AddCheckpoint request{old, {}, checkpoint.note};
    if (old > 0 && old < checkpoint.size) {
      TRY_ASSIGN(request.proof, tree::consistency_path(old, checkpoint.size, ledger.nodes(log)));
    }
    const auto body = format_add_checkpoint(request);
    TRY_ASSIGN(const auto answer, exchange(witness.url + "/add-checkpoint", &body));
    if (answer.status == 200) {
      auto taken = take_answer(checkpoint, answer.body, witness.key);
      taken.theirs = old;
      return taken;
    }
    if (answer.status == 422) return contradicted(old);
    if (answer.status != 409) return refused(why_refused(answer.status, log.name));
    const auto theirs = parse_size(answer.body);
    if (!theirs || (*theirs == 0 && old == 0)) return refused("it answered 409 without the size that it has");
    // A witness of version 1.0.0 answers so, too, where it has another root for the same size.
    if (*theirs == old) return contradicted(old);
    if (again) return refused("somebody else has it cosign the same log at the same time (409)");
    old = *theirs;
  }
  return refused("it answered 409");
}

base::Result<Witnessed> open_witnessed(std::string note, const base::LogName& log,
                                       std::vector<tree::NoteVerifier> keys,
                                       const tree::NoteVerifier* cosigner) {
  if (cosigner != nullptr) keys.push_back(*cosigner);
  TRY_ASSIGN(const auto opened, tree::open_checkpoint(note, log, keys));
  Witnessed out;
  out.size = opened.checkpoint.size;
  out.root = opened.checkpoint.root;
  for (const auto& one : opened.verified) {
    if (cosigner != nullptr && one.key_id == cosigner->key_id() && one.name == cosigner->name())
      out.time = one.time;
  }
  out.note = std::move(note);
  return out;
}

base::Result<std::optional<Witnessed>> newest_witnessed(const base::LogName& log,
                                                        const std::vector<tree::NoteVerifier>& keys,
                                                        const KnownWitness& witness,
                                                        const Exchange& exchange) {
  TRY_ASSIGN(auto answer,
             exchange(fmt::format("{}/{}/checkpoint", witness.url, monitoring_name(log.text)), nullptr));
  if (answer.status == 404) return std::optional<Witnessed>();
  if (answer.status != 200)
    return fail(Code::failed_precondition,
                fmt::format("it answered {} to what it has cosigned", answer.status));
  TRY_ASSIGN(auto opened, open_witnessed(std::move(answer.body), log, keys, &witness.key));
  return std::optional(std::move(opened));
}

base::Result<std::vector<tree::NoteVerifier>> keys_of_log(
    const store::LedgerIdentity& identity, const base::LogName& log,
    const std::vector<crypto::Ed25519PublicKey>& younger) {
  TRY_ASSIGN(const auto chain, store::key_chain_of(identity, log));
  std::vector<tree::NoteVerifier> out;
  for (const auto& key : chain.verifiers()) {
    if (key.type() == tree::NoteKeyType::ed25519) out.push_back(key);
  }
  for (const auto& key : younger) {
    if (chain.has_log_key(key)) continue;
    TRY_ASSIGN(auto verifier, tree::NoteVerifier::make(log.text, tree::NoteKeyType::ed25519, key));
    out.push_back(std::move(verifier));
  }
  return out;
}

base::Result<std::optional<alarm::Alarm>> compare(store::LedgerReader& ledger, const store::LogHead& log,
                                                  const Witnessed& witnessed) {
  alarm::Alarm out;
  out.origin = log.name.text;
  out.theirs = witnessed.note;
  if (log.size > 0) {
    TRY_ASSIGN(const auto newest, ledger.newest_checkpoint(log));
    if (newest) out.ours = newest->note;
  }
  if (witnessed.size > log.size) {
    out.kind = alarm::Kind::rollback;
    out.what = fmt::format(
        "{} has {} records here, but {} were signed and witnessed: records {} to {} are missing; the data is "
        "an older copy or its end was removed: restore the newest copy",
        log.name.text, log.size, witnessed.size, log.size, witnessed.size - 1);
    return std::optional(std::move(out));
  }
  TRY_ASSIGN(const auto root, tree::root_at(witnessed.size, ledger.nodes(log)));
  if (root == witnessed.root) return std::optional<alarm::Alarm>();
  out.kind = alarm::Kind::split_view;
  out.what = fmt::format(
      "the first {} records of {} are not those that were signed and witnessed: two histories were signed "
      "with "
      "the same key; keep both checkpoints, find out which copy of the data is the true one, and stop the "
      "other",
      witnessed.size, log.name.text);
  return std::optional(std::move(out));
}

}  // namespace countersign::witness
