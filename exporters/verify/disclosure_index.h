#pragma once

#include "exporters/csv/events.h"
#include "exporters/csv/recent_values.h"
#include "exporters/jsonl/disclosure_scope.h"
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

/// What the lines of an index are.
enum class LineForm {
  disclosures,  ///< of data/disclosures.jsonl
  masks,        ///< of data/masked.jsonl
};

/// Where each token is disclosed in data/disclosures.jsonl, or masked in data/masked.jsonl: about 50 bytes
/// for each different token. Built by one thread; then any thread may look up.
class DisclosureIndex {
 public:
  /// Reads the file and recomputes every token that is disclosed; data_loss, with the line, for the first
  /// that is wrong, has no form of a mask, or masks a token in two ways.
  static base::Result<DisclosureIndex> load(const std::filesystem::path& path, LineForm form);

  LineForm form() const { return form_; }
  std::uint64_t lines() const { return lines_; }
  /// The first kind of which there is a line and which the scope does not open; empty where there is none.
  std::optional<record::Kind> kind_beyond(const jsonl::DisclosureScope& scope) const;
  /// The line that discloses a token, which then counts as used; empty where none does.
  base::Result<std::optional<std::string>> ask(std::string_view token) const;
  /// Notes that a token stands in a record which the scope names.
  void note_named(std::string_view token) const;
  /// How many different tokens no look-up asked for: values disclosed that stand in no record.
  std::uint64_t unused() const;
  /// How many different tokens note_named() was not told of.
  std::uint64_t not_named() const;
  /// How many different tokens are not in the list.
  std::uint64_t not_in(const std::vector<std::string>& tokens) const;

 private:
  struct Slot {
    base::Digest token;
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;  ///< of the line; 0: the slot is free
  };
  using Flags = std::unique_ptr<std::atomic<bool>[]>;  ///< one for each slot, made when all is read
  DisclosureIndex(base::OpenFile file, LineForm form) : file_(std::move(file)), form_(form), slots_(1024) {}
  base::Result<void> add(std::string_view line, std::uint64_t offset);
  base::Result<std::string> read(const Slot& slot) const;
  std::uint64_t count_without(const Flags& flags) const;
  std::size_t place_of(const base::Digest& token) const;
  void grow();

  base::OpenFile file_;
  LineForm form_;
  std::uint32_t kinds_ = 0;  ///< a bit for each kind of which there is a line
  std::uint64_t lines_ = 0;
  std::size_t used_ = 0;
  std::vector<Slot> slots_;
  Flags asked_, named_;
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
