#include "ledger/tree/key_chain.h"

#include "ledger/base/encoding.h"
#include "ledger/tree/text_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace countersign::tree {
namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr std::string_view kHead = "countersign-key-rotation/1";

auto malformed(std::string_view why) {
  return fail(Code::invalid_argument, fmt::format("not the endorsement of a key: {}", why));
}

Result<crypto::Ed25519PublicKey> key_of(std::string_view text) {
  const auto digest = base::digest_from_base64(text);
  if (!digest) return malformed("a key is not 32 bytes in canonical base64");
  return crypto::Ed25519PublicKey(digest->bytes);
}

std::string region_of(const base::LogName& log) { return log.text.substr(0, log.text.rfind('/')); }

}  // namespace

std::string_view to_string(CheckpointKey key) { return key == CheckpointKey::log ? "log" : "clock"; }

std::string format_rotation(const KeyRotation& rotation) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", kHead, rotation.region, to_string(rotation.key),
                     base::to_base64(rotation.before), base::to_base64(rotation.since), rotation.time);
}

Result<KeyRotation> parse_rotation(std::string_view text) {
  std::array<std::string_view, 6> lines;
  for (auto& line : lines) {
    const auto taken = take_line(text);
    if (!taken) return malformed("it has fewer than six lines");
    line = *taken;
  }
  if (!text.empty()) return malformed("it has more than six lines");
  if (lines[0] != kHead) return malformed("its first line is another");
  KeyRotation rotation;
  rotation.region = lines[1];
  if (lines[2] != "log" && lines[2] != "clock") return malformed("it is of a key that is not known");
  rotation.key = lines[2] == "log" ? CheckpointKey::log : CheckpointKey::clock;
  TRY_ASSIGN(rotation.before, key_of(lines[3]));
  TRY_ASSIGN(rotation.since, key_of(lines[4]));
  const auto time = parse_decimal(lines[5], INT64_MAX);
  if (!time) return malformed("its time is not a decimal number");
  rotation.time = static_cast<std::int64_t>(*time);
  return rotation;
}

std::string sign_rotation(const KeyRotation& rotation, const crypto::Ed25519Key& log_key,
                          const crypto::Ed25519Key* since) {
  std::vector<NoteSigner> signers;
  signers.emplace_back(rotation.region, log_key);
  if (since != nullptr) signers.emplace_back(rotation.region, *since);
  auto note = sign_note(format_rotation(rotation), signers);
  if (!note) std::abort();
  return std::move(*note);
}

Result<KeyChain> KeyChain::make(const base::LogName& log, const crypto::Ed25519PublicKey& log_key,
                                const crypto::Ed25519PublicKey& clock_key,
                                std::span<const std::string> endorsements) {
  KeyChain chain;
  chain.log_ = log;
  TRY_ASSIGN(auto first, log_verifiers(log, log_key, clock_key));
  chain.verifiers_ = {std::move(first.log), std::move(first.clock)};
  chain.terms_ = {{INT64_MIN, INT64_MAX}, {INT64_MIN, INT64_MAX}};
  chain.logs_ = 1;
  for (std::size_t i = 0; i < endorsements.size(); ++i) {
    if (auto added = chain.add(endorsements[i]); !added)
      return fail(Code::data_loss, fmt::format("the endorsement {} of a key that took over is wrong: {}",
                                               i + 1, added.error().message));
  }
  return chain;
}

Result<void> KeyChain::add(std::string_view endorsement) {
  TRY_ASSIGN(const auto note, parse_note(endorsement));
  TRY_ASSIGN(auto rotation, parse_rotation(note.text));
  if (rotation.region != region_of(log_)) return fail(Code::data_loss, "it is of another region");
  const bool of_log = rotation.key == CheckpointKey::log;
  const auto& holder = of_log ? newest_log_key() : newest_clock_key();
  if (holder.public_key() != rotation.before)
    return fail(Code::data_loss, "the key that it names is not the one that held then");
  const bool known = std::any_of(verifiers_.begin(), verifiers_.end(),
                                 [&](const NoteVerifier& one) { return one.public_key() == rotation.since; });
  if (known) return fail(Code::data_loss, "the new key was in use before");
  if (!rotations_.empty() && rotation.time < rotations_.back().time)
    return fail(Code::data_loss, "it is of a time before the one in front of it");
  std::vector<NoteVerifier> signers;
  TRY_ASSIGN(auto before,
             NoteVerifier::make(rotation.region, NoteKeyType::ed25519, newest_log_key().public_key()));
  signers.push_back(std::move(before));
  if (of_log) {
    TRY_ASSIGN(auto since, NoteVerifier::make(rotation.region, NoteKeyType::ed25519, rotation.since));
    signers.push_back(std::move(since));
  }
  TRY_ASSIGN(const auto opened, open_note(endorsement, signers));
  if (opened.verified.size() != signers.size())
    return fail(Code::data_loss, "a signature that it needs is missing");
  const auto type = of_log ? NoteKeyType::ed25519 : NoteKeyType::cosignature;
  TRY_ASSIGN(auto verifier, NoteVerifier::make(log_.text, type, rotation.since));
  const auto at = static_cast<std::ptrdiff_t>(of_log ? logs_ : verifiers_.size());
  terms_[static_cast<std::size_t>(at) - 1].until = rotation.time;
  verifiers_.insert(verifiers_.begin() + at, std::move(verifier));
  terms_.insert(terms_.begin() + at, {rotation.time, INT64_MAX});
  logs_ += of_log ? 1 : 0;
  rotations_.push_back(std::move(rotation));
  return {};
}

std::string KeyChain::vkeys() const {
  std::string lines;
  for (const auto& key : verifiers_) lines += key.to_vkey() + "\n";
  return lines;
}

bool KeyChain::has(const NoteVerifier& key) const {
  return std::any_of(verifiers_.begin(), verifiers_.end(), [&](const NoteVerifier& one) {
    return one.name() == key.name() && one.type() == key.type() && one.public_key() == key.public_key();
  });
}

bool KeyChain::has_log_key(const crypto::Ed25519PublicKey& key) const {
  return std::any_of(verifiers_.begin(), verifiers_.begin() + static_cast<std::ptrdiff_t>(logs_),
                     [&](const NoteVerifier& one) { return one.public_key() == key; });
}

Result<OpenedCheckpoint> KeyChain::open(std::string_view note) const {
  TRY_ASSIGN(auto opened, open_checkpoint(note, log_, verifiers_));
  if (rotations_.empty()) return opened;
  if (!opened.time) return fail(Code::permission_denied, "no clock of the log signed the checkpoint's time");
  for (const auto& signature : opened.verified) {
    const auto by = std::find_if(verifiers_.begin(), verifiers_.end(), [&](const NoteVerifier& one) {
      return one.key_id() == signature.key_id && one.type() == signature.type;
    });
    const auto index = static_cast<std::size_t>(by - verifiers_.begin());
    const auto time = signature.time ? *signature.time : *opened.time;
    if (time < terms_[index].from || time > terms_[index].until)
      return fail(
          Code::permission_denied,
          fmt::format("the checkpoint is signed by a key of the {} ({:08x}) that did not hold at its time",
                      index < logs_ ? "log" : "clock", signature.key_id));
    if (index < logs_) opened.log_key = index;
  }
  return opened;
}

}  // namespace countersign::tree
