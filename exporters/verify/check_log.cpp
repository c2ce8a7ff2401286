#include "exporters/jsonl/lines.h"
#include "exporters/verify/checks.h"
#include "exporters/verify/layout.h"
#include "ledger/tree/proof.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;

base::Result<void> read_evidence(Verification& run) {
  TRY_ASSIGN(const auto text, run.bundle.read(layout::kEvidence));
  TRY_ASSIGN(auto evidence, parse_evidence(text));
  if (base::tenant_of(evidence.log) != evidence.tenant ||
      !evidence.log.text.ends_with(fmt::format("/{}/{}", evidence.region.value(), evidence.tenant.value())))
    return fail(Code::data_loss, "evidence.json names a log that is not of its tenant and region");
  if (evidence.period.to <= evidence.period.from)
    return fail(Code::data_loss, "the period of evidence.json ends before it begins");
  run.report.log = evidence.log.text;
  run.report.period = evidence.period;
  run.report.profile = record::to_string(evidence.profile);
  run.report.recipient = evidence.recipient;
  run.evidence = std::move(evidence);
  return {};
}

base::Result<void> read_bundle_keys(Verification& run) {
  TRY_ASSIGN(auto read, read_key_chain(run.bundle, run.evidence->log, layout::kLogKeys, layout::kRotations));
  run.bundle_keys = std::move(read.keys);
  run.endorsements = std::move(read.endorsements);
  return {};
}

void check_keys(Verification& run) {
  if (auto read = read_bundle_keys(run); !read) {
    run.add("log_keys", CheckState::failed, read.error().message);
    return;
  }
  if (run.trusted_keys.empty()) {
    run.add("log_keys", CheckState::not_checked,
            "The log's keys are those that the bundle brings: none was given to compare with.");
    return;
  }
  const auto& chain = *run.bundle_keys;
  const auto vouched = [&](tree::NoteKeyType type) {
    return std::any_of(run.trusted_keys.begin(), run.trusted_keys.end(),
                       [&](const auto& trusted) { return trusted.type() == type && chain.has(trusted); });
  };
  const bool clock_known = std::any_of(run.trusted_keys.begin(), run.trusted_keys.end(), [](const auto& key) {
    return key.type() == tree::NoteKeyType::cosignature;
  });
  if (!vouched(tree::NoteKeyType::ed25519) || (clock_known && !vouched(tree::NoteKeyType::cosignature))) {
    run.add("log_keys", CheckState::failed, "The log's keys in the bundle are not those that you named.");
  } else if (chain.rotations().empty()) {
    run.add("log_keys", CheckState::passed, "The log's key is the one that you named.");
  } else {
    run.add(
        "log_keys", CheckState::passed,
        fmt::format("The log's keys are the one that you named and those that it is tied to: each of the {} "
                    "that took over is endorsed by the key before.",
                    chain.rotations().size()));
  }
}

base::Result<void> check_checkpoint(Verification& run) {
  TRY_ASSIGN(const auto note, run.bundle.read(layout::kCheckpoint));
  TRY_ASSIGN(auto opened, run.bundle_keys->open(note));
  const auto& evidence = *run.evidence;
  if (opened.checkpoint.size != evidence.checkpoint_size ||
      opened.checkpoint.root != evidence.checkpoint_root || opened.time != evidence.checkpoint_time)
    return fail(Code::data_loss, "the checkpoint is not the one that evidence.json names");
  if (!opened.checkpoint.extensions.empty() || opened.verified.size() != 2)
    return fail(Code::data_loss, "the checkpoint is not signed by the log and its clock, and nothing else");
  run.checkpoint = std::move(opened);
  return {};
}

base::Result<void> read_proofs(Verification& run) {
  TRY_ASSIGN(const auto text, run.bundle.read(layout::kProofs));
  TRY_ASSIGN(auto proofs, parse_proofs(text));
  const auto& checkpoint = run.checkpoint->checkpoint;
  if (proofs.log != checkpoint.origin || proofs.tree_size != checkpoint.size ||
      proofs.root != checkpoint.root)
    return fail(Code::data_loss, "data/proofs.json is for another checkpoint");
  if (proofs.first.has_value() != proofs.last.has_value() ||
      proofs.first.has_value() != (checkpoint.size > 0))
    return fail(Code::data_loss, "data/proofs.json lacks the proof of the first or last record");
  run.proofs = std::move(proofs);
  return {};
}

base::Result<void> check_consistency(const Verification& run) {
  const auto& previous = *run.proofs->previous;
  TRY_ASSIGN(const auto opened, run.bundle_keys->open(previous.note));
  const auto& older = opened.checkpoint;
  if (older.size >= run.proofs->tree_size)
    return fail(Code::data_loss, "the checkpoint before is not of a smaller log");
  if (opened.log_key > run.checkpoint->log_key)
    return fail(Code::data_loss, "the checkpoint is signed by a key that was retired before");
  if (opened.time && *opened.time > *run.checkpoint->time)
    return fail(Code::data_loss, "the checkpoint before is of a later time");
  if (older.size == 0) {
    if (!previous.path.empty()) return fail(Code::data_loss, "an empty log needs no consistency proof");
    return {};
  }
  return tree::verify_consistency(older.size, run.proofs->tree_size, older.root, run.proofs->root,
                                  previous.path);
}

}  // namespace

base::Result<KeysOfLog> read_key_chain(const OpenedBundle& bundle, const base::LogName& log,
                                       std::string_view keys_name, std::string_view rotations_name) {
  TRY_ASSIGN(const auto text, bundle.read(keys_name));
  std::vector<std::string> endorsements;
  for (const auto& [name, file] : bundle.files()) {
    if (!name.starts_with(rotations_name)) continue;
    TRY_ASSIGN(auto note, bundle.read(fmt::format("{}{}", rotations_name, endorsements.size() + 1)));
    endorsements.push_back(std::move(note));
  }
  std::optional<tree::NoteVerifier> log_key, clock_key;
  std::string_view lines = text, line;
  while (jsonl::take_line(lines, line)) {
    TRY_ASSIGN(auto key, tree::NoteVerifier::parse(line));
    if (key.name() != log.text)
      return fail(Code::data_loss, fmt::format("{} holds a key of another log", keys_name));
    auto& first = key.type() == tree::NoteKeyType::ed25519 ? log_key : clock_key;
    if (!first) first = std::move(key);
  }
  if (!log_key || !clock_key)
    return fail(Code::data_loss, fmt::format("{} lacks a key of the log or one of its clock", keys_name));
  TRY_ASSIGN(auto chain,
             tree::KeyChain::make(log, log_key->public_key(), clock_key->public_key(), endorsements));
  if (text != chain.vkeys())
    return fail(
        Code::data_loss,
        fmt::format("{} is not one key of the log and one of its clock and those that took over by the "
                    "endorsements in {}",
                    keys_name, rotations_name.substr(0, rotations_name.size() - 1)));
  return KeysOfLog{std::move(chain), std::move(endorsements)};
}

void check_evidence(Verification& run) {
  run.add("evidence", read_evidence(run), "evidence.json says what the bundle is, and reads.");
}

void check_log(Verification& run) {
  if (!run.evidence) return;
  check_keys(run);
  if (!run.bundle_keys) return;
  const auto checkpoint = check_checkpoint(run);
  run.add(
      "checkpoint", checkpoint,
      fmt::format("The log signed its size, {} records, and its root hash.", run.evidence->checkpoint_size));
  if (!checkpoint) return;
  if (auto read = read_proofs(run); !read) {
    run.add("proofs", CheckState::failed, read.error().message);
    return;
  }
  run.add("proofs", CheckState::passed, "The Merkle proofs are for that checkpoint.");
  if (!run.proofs->previous) {
    run.add("consistency", CheckState::not_claimed, "The bundle's checkpoint is the first of its log.");
    return;
  }
  run.add("consistency", check_consistency(run),
          "The log only grew since the checkpoint before: none of its records was changed.");
}

}  // namespace countersign::verify
