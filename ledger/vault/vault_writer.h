#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "ledger/record/event_schema.h"
#include "ledger/vault/keys.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::vault {

/// The one read-write connection to a region's vault.sqlite; lives on the ledger's thread. Values are added
/// inside a transaction that the caller brackets with begin() and commit() or rollback(): a record is
/// committed only after the values behind its tokens are.
class VaultWriter {
 public:
  using TokenText = std::array<char, 43>;

  /// `keys` is kept by reference. `vfs` as in sqlite::OpenOptions.
  static base::Result<VaultWriter> open(const std::filesystem::path& vault_file, const VaultKeys& keys,
                                        crypto::Entropy entropy, const std::string& vfs = {});
  ~VaultWriter();
  VaultWriter(VaultWriter&&) noexcept;
  VaultWriter& operator=(VaultWriter&&) noexcept;

  base::Result<void> begin();

  /// The token of a value, made with a fresh salt the first time that the tenant's vault sees it. `lookup` is
  /// lookup_of() the value, computed by the caller on another thread.
  base::Result<TokenText> token_for(std::string_view tenant, record::Kind kind, const base::Digest& lookup,
                                    std::string_view value);

  /// The token of a value that the vault has; nothing is made. Empty where it has none.
  base::Result<std::optional<TokenText>> known_token(const base::Digest& lookup);

  /// Deletes the value behind a token, so that neither the file nor the cache of tokens has it any more.
  /// Whether there was one. Between begin() and commit(); empty_wal() and scrub() then leave no byte of it.
  base::Result<bool> erase(std::string_view tenant, std::string_view token);

  /// Makes what was added durable; without any addition it costs nothing. Errors as
  /// sqlite::Transaction::commit.
  base::Result<void> commit();

  /// Forgets what was added since begin().
  void rollback();

  /// After a commit: moves the WAL once it has grown past `pages`.
  void move_wal(int pages);
  base::Result<void> empty_wal();

  /// After empty_wal(): leaves no byte in the file that belongs to no row. See sqlite::Connection::scrub.
  base::Result<void> scrub();

 private:
  struct Impl;
  explicit VaultWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::vault
