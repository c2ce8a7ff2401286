#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"
#include "ledger/vault/kek.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace countersign::backup {

/// The keys of the repositories that an appliance has added to, sealed under its key-encryption key, in a
/// file that stays with the appliance. So a repository goes on when another key-encryption key took over,
/// whose rotation cannot reach it. Any process; changes hold a lock on `<file>.lock`. Errors: data_loss where
/// the file is none; those of reading and writing.
class KnownKeys {
 public:
  explicit KnownKeys(std::filesystem::path file) : file_(std::move(file)) {}

  /// The key of a repository in which it stands sealed as `sealed`; empty where it is not known.
  base::Result<std::optional<crypto::Secret>> find(base::Bytes sealed, const vault::Kek& kek) const;
  /// Of how many repositories it knows the key.
  base::Result<std::size_t> count() const;
  /// Nothing happens where it is known.
  base::Result<void> remember(base::Bytes sealed, const crypto::Secret& key, const vault::Kek& kek,
                              const crypto::Entropy& entropy) const;
  /// Seals all of them under the newest of `kek`. Nothing happens where they are already.
  base::Result<void> reseal(const vault::Kek& kek, const crypto::Entropy& entropy) const;

 private:
  using Keys =
      std::map<std::string, std::vector<std::uint8_t>>;  ///< sealed; by SHA-256 of `sealed`, hexadecimal
  base::Result<Keys> read() const;
  base::Result<void> write(const Keys& keys) const;

  std::filesystem::path file_;
};

}  // namespace countersign::backup
