#pragma once

#include "ledger/base/result.h"
#include "ledger/store/ledger_reader.h"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace countersign::projection {

/// The derived index over the records of one region, in index.sqlite: typed columns and a full-text index. It
/// holds tokens and never personal values, may be deleted at any time, and is made again from the ledger. The
/// one connection that writes it; one thread.
class Index {
 public:
  /// Opens the file and makes it anew where it is missing, damaged or of another version.
  static base::Result<Index> open(const std::filesystem::path& index_file);
  ~Index();
  Index(Index&&) noexcept;
  Index& operator=(Index&&) noexcept;

  /// Takes over at most `records_max` records that are new in the ledger, in one transaction. Returns how
  /// many; 0 when it is level with the ledger. data_loss where a record cannot be read; what was taken before
  /// stays.
  base::Result<std::uint64_t> advance(store::LedgerReader& ledger, std::uint64_t records_max);

  /// How many records the last advance() has left for the next.
  std::uint64_t behind() const;

  /// Takes out what the ledger has retired, a part at a time, in one transaction each. Returns how many
  /// records went.
  base::Result<std::uint64_t> forget_retired(store::LedgerReader& ledger);

 private:
  struct Impl;
  explicit Index(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Deletes the index with its WAL, so that the next open makes it anew.
base::Result<void> remove_index(const std::filesystem::path& index_file);

}  // namespace countersign::projection
