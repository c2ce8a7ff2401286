#include "ledger/tree/note.h"

#include "ledger/base/encoding.h"
#include "ledger/tree/text_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::tree {
namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr std::string_view kDash = "\u2014 ";
constexpr std::size_t kKeyIdSize = 4;

auto malformed(std::string_view why) {
  return fail(Code::invalid_argument, fmt::format("not a signed note: {}", why));
}

Result<NoteSignature> parse_signature(std::string_view line) {
  if (!line.starts_with(kDash))
    return malformed("a line behind the empty line does not begin with an em dash and a space");
  line.remove_prefix(kDash.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return malformed("a signature line lacks its signature");
  NoteSignature signature;
  signature.name = line.substr(0, space);
  if (!is_key_name(signature.name)) return malformed("a signature line has no proper key name");
  auto bytes = base::from_base64(line.substr(space + 1));
  if (!bytes) return malformed("a signature is not in canonical base64");
  if (bytes->size() <= kKeyIdSize) return malformed("a signature is too short");
  for (std::size_t i = 0; i < kKeyIdSize; ++i) signature.key_id = (signature.key_id << 8) | (*bytes)[i];
  signature.bytes.assign(bytes->begin() + kKeyIdSize, bytes->end());
  return signature;
}

bool is_by(const NoteSignature& signature, const NoteVerifier& verifier) {
  return signature.key_id == verifier.key_id() && signature.name == verifier.name();
}

Result<void> check_unambiguous(std::span<const NoteVerifier> verifiers) {
  for (std::size_t i = 0; i < verifiers.size(); ++i) {
    for (std::size_t j = i + 1; j < verifiers.size(); ++j) {
      if (verifiers[i].key_id() == verifiers[j].key_id() && verifiers[i].name() == verifiers[j].name())
        return fail(Code::invalid_argument, fmt::format("the key {}+{:08x} was given twice",
                                                        verifiers[i].name(), verifiers[i].key_id()));
    }
  }
  return {};
}

bool has(const std::vector<VerifiedSignature>& verified, const NoteVerifier& verifier) {
  return std::any_of(verified.begin(), verified.end(), [&](const VerifiedSignature& one) {
    return one.key_id == verifier.key_id() && one.name == verifier.name();
  });
}

}  // namespace

Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > kNoteBytesMax)
    return fail(Code::resource_exhausted, fmt::format("a signed note has at most {} bytes", kNoteBytesMax));
  if (!is_note_text(bytes)) return malformed("it is not UTF-8 or holds a control character");
  const auto gap = bytes.rfind("\n\n");
  if (gap == std::string_view::npos) return malformed("no empty line stands before the signatures");
  Note note;
  note.text = bytes.substr(0, gap + 1);
  auto rest = bytes.substr(gap + 2);
  if (rest.empty()) return malformed("it has no signature");
  while (const auto line = take_line(rest)) {
    if (note.signatures.size() == kNoteSignaturesMax)
      return fail(Code::resource_exhausted,
                  fmt::format("a signed note has at most {} signatures", kNoteSignaturesMax));
    TRY_ASSIGN(auto signature, parse_signature(*line));
    note.signatures.push_back(std::move(signature));
  }
  if (!rest.empty()) return malformed("its last line does not end in a line feed");
  return note;
}

Result<OpenedNote> open_note(std::string_view bytes, std::span<const NoteVerifier> verifiers) {
  TRY(check_unambiguous(verifiers));
  TRY_ASSIGN(auto note, parse_note(bytes));
  OpenedNote opened;
  for (auto& signature : note.signatures) {
    const auto verifier = std::find_if(verifiers.begin(), verifiers.end(),
                                       [&](const NoteVerifier& one) { return is_by(signature, one); });
    if (verifier == verifiers.end()) {
      opened.unverified.push_back(std::move(signature));
      continue;
    }
    if (!verifier->verify(note.text, signature.bytes))
      return fail(Code::data_loss,
                  fmt::format("the signature by {} (key {:08x}) is wrong: the note was altered or was not "
                              "signed by this key",
                              signature.name, signature.key_id));
    if (!has(opened.verified, *verifier))
      opened.verified.push_back(
          {signature.name, signature.key_id, verifier->type(), verifier->time_of(signature.bytes)});
  }
  if (opened.verified.empty())
    return fail(Code::permission_denied, "the note is not signed by any of the known keys");
  opened.text = std::move(note.text);
  return opened;
}

Result<std::string> sign_note(std::string_view text, std::span<const NoteSigner> signers) {
  if (text.empty() || text.back() != '\n' || !is_note_text(text))
    return fail(Code::invalid_argument,
                "a text to be signed must be UTF-8 lines without control characters, the last one ended");
  std::string note = fmt::format("{}\n", text);
  for (const auto& signer : signers) {
    const NoteSignature signature{signer.name(), signer.key_id(), signer.sign(text)};
    note += format_signatures({&signature, 1});
  }
  return note;
}

std::string format_signatures(std::span<const NoteSignature> signatures) {
  std::string lines;
  for (const auto& signature : signatures) {
    std::vector<std::uint8_t> bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
      bytes.push_back(static_cast<std::uint8_t>(signature.key_id >> shift));
    bytes.insert(bytes.end(), signature.bytes.begin(), signature.bytes.end());
    lines += fmt::format("{}{} {}\n", kDash, signature.name, base::to_base64(bytes));
  }
  return lines;
}

}  // namespace countersign::tree
