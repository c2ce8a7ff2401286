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

  /// Brings an older file to today's version. `keys` is a handle that is shared: a rotation shows in it.
  /// `vfs` as in sqlite::OpenOptions.
  static base::Result<VaultWriter> open(const std::filesystem::path& vault_file, const VaultKeys& keys,
                                        crypto::Entropy entropy, const std::string& vfs = {});
  ~VaultWriter();
  VaultWriter(VaultWriter&&) noexcept;
  VaultWriter& operator=(VaultWriter&&) noexcept;

  base::Result<void> begin();

  /// The token of a value, made with a fresh salt the first time that the tenant's vault sees it. `lookup` is
  /// lookup_of() the value under newest(), computed by the caller on another thread. While keys are rotated,
  /// the value is looked for under the ones before, too.
  base::Result<TokenText> token_for(std::string_view tenant, record::Kind kind, const base::Digest& lookup,
                                    std::string_view value);

  /// The token of a value that the vault has; nothing is made. Empty where it has none.
  base::Result<std::optional<TokenText>> known_token(std::string_view tenant, record::Kind kind,
                                                     const base::Digest& lookup, std::string_view value);

  /// The keys that new values are sealed and filed under; valid until the next begin_rotation().
  const VaultKeys::Generation& newest() const;

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
  /// As empty_wal(), but a reader in the way is hardly waited for: for a thread that others wait for, which
  /// asks again.
  base::Result<void> empty_wal_at_once();

  /// After empty_wal(): leaves no byte in the file that belongs to no row. See sqlite::Connection::scrub.
  base::Result<void> scrub();

  // Rotation of the keys: begin_rotation(), reseal() until it says done, end_rotation(), and put_away() until
  // it succeeds. Each is a transaction of its own; after a crash the next start goes on from rotating() and
  // puts_away(). Not between begin() and commit(). Errors as sqlite::Connection: resource_exhausted and
  // unavailable may be tried again, after any other the outcome is unknown.

  /// Makes the keys of generation `number`, which is newest().number + 1, wrapped by `kek`. Nothing happens
  /// where they are there already.
  base::Result<void> begin_rotation(std::uint32_t number, const Kek& kek);
  /// Whether rows may stand under older keys.
  bool rotating() const;
  enum class Reseal {
    more,     ///< call again
    done,     ///< no row stands under older keys
    blocked,  ///< rows that do not open (or whose value another row has) do, and the older keys stay: see
              ///< unopened()
  };
  /// Looks at the next `rows` rows and seals and files those of older keys anew. Tokens and salts stay.
  base::Result<Reseal> reseal(std::size_t rows);
  std::uint64_t unopened() const;
  /// Deletes the older keys. failed_precondition unless reseal() has said done.
  base::Result<void> end_rotation();
  /// Whether all keys are wrapped with the newest of `kek`.
  base::Result<bool> is_wrapped_by(const Kek& kek) const;
  /// Wraps all keys with the newest of `kek`. Nothing happens where they are already.
  base::Result<void> rewrap(const Kek& kek);
  /// Whether bytes of keys that were put away may still be in the file.
  bool puts_away() const;
  /// Leaves no byte of them. unavailable where a reader kept the WAL.
  base::Result<void> put_away();

 private:
  struct Impl;
  explicit VaultWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::vault
