#include "ledger/vault/kek.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/aead.h"
#include "ledger/crypto/digest.h"
#include "ledger/crypto/pkcs11.h"
#include "ledger/vault/credentials.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::vault {
namespace {

using base::Code;
using base::fail;

constexpr std::string_view kCredential = "credential:", kToken = "pkcs11:";
constexpr std::uint64_t kFileBytesMax = 1024;
constexpr std::string_view kSealedHead = "countersign-sealed-key/1\n";
constexpr std::string_view kSealedBinding = "countersign/sealed-kek/v1";
constexpr std::string_view kWithout =
    "; without it personal values and the sources' secrets cannot be read. Nothing was changed";

bool is_credential_name(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name.front() != '.' &&
         name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
             std::string_view::npos;
}

base::Result<std::filesystem::path> credential_file(const std::string& name) {
  const auto folder = credentials_folder();
  if (folder.empty())
    return fail(Code::failed_precondition,
                fmt::format("keys.vault is the credential {0}, but systemd handed over none "
                            "($CREDENTIALS_DIRECTORY is not set). The unit needs LoadCredential={0}:PATH; a "
                            "command finds it while countersign.service runs, as the user of that service",
                            name));
  return folder / name;
}

/// A key's 64 hexadecimal digits; the text is wiped.
base::Result<crypto::Secret> parse_key(std::string& text, const std::string& where) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  auto bytes = base::from_hex(text);
  std::fill(text.begin(), text.end(), '\0');
  if (!bytes || bytes->size() != crypto::Aead::kKeySize)
    return fail(
        Code::invalid_argument,
        fmt::format("{} must hold 64 hexadecimal digits and nothing else: it is damaged; put back its "
                    "copy (setting keys.vault). Nothing was changed",
                    where));
  return crypto::Secret(std::move(*bytes));
}

base::Result<crypto::Secret> read_credential(const std::string& name) {
  TRY_ASSIGN(const auto path, credential_file(name));
  auto text = base::read_file(path, kFileBytesMax);
  if (!text && text.error().code == Code::not_found)
    return fail(Code::not_found,
                fmt::format("the credential {0} (setting keys.vault) is not among those that systemd handed "
                            "over: {1} is missing. The unit needs LoadCredential={0}:PATH{2}",
                            name, path.string(), kWithout));
  if (!text) return fail(text.error());
  return parse_key(*text, "the credential " + name);
}

base::Result<crypto::Secret> read_sealed(const std::filesystem::path& path, const crypto::Pkcs11Key& token) {
  TRY_ASSIGN(const auto text, base::read_file(path, kFileBytesMax));
  const auto damaged = [&](std::string_view why) {
    return fail(Code::data_loss,
                fmt::format("the sealed key-encryption key {} {}; put back its copy (setting "
                            "keys.vault_sealed), or the token that sealed it. Nothing was "
                            "changed",
                            path.string(), why));
  };
  if (!text.starts_with(kSealedHead) || !text.ends_with('\n')) return damaged("is cut short or damaged");
  const auto sealed = base::from_base64(
      std::string_view(text).substr(kSealedHead.size(), text.size() - kSealedHead.size() - 1));
  if (!sealed || sealed->size() != crypto::Aead::kKeySize + crypto::Aead::kOverhead)
    return damaged("is cut short or damaged");
  auto key = token.unseal(*sealed, kSealedBinding);
  if (!key && key.error().code == Code::data_loss)
    return damaged("does not open: " + std::string(key.error().message));
  if (!key) return fail(key.error());
  if (key->size() != crypto::Aead::kKeySize) return damaged("holds no key");
  return key;
}

/// The keys of one kind of source: `next` first, so that a rotation that ends in between is not missed.
template <class Read>
base::Result<Kek> read_both(const KekSource& source, Read read) {
  std::vector<crypto::Secret> keys;
  auto next = read(source.next());
  if (next) {
    keys.push_back(std::move(*next));
  } else if (next.error().code != Code::not_found) {
    return fail(next.error());
  }
  auto current = read(source);
  // Once everything is sealed anew, the next one alone is enough.
  if (!current && (keys.empty() || current.error().code != Code::not_found)) return fail(current.error());
  if (current && (keys.empty() || !crypto::equal_in_constant_time(keys[0].view(), current->view())))
    keys.push_back(std::move(*current));
  return Kek(std::move(keys), source);
}

}  // namespace

std::string KekSource::text() const {
  switch (kind) {
    case Kind::file:
      return file.string();
    case Kind::credential:
      return "the credential " + name;
    case Kind::token:
      return file.string() + ", sealed by a PKCS #11 token";
  }
  return {};
}

KekSource KekSource::next() const {
  KekSource out = *this;
  if (kind == Kind::credential) {
    out.name += ".next";
  } else {
    out.file += ".next";
  }
  return out;
}

base::Result<KekSource> parse_kek_source(const std::string& text, const std::filesystem::path& folder,
                                         const std::filesystem::path& sealed) {
  KekSource out;
  if (text.starts_with(kCredential)) {
    out.kind = KekSource::Kind::credential;
    out.name = text.substr(kCredential.size());
    if (!is_credential_name(out.name))
      return fail(Code::invalid_argument,
                  "keys.vault must name a credential as LoadCredential= does: credential:NAME, of letters, "
                  "digits, '.', '_' and '-'");
    return out;
  }
  if (text.starts_with(kToken)) {
    if (sealed.empty())
      return fail(
          Code::invalid_argument,
          "keys.vault names a PKCS #11 token, so keys.vault_sealed must name the file with the sealed "
          "key; make it with: countersign key seal-kek");
    out.kind = KekSource::Kind::token;
    out.name = text;
    out.file = sealed;
    return out;
  }
  if (!text.empty()) out.file = folder / text;
  return out;
}

Kek::Kek(const crypto::Secret& key) {
  std::vector<crypto::Secret> keys;
  keys.emplace_back(key.view());
  keys_ = std::make_shared<const std::vector<crypto::Secret>>(std::move(keys));
}

Kek::Kek(std::vector<crypto::Secret> keys, KekSource source)
    : keys_(std::make_shared<const std::vector<crypto::Secret>>(std::move(keys))),
      source_(std::move(source)) {}

Kek Kek::with(const std::vector<crypto::Secret>& older) const {
  std::vector<crypto::Secret> keys;
  for (const auto* some : {&all(), &older}) {
    for (const auto& key : *some) keys.emplace_back(key.view());
  }
  Kek out(std::move(keys), {});
  out.source_ = source_;
  return out;
}

base::Result<crypto::Secret> Kek::open(base::Bytes sealed, std::string_view associated) const {
  base::Result<crypto::Secret> opened;
  for (const auto& key : *keys_) {
    opened = crypto::Aead(key).open(sealed, associated);
    if (opened) break;
  }
  return opened;
}

bool Kek::newest_opens(base::Bytes sealed, std::string_view associated) const {
  return crypto::Aead(newest()).open(sealed, associated).has_value();
}

std::string Kek::oldest_id() const { return key_id(keys_->back()); }

std::string Kek::text() const { return source_ ? source_->text() : "the key that was given"; }

base::Result<Kek> Kek::read_again() const {
  if (!source_) return *this;
  return read_key_encryption_key(*source_);
}

base::Result<Kek> read_key_encryption_key(const KekSource& source) {
  if (source.kind == KekSource::Kind::file)
    return read_both(source, [](const KekSource& one) { return read_key_encryption_key(one.file); });
  if (source.kind == KekSource::Kind::credential) {
    TRY(credential_file(source.name));
    return read_both(source, [](const KekSource& one) { return read_credential(one.name); });
  }
  std::error_code ignored;
  if (!std::filesystem::exists(source.file, ignored) && !std::filesystem::exists(source.next().file, ignored))
    return fail(
        Code::not_found,
        fmt::format("the sealed key-encryption key {} (setting keys.vault_sealed) is not there; put back "
                    "its copy, or make it with: countersign key seal-kek{}",
                    source.file.string(), kWithout));
  TRY_ASSIGN(const auto token, crypto::Pkcs11Key::open(source.name));
  return read_both(source, [&](const KekSource& one) { return read_sealed(one.file, token); });
}

base::Result<crypto::Secret> read_key_encryption_key(const std::filesystem::path& path) {
  TRY(base::check_owner_alone_reads(path));
  auto text = base::read_file(path, kFileBytesMax);
  if (!text && text.error().code == Code::not_found)
    return fail(
        Code::not_found,
        fmt::format("the key-encryption key {} (setting keys.vault) is not there; put back its copy{}",
                    path.string(), kWithout));
  if (!text) return fail(text.error());
  return parse_key(*text, path.string());
}

base::Result<void> create_key_encryption_key(const std::filesystem::path& path,
                                             const crypto::Entropy& entropy) {
  std::vector<std::uint8_t> bytes(crypto::Aead::kKeySize);
  entropy(bytes);
  return store_key_encryption_key({KekSource::Kind::file, path, {}}, crypto::Secret(std::move(bytes)),
                                  entropy);
}

base::Result<void> store_key_encryption_key(const KekSource& source, const crypto::Secret& key,
                                            const crypto::Entropy& entropy) {
  if (source.kind == KekSource::Kind::credential)
    return fail(Code::failed_precondition,
                fmt::format("the credential {} is systemd's: it cannot be written from here", source.name));
  if (source.kind == KekSource::Kind::file) {
    auto text = base::to_hex(key.view()) + "\n";
    auto done = base::create_file_durably(source.file, text, base::FileMode::secret);
    std::fill(text.begin(), text.end(), '\0');
    return done;
  }
  TRY_ASSIGN(const auto token, crypto::Pkcs11Key::open(source.name));
  TRY_ASSIGN(const auto sealed, token.seal(key.view(), kSealedBinding, entropy));
  TRY_ASSIGN(const auto opened, token.unseal(sealed, kSealedBinding));
  if (!crypto::equal_in_constant_time(opened.view(), key.view()))
    return fail(Code::internal, "the PKCS #11 token does not give back what it sealed");
  return base::create_file_durably(source.file, std::string(kSealedHead) + base::to_base64(sealed) + "\n",
                                   base::FileMode::secret);
}

std::string key_id(const crypto::Secret& key) {
  const auto digest = crypto::hmac_sha256(key.view(), {"countersign/key-id/v1"});
  return base::to_hex(digest.view().first(8));
}

}  // namespace countersign::vault
