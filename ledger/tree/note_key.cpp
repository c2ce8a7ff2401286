#include "ledger/tree/note_key.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "ledger/tree/text_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace countersign::tree {
namespace {

using base::Code;
using base::fail;
using base::Result;

constexpr std::string_view kPrivatePrefix = "PRIVATE+KEY+";
constexpr std::size_t kTimeSize = 8;
constexpr std::size_t kSignatureSize = 64;

/// What a cosignature signs (C2SP tlog-cosignature).
std::string cosigned_message(std::int64_t time, std::string_view text) {
  return fmt::format("cosignature/v1\ntime {}\n{}", time, text);
}

void append_big_endian(std::vector<std::uint8_t>& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(number >> shift));
}

/// The three parts of a key's text. `material` is type || key, still in base64.
struct KeyText {
  std::string_view name;
  std::string_view id;
  std::string_view material;
};

Result<KeyText> split_key(std::string_view text) {
  KeyText parts;
  const auto name_end = text.find('+');
  const auto id_end = name_end == std::string_view::npos ? name_end : text.find('+', name_end + 1);
  if (id_end == std::string_view::npos)
    return fail(Code::invalid_argument, "not a note key: it is spelt <name>+<key ID>+<base64>");
  parts.name = text.substr(0, name_end);
  parts.id = text.substr(name_end + 1, id_end - name_end - 1);
  parts.material = text.substr(id_end + 1);
  if (!is_key_name(parts.name))
    return fail(Code::invalid_argument, "a note key's name must be UTF-8 without white space and '+'");
  return parts;
}

/// The 32 bytes behind the type, and the type. `material` has 33 bytes.
Result<NoteKeyType> type_of(base::Bytes material) {
  if (!material.empty() && material[0] != static_cast<std::uint8_t>(NoteKeyType::ed25519) &&
      material[0] != static_cast<std::uint8_t>(NoteKeyType::cosignature))
    return fail(
        Code::invalid_argument,
        fmt::format("a note key of type 0x{:02x} is not supported, only Ed25519 (0x01) and timestamped "
                    "cosignatures (0x04)",
                    material[0]));
  if (material.size() != 33) return fail(Code::invalid_argument, "an Ed25519 note key has 33 bytes");
  return static_cast<NoteKeyType>(material[0]);
}

Result<void> check_id(std::string_view id, std::uint32_t wanted) {
  if (id == fmt::format("{:08x}", wanted)) return {};
  return fail(Code::invalid_argument,
              fmt::format("the key ID of a note key must be {:08x} for its name and key", wanted));
}

}  // namespace

std::uint32_t note_key_id(std::string_view name, NoteKeyType type, const crypto::Ed25519PublicKey& key) {
  crypto::Sha256 hasher;
  hasher.update(name).update(std::uint8_t{'\n'}).update(static_cast<std::uint8_t>(type));
  const auto hash = hasher.update(base::Bytes(key)).finish();
  return (std::uint32_t{hash.bytes[0]} << 24) | (std::uint32_t{hash.bytes[1]} << 16) |
         (std::uint32_t{hash.bytes[2]} << 8) | hash.bytes[3];
}

NoteVerifier::NoteVerifier(std::string name, NoteKeyType type, const crypto::Ed25519PublicKey& key)
    : name_(std::move(name)), type_(type), key_(key), key_id_(note_key_id(name_, type, key)) {}

Result<NoteVerifier> NoteVerifier::make(std::string name, NoteKeyType type,
                                        const crypto::Ed25519PublicKey& key) {
  if (!is_key_name(name))
    return fail(Code::invalid_argument, "a note key's name must be UTF-8 without white space and '+'");
  return NoteVerifier(std::move(name), type, key);
}

Result<NoteVerifier> NoteVerifier::parse(std::string_view vkey) {
  TRY_ASSIGN(const auto parts, split_key(vkey));
  TRY_ASSIGN(const auto material, base::from_base64(parts.material));
  TRY_ASSIGN(const auto type, type_of(material));
  crypto::Ed25519PublicKey key;
  std::copy(material.begin() + 1, material.end(), key.begin());
  NoteVerifier verifier(std::string(parts.name), type, key);
  TRY(check_id(parts.id, verifier.key_id_));
  return verifier;
}

std::string NoteVerifier::to_vkey() const {
  std::vector<std::uint8_t> material{static_cast<std::uint8_t>(type_)};
  material.insert(material.end(), key_.begin(), key_.end());
  return fmt::format("{}+{:08x}+{}", name_, key_id_, base::to_base64(material));
}

bool NoteVerifier::verify(std::string_view text, base::Bytes signature) const {
  if (type_ == NoteKeyType::ed25519) return crypto::verify_ed25519(key_, text, signature);
  const auto time = time_of(signature);
  return time && crypto::verify_ed25519(key_, cosigned_message(*time, text), signature.subspan(kTimeSize));
}

std::optional<std::int64_t> NoteVerifier::time_of(base::Bytes signature) const {
  if (type_ != NoteKeyType::cosignature || signature.size() != kTimeSize + kSignatureSize)
    return std::nullopt;
  std::uint64_t time = 0;
  for (const auto byte : signature.first(kTimeSize)) time = (time << 8) | byte;
  if ((time >> 63) != 0) return std::nullopt;
  return static_cast<std::int64_t>(time);
}

NoteSigner::NoteSigner(std::string name, const crypto::Ed25519Key& key) : name_(std::move(name)), key_(&key) {
  if (!is_key_name(name_)) std::abort();
}

NoteSigner NoteSigner::cosigner(std::string name, const crypto::Ed25519Key& key, std::int64_t time) {
  if (time < 0) std::abort();
  NoteSigner signer(std::move(name), key);
  signer.time_ = time;
  return signer;
}

std::uint32_t NoteSigner::key_id() const {
  return note_key_id(name_, time_ ? NoteKeyType::cosignature : NoteKeyType::ed25519, key_->public_key());
}

std::vector<std::uint8_t> NoteSigner::sign(std::string_view text) const {
  std::vector<std::uint8_t> out;
  if (time_) append_big_endian(out, static_cast<std::uint64_t>(*time_));
  const auto signature = time_ ? key_->sign(cosigned_message(*time_, text)) : key_->sign(text);
  out.insert(out.end(), signature.begin(), signature.end());
  return out;
}

crypto::Secret encode_private_key(std::string_view name, NoteKeyType type, const crypto::Ed25519Key& key) {
  if (!is_key_name(name)) std::abort();
  std::vector<std::uint8_t> material{static_cast<std::uint8_t>(type)};
  material.reserve(33);
  material.insert(material.end(), key.seed().begin(), key.seed().end());
  const crypto::Secret secret(std::move(material));
  auto encoded = base::to_base64(secret.view());
  auto text = fmt::format("{}{}+{:08x}+", kPrivatePrefix, name, note_key_id(name, type, key.public_key()));
  text += encoded;
  crypto::Secret out(base::bytes_of(text));
  // Through a volatile pointer, so that the compiler does not take the wiping for a dead store.
  for (auto* copy : {&encoded, &text})
    std::fill_n(static_cast<volatile char*>(copy->data()), copy->size(), '\0');
  return out;
}

Result<PrivateNoteKey> parse_private_key(std::string_view text) {
  if (!text.starts_with(kPrivatePrefix))
    return fail(Code::invalid_argument, "not a private note key: it begins with PRIVATE+KEY+");
  TRY_ASSIGN(const auto parts, split_key(text.substr(kPrivatePrefix.size())));
  TRY_ASSIGN(auto bytes, base::from_base64(parts.material));
  const crypto::Secret material(std::move(bytes));
  TRY_ASSIGN(const auto type, type_of(material.view()));
  TRY_ASSIGN(auto key, crypto::Ed25519Key::from_seed(material.view().subspan(1)));
  TRY(check_id(parts.id, note_key_id(parts.name, type, key.public_key())));
  return PrivateNoteKey{std::string(parts.name), type, std::move(key)};
}

}  // namespace countersign::tree
