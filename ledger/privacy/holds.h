#pragma once

#include "ledger/base/open_file.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/store/erasure.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace countersign::privacy {

/// A legal hold: what it covers is not erased as long as it stands. It names no person, only tokens.
struct Hold {
  std::string name;  ///< [a-z0-9][a-z0-9-]{0,63}, such as `case-2026-17`
  base::Timestamp time;
  base::TenantId tenant;
  std::vector<std::string> tokens;  ///< of a person; empty: everything that the tenant has
};

/// The holds of a region: a folder outside the region's, one file for each, so that an older copy of the
/// region does not forget one. Different processes may use it at once.
class Holds {
 public:
  explicit Holds(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Makes a hold durable; already_exists where one of its name stands, invalid_argument for a name of
  /// another form.
  base::Result<void> add(const Hold& hold);

  /// not_found where none of that name stands.
  base::Result<void> release(const std::string& name);

  /// All of them, by name. data_loss where a file is none: it names it.
  base::Result<std::vector<Hold>> list() const;

  /// Waits until no other process looks at the holds or changes them, and keeps it so for as long as the file
  /// is open: who places a hold and who decides an erasure each look and write under it.
  base::Result<base::OpenFile> lock() const;

  /// The first hold that covers something of the order; empty where none does.
  base::Result<std::optional<Hold>> covering(const store::ErasureOrder& order) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace countersign::privacy
