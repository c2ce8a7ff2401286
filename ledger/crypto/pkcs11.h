#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::crypto {

/// A session with a PKCS #11 token, logged in, and the AES-256 key on it that a URI names (RFC 7512). The key
/// never leaves the token: what is sealed and opened goes to it. Ends the session when it goes. One thread at
/// a time; a second one of the process waits until the first has gone, so a thread must not hold two.
///
/// The URI names the token (`token`, `serial`, …) and the key (`object`, `id`), with `module-path` a module
/// that p11-kit does not know by itself, and with `pin-source` the file that holds the user's PIN.
class Pkcs11Key {
 public:
  /// Opens the session. A wrong PIN is tried once only: a token on which a login has failed is not asked
  /// again before a person has logged in, because tokens lock after a few failures.
  ///
  /// Errors, each with what to do: invalid_argument (the URI does not read, or holds a PIN), unavailable (no
  /// such module, the token is not there), not_found (no such key on the token), permission_denied (the PIN
  /// is wrong, or the token waits for a person), failed_precondition (the key can be extracted, several keys
  /// match), internal (the module failed; the PKCS #11 code is named).
  static base::Result<Pkcs11Key> open(const std::string& uri);
  ~Pkcs11Key();
  Pkcs11Key(Pkcs11Key&&) noexcept;
  Pkcs11Key& operator=(Pkcs11Key&&) noexcept;

  /// Seals with AES-256-GCM on the token (CKM_AES_GCM), bound to `associated`. The form is that of Aead:
  /// nonce[12] || ciphertext || tag[16].
  base::Result<std::vector<std::uint8_t>> seal(base::Bytes plain, std::string_view associated,
                                               const Entropy& entropy) const;
  /// Opens what seal() made. data_loss where it was altered or is sealed under another key.
  base::Result<Secret> unseal(base::Bytes sealed, std::string_view associated) const;

 private:
  struct Impl;
  explicit Pkcs11Key(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::crypto
