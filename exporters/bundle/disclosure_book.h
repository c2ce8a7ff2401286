#pragma once

#include "exporters/csv/events.h"
#include "exporters/csv/recent_values.h"
#include "exporters/jsonl/disclosure_scope.h"
#include "ledger/base/result.h"
#include "ledger/vault/vault_reader.h"

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::bundle {

/// What of the vault goes into a bundle.
struct Opening {
  bool masked = false;  ///< masks of the values, not the values
  jsonl::DisclosureScope scope = {};
  /// The tokens that the scope opens, where it names records or tokens; absent: any.
  std::optional<std::set<std::string, std::less<>>> tokens = {};
};

/// Looks values up in the vault for the table, and writes each that it gives out, or its mask, into a line at
/// its first use. Memory is bounded: of the tokens met, 16 bytes each are kept, up to kKnownMax; a token met
/// after that may be written more than once, which readers of the files allow. One thread at a time.
class DisclosureBook final : public csv::DisclosedValues {
 public:
  static constexpr std::size_t kKnownMax = 1'000'000;

  /// Lines go to `lines`, which the caller empties. All but `tenant` outlive the book.
  DisclosureBook(vault::VaultReader& vault, base::TenantId tenant, std::string& lines,
                 const Opening& opening);

  base::Result<std::optional<std::string_view>> find(const record::TokenAt& token) override;

  std::uint64_t lines_written() const { return written_; }
  /// How often find() has given something out.
  std::uint64_t given_out() const { return given_out_; }

 private:
  using Key = std::array<char, 16>;
  void note(const vault::Disclosure& found, std::string_view shown);
  bool is_known(const Key& key);
  void remember(const Key& key);
  void grow();
  static std::uint64_t hash_of(const Key& key);

  vault::VaultReader& vault_;
  base::TenantId tenant_;
  std::string& lines_;
  const Opening& opening_;
  std::uint64_t written_ = 0;
  std::uint64_t given_out_ = 0;
  csv::RecentValues recent_;
  std::vector<Key> known_;  ///< open addressing; a key of zeros is a free place
  std::size_t known_count_ = 0;
};

}  // namespace countersign::bundle
