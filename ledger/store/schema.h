#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace countersign::store {

/// The files of one region, all in one folder that may be a mount point of its own.
struct RegionFiles {
  std::filesystem::path folder;
  std::filesystem::path ledger() const { return folder / "ledger.sqlite"; }
  std::filesystem::path vault() const { return folder / "vault.sqlite"; }
  std::filesystem::path index() const { return folder / "index.sqlite"; }
  /// Which users and groups SCIM clients manage; made when the first one speaks.
  std::filesystem::path scim() const { return folder / "scim.sqlite"; }
  std::filesystem::path lock() const { return folder / "lock"; }
  std::filesystem::path bundles() const { return folder / "bundles"; }
  std::filesystem::path segments() const { return segments_of(ledger()); }
  /// The folder of the sealed records of a ledger file: beside it.
  static std::filesystem::path segments_of(const std::filesystem::path& ledger_file) {
    return ledger_file.parent_path() / "segments";
  }
};

/// Makes an empty ledger file. already_exists where there is one.
base::Result<void> create_ledger(const std::filesystem::path& ledger_file, const LedgerIdentity& identity);

/// Reads who a ledger file says it is; data_loss where it is no ledger of a version that is known.
base::Result<LedgerIdentity> read_identity(sqlite::Connection& ledger);

/// The format that has sealed ranges.
inline constexpr std::int64_t kSealingVersion = 2;

/// Brings a ledger file of an older format to this one, in one transaction; nothing of what is there changes.
/// For the connection that writes it.
base::Result<void> upgrade_ledger(sqlite::Connection& ledger);

/// The name in `identity` of the endorsement of the `number`-th key that took over, from 1.
std::string rotation_name(std::size_t number);

/// The statements that make the schema of a format, as they stand in sqlite_schema; verification compares
/// them.
const std::vector<std::string>& ledger_schema(std::int64_t version = kSealingVersion);

// Rows are keyed by one integer, so that a log's rows stand together and a key costs eight bytes.
// At most 2^23 logs of 2^40 records each.
inline constexpr int kSeqBits = 40;
inline constexpr std::uint64_t kLogSizeMax = std::uint64_t{1} << kSeqBits;
inline constexpr std::int64_t kLogNumberMax = (std::int64_t{1} << 23) - 2;
inline constexpr int kTileIndexBits = 36;

/// Key of a record (index = seq) or of a checkpoint (index = size).
inline std::int64_t place_of(std::int64_t log, std::uint64_t index) {
  return (log << kSeqBits) | static_cast<std::int64_t>(index);
}
inline std::int64_t log_of_place(std::int64_t place) { return place >> kSeqBits; }
inline std::uint64_t index_of_place(std::int64_t place) {
  return static_cast<std::uint64_t>(place) & (kLogSizeMax - 1);
}
/// Key of a tile; `level` counts tiles of 256 (C2SP tlog-tiles).
inline std::int64_t tile_place(std::int64_t log, unsigned level, std::uint64_t index) {
  return (log << kSeqBits) | (std::int64_t{level} << kTileIndexBits) | static_cast<std::int64_t>(index);
}

}  // namespace countersign::store
