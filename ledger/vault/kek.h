#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::vault {

/// Where the key-encryption key (KEK) comes from: what the setting keys.vault says.
struct KekSource {
  enum class Kind {
    file,        ///< a file of 64 hexadecimal digits that only its owner can read
    credential,  ///< the same, as a credential that systemd hands over (LoadCredential=, systemd.exec(5))
    token,       ///< a file that a PKCS #11 token has sealed and can open
  };
  Kind kind = Kind::file;
  std::filesystem::path file;  ///< the key; of a token: the key as it is sealed (keys.vault_sealed)
  std::string name;            ///< of a credential; of a token its URI (RFC 7512)

  /// For messages: what the key comes from. Holds no secret.
  std::string text() const;
  /// Where the next key stands while a rotation is under way: `<file>.next`, or the credential `<name>.next`.
  KekSource next() const;
};

/// Reads a setting: `credential:NAME`, `pkcs11:…`, else a path from `folder`. `sealed` is needed for a token.
base::Result<KekSource> parse_kek_source(const std::string& text, const std::filesystem::path& folder,
                                         const std::filesystem::path& sealed);

/// The key-encryption keys that hold now: the newest and, while it takes the other's place, the one before. A
/// handle, cheap to copy; const calls are thread-safe.
class Kek {
 public:
  explicit Kek(const crypto::Secret& key);
  /// Newest first, not empty.
  Kek(std::vector<crypto::Secret> keys, KekSource source);

  /// What to seal with.
  const crypto::Secret& newest() const { return keys_->front(); }
  const std::vector<crypto::Secret>& all() const { return *keys_; }
  /// The same, and `older` behind them, to open what they have sealed.
  Kek with(const std::vector<crypto::Secret>& older) const;
  /// Opens what any of them has sealed (see crypto::Aead); data_loss where none did.
  base::Result<crypto::Secret> open(base::Bytes sealed, std::string_view associated) const;
  bool newest_opens(base::Bytes sealed, std::string_view associated) const;
  /// While a rotation is under way there are two.
  std::size_t size() const { return keys_->size(); }
  /// key_id() of the one that is retired, where there are two.
  std::string oldest_id() const;
  /// For messages.
  std::string text() const;
  /// Read again from where it came; the same where it came from nowhere.
  base::Result<Kek> read_again() const;

 private:
  std::shared_ptr<const std::vector<crypto::Secret>> keys_;
  std::optional<KekSource> source_;
};

/// Reads the key-encryption key, and the next one where a rotation is under way. Changes nothing. Each error
/// says what is wrong with which file, credential or token and how to mend it: not_found, failed_precondition
/// (others can read it, no credentials folder), invalid_argument (damaged), data_loss (a sealed file that the
/// token does not open), and those of crypto::Pkcs11Key::open.
base::Result<Kek> read_key_encryption_key(const KekSource& source);

/// As above, of a file alone.
base::Result<crypto::Secret> read_key_encryption_key(const std::filesystem::path& path);

/// Makes such a file; fails where there is one.
base::Result<void> create_key_encryption_key(const std::filesystem::path& path,
                                             const crypto::Entropy& entropy);

/// Writes a key to where `source` takes it from: a file, or sealed by its token. already_exists where there
/// is one; failed_precondition for a credential, which only systemd can hand over.
base::Result<void> store_key_encryption_key(const KekSource& source, const crypto::Secret& key,
                                            const crypto::Entropy& entropy);

/// Tells keys apart in lists and records without telling anything of them: 16 hexadecimal digits of
/// HMAC-SHA-256 under the key.
std::string key_id(const crypto::Secret& key);

}  // namespace countersign::vault
