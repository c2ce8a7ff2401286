#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/record/event_schema.h"
#include "ledger/vault/keys.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::vault {

/// What opens a token: SHA-256 over kind, salt and value is the token (see ledger/record/token.h).
struct Disclosure {
  std::string token;  ///< 43 characters
  record::Kind kind = record::Kind::user;
  std::array<std::uint8_t, 32> salt{};
  std::string value;
};

/// Reads one region's vault.sqlite beside the writer. One thread at a time.
class VaultReader {
 public:
  /// A rotation of the keys, before or while this is open, is followed.
  static base::Result<VaultReader> open(const std::filesystem::path& vault_file, const VaultKeys& keys);
  ~VaultReader();
  VaultReader(VaultReader&&) noexcept;
  VaultReader& operator=(VaultReader&&) noexcept;

  /// The value behind a token of a tenant; empty where it was erased or never was. data_loss where the row
  /// does not open.
  base::Result<std::optional<Disclosure>> disclose(const base::TenantId& tenant, std::string_view token);

  /// Called with each value that the tenant's records can hold; the views are valid during the call.
  using Visit =
      std::function<base::Result<void>(record::Kind kind, std::string_view token, std::string_view value)>;
  /// Reads all values of a tenant, in no order. Errors as disclose(), and those of `visit`.
  base::Result<void> read_all(const base::TenantId& tenant, const Visit& visit);

  /// The token of a value, if the tenant's records can hold one.
  base::Result<std::optional<std::string>> find(const base::TenantId& tenant, record::Kind kind,
                                                std::string_view value);

 private:
  struct Impl;
  explicit VaultReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::vault
