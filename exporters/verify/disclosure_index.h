#pragma once

#include "exporters/csv/events.h"
#include "exporters/csv/recent_values.h"
#include "ledger/base/open_file.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::verify {

/// Where each token is disclosed in data/disclosures.jsonl: about 50 bytes for each different token. Built by
/// one thread; then any thread may look up.
class DisclosureIndex {
 public:
  /// Reads the file and recomputes every token; data_loss, with the line, for the first that is wrong.
  static base::Result<DisclosureIndex> load(const std::filesystem::path& path);

  std::uint64_t lines() const { return lines_; }
  /// The line that discloses a token, which then counts as used; empty where none does.
  base::Result<std::optional<std::string>> ask(std::string_view token) const;
  /// How many different tokens no look-up asked for: values disclosed that stand in no record.
  std::uint64_t unused() const;

 private:
  struct Slot {
    base::Digest token;
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;  ///< of the line; 0: the slot is free
  };
  explicit DisclosureIndex(base::OpenFile file) : file_(std::move(file)), slots_(1024) {}
  base::Result<void> add(std::string_view line, std::uint64_t offset);
  std::size_t place_of(const base::Digest& token) const;
  void grow();

  base::OpenFile file_;
  std::uint64_t lines_ = 0;
  std::size_t used_ = 0;
  std::vector<Slot> slots_;
  std::unique_ptr<std::atomic<bool>[]> asked_;  ///< one for each slot, made when all is read
};

/// The values of an index, for one thread, with those that were asked for last kept.
class IndexedValues final : public csv::DisclosedValues {
 public:
  explicit IndexedValues(const DisclosureIndex& index) : index_(index) {}

  /// data_loss where the token is disclosed as another kind of value than belongs where it stands.
  base::Result<std::optional<std::string_view>> find(const record::TokenAt& token) override;

 private:
  const DisclosureIndex& index_;
  csv::RecentValues recent_;
};

}  // namespace countersign::verify
