#include "apps/keys.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/note.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

/// The one of the file's key and the next that is `wanted`.
base::Result<CheckpointKeyPtr> key_of_ledger(const std::filesystem::path& file, std::string_view setting,
                                             const tree::NoteVerifier& wanted,
                                             const store::LedgerIdentity& identity) {
  std::error_code ignored;
  if (const auto next = next_of(file); std::filesystem::exists(next, ignored)) {
    TRY_ASSIGN(auto key, read_log_key(next, setting));
    if (key->public_key() == wanted.public_key()) return key;
  }
  TRY_ASSIGN(auto key, read_log_key(file, setting));
  if (key->public_key() == wanted.public_key()) return key;
  return fail(
      Code::failed_precondition,
      fmt::format("{} (setting {}) holds the key {}, but the ledger of {}/{} is signed with the key {}: put "
                  "back the file that belongs to it. Nothing was changed",
                  file.string(), setting, public_key_id(key->public_key()), identity.origin,
                  identity.region.value(), public_key_id(wanted.public_key())));
}

}  // namespace

base::Result<void> create_log_key(const std::filesystem::path& file, const std::string& origin,
                                  const crypto::Entropy& entropy) {
  const auto key = crypto::Ed25519Key::generate(entropy);
  const auto text = tree::encode_private_key(origin, tree::NoteKeyType::ed25519, key);
  return base::create_file_durably(file, std::string(base::text_of(text.view())) + "\n",
                                   base::FileMode::secret);
}

base::Result<CheckpointKeyPtr> read_log_key(const std::filesystem::path& file, std::string_view setting) {
  TRY_ASSIGN(auto read, read_private_key(file, setting));
  return std::make_shared<const crypto::Ed25519Key>(std::move(read.key));
}

std::vector<crypto::Ed25519PublicKey> younger_log_keys(const Config& config) {
  const auto key = read_log_key(config.keys.log, "keys.log");
  return key ? std::vector{(*key)->public_key()} : std::vector<crypto::Ed25519PublicKey>();
}

base::Result<tree::PrivateNoteKey> read_private_key(const std::filesystem::path& file,
                                                    std::string_view setting) {
  TRY(base::check_owner_alone_reads(file));
  auto text = base::read_file(file, 4096);
  if (!text && text.error().code == Code::not_found)
    return fail(
        Code::not_found,
        fmt::format("{} (setting {}) is not there; put back its copy: without it no checkpoint can be "
                    "signed. Nothing was changed",
                    file.string(), setting));
  if (!text) return fail(text.error());
  const crypto::Secret kept(base::bytes_of(*text));
  std::fill(text->begin(), text->end(), '\0');
  std::string_view line = base::text_of(kept.view());
  if (line.ends_with('\n')) line.remove_suffix(1);
  auto parsed = tree::parse_private_key(line);
  if (!parsed)
    return fail(fmt::format("{} (setting {}) is damaged, put back its copy; nothing was changed",
                            file.string(), setting),
                parsed.error());
  return std::move(*parsed);
}

std::filesystem::path next_of(const std::filesystem::path& file) { return file.string() + ".next"; }

base::Result<LogKeys> read_log_keys(const Config& config) {
  LogKeys keys;
  TRY_ASSIGN(keys.log, read_log_key(config.keys.log, "keys.log"));
  TRY_ASSIGN(keys.clock, read_log_key(config.keys.clock, "keys.clock"));
  return keys;
}

base::Result<LogKeys> read_log_keys(const Config& config, const store::LedgerIdentity& identity) {
  TRY_ASSIGN(const auto chain, key_chain_of(identity));
  LogKeys keys;
  TRY_ASSIGN(keys.log, key_of_ledger(config.keys.log, "keys.log", chain.newest_log_key(), identity));
  TRY_ASSIGN(keys.clock, key_of_ledger(config.keys.clock, "keys.clock", chain.newest_clock_key(), identity));
  return keys;
}

store::CheckpointSigner checkpoint_signer(LogKeys keys) {
  return [keys = std::move(keys)](const base::LogName& log, std::uint64_t size, const base::Digest& root,
                                  std::int64_t time) {
    return tree::sign_checkpoint({log, size, root}, *keys.log, *keys.clock, time);
  };
}

base::Result<tree::KeyChain> key_chain_of(const store::LedgerIdentity& identity) {
  return store::key_chain_of(identity, base::log_name(identity.origin, identity.region,
                                                      base::TenantId(std::string(base::kSystemTenant))));
}

std::string public_key_id(const crypto::Ed25519PublicKey& key) {
  return base::to_hex(crypto::sha256(base::Bytes(key)).view().first(8));
}

base::Result<base::OpenFile> hold_kek(const Config& config) {
  return base::wait_for_lock(config.kek_lock(), base::FileLock::shared);
}

}  // namespace countersign::apps
