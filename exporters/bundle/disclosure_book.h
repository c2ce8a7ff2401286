#pragma once

#include "exporters/csv/events.h"
#include "exporters/csv/recent_values.h"
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

/// Looks values up in the vault for the table, and writes each that it gives out into disclosures.jsonl at
/// its first use. Memory is bounded: of the tokens met, 16 bytes each are kept, up to kKnownMax; a token met
/// after that may be disclosed more than once, which readers of the file allow. One thread at a time.
class DisclosureBook final : public csv::DisclosedValues {
 public:
  static constexpr std::size_t kKnownMax = 1'000'000;

  /// Lines go to `lines`, which the caller empties. Both outlive the book. `only`: the tokens that are
  /// opened, or null for all.
  DisclosureBook(vault::VaultReader& vault, base::TenantId tenant, std::string& lines,
                 const std::vector<std::string>* only = nullptr);

  base::Result<std::optional<std::string_view>> find(const record::TokenAt& token) override;

  std::uint64_t lines_written() const { return written_; }

 private:
  using Key = std::array<char, 16>;
  void note(const vault::Disclosure& found);
  bool is_known(const Key& key);
  void remember(const Key& key);
  void grow();
  static std::uint64_t hash_of(const Key& key);

  vault::VaultReader& vault_;
  base::TenantId tenant_;
  std::string& lines_;
  std::optional<std::set<std::string, std::less<>>> only_;
  std::uint64_t written_ = 0;
  csv::RecentValues recent_;
  std::vector<Key> known_;  ///< open addressing; a key of zeros is a free place
  std::size_t known_count_ = 0;
};

}  // namespace countersign::bundle
