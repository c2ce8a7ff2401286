#pragma once

#include "exporters/csv/events.h"
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
  ~DisclosureIndex();
  DisclosureIndex(DisclosureIndex&& other) noexcept;
  DisclosureIndex& operator=(DisclosureIndex&&) = delete;

  std::uint64_t lines() const { return lines_; }
  /// How many different tokens no look-up asked for: values disclosed that stand in no record.
  std::uint64_t unused() const;

 private:
  friend class IndexedValues;
  struct Slot {
    base::Digest token;
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;  ///< of the line; 0: the slot is free
  };
  DisclosureIndex(int fd) : fd_(fd), slots_(1024) {}
  base::Result<void> add(std::string_view line, std::uint64_t offset);
  std::size_t place_of(const base::Digest& token) const;
  void grow();

  int fd_;
  std::uint64_t lines_ = 0;
  std::size_t used_ = 0;
  std::vector<Slot> slots_;
  std::unique_ptr<std::atomic<bool>[]> asked_;  ///< one for each slot, made when all is read
};

/// The values of an index, for one thread, with those that were asked for last kept.
class IndexedValues final : public csv::DisclosedValues {
 public:
  explicit IndexedValues(const DisclosureIndex& index) : index_(index), recent_(4096) {}

  /// data_loss where the token is disclosed as another kind of value than belongs where it stands.
  base::Result<std::optional<std::string_view>> find(const record::TokenAt& token) override;

 private:
  struct Recent {
    std::string token;
    record::Kind kind = record::Kind::user;
    std::optional<std::string> value;
  };

  const DisclosureIndex& index_;
  std::vector<Recent> recent_;
};

}  // namespace countersign::verify
