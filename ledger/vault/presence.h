#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/sqlite/connection.h"

#include <filesystem>

namespace countersign::vault {

/// Tells which values of a tenant a region's vault still has, without opening any: needs no key. One thread
/// at a time.
class Presence {
 public:
  /// not_found where there is no vault.
  static base::Result<Presence> open(const std::filesystem::path& vault_file);

  /// Whether the value behind a token is there. False where it was erased or never was.
  base::Result<bool> has(const base::TenantId& tenant, const base::Digest& token);

 private:
  Presence(sqlite::Connection connection, sqlite::Statement by_token)
      : connection_(std::move(connection)), by_token_(std::move(by_token)) {}

  sqlite::Connection connection_;
  sqlite::Statement by_token_;
};

}  // namespace countersign::vault
