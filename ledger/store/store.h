#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/log_tail.h"
#include "ledger/store/segment.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::store {

/// Stands for (source, id): the first 16 bytes of SHA-256(source || 0x00 || id).
using EventKey = std::array<std::uint8_t, 16>;
EventKey event_key(std::string_view source, std::string_view id);

struct NewLog {
  std::int64_t number = 0;
  base::LogName name;
};
struct NewRecord {
  std::int64_t log = 0;
  std::uint64_t seq = 0;
  EventKey key{};
  std::string bytes;
};
struct NewTile {
  std::int64_t log = 0;
  FullTile tile;
};
struct NewCheckpoint {
  std::int64_t log = 0;
  CheckpointRow row;
};

/// A part of a sealed range; all parts of a range are handed over together.
struct NewSegment {
  std::int64_t log = 0;
  SegmentStatement statement;
  Members members;
  std::vector<base::Digest> tail_hashes;  ///< SegmentRange::tail_hashes
};

/// What is committed together.
struct Group {
  std::vector<NewLog> logs;
  std::vector<NewRecord> records;
  std::vector<NewTile> tiles;
};

/// Where a record stands.
struct Place {
  std::int64_t log = 0;
  std::uint64_t seq = 0;
};

/// The ledger's storage as its one writer sees it. Narrow on purpose, so that another database can stand
/// behind it: no memory is shared between writers, and a log's head moves by compare-and-set. Reading is
/// LedgerReader's. One thread. Implementations: SqliteStore.
class Store {
 public:
  virtual ~Store() = default;

  /// Begins a group: find() may be asked until commit() or rollback() ends it. Errors as commit().
  virtual base::Result<void> begin() = 0;

  /// Where the record of an event stands, if there is one. Within a group.
  virtual base::Result<std::optional<Place>> find(const EventKey& key) = 0;

  /// Makes a group durable, whole or not at all, before it returns. Each log's records must begin at its
  /// size: `aborted` where another writer was faster. `resource_exhausted`: the disk is full, nothing was
  /// stored. Any other error: the outcome is unknown, the writer must stop.
  virtual base::Result<void> commit(const Group& group) = 0;
  /// Ends a group that is not committed, if there is one.
  virtual void rollback() = 0;

  /// Publishes checkpoints, all or none. A size of a log is published once only: `already_exists`.
  virtual base::Result<void> publish(const std::vector<NewCheckpoint>& checkpoints) = 0;

  /// States that records are sealed in files, which are durable. `already_exists` where they are.
  virtual base::Result<void> seal(const std::vector<NewSegment>& segments) = 0;
  /// Takes at most `records_max` records out of the hot table that are sealed; how many. 0: none is left.
  virtual base::Result<std::uint64_t> drop_sealed(std::uint64_t records_max) = 0;
  /// States that parts of sealed ranges are no longer kept, before their files go.
  virtual base::Result<void> retire(std::int64_t log, const std::vector<RetirementStatement>& parts) = 0;
  /// Adds the endorsement of a key that takes over (tree::sign_rotation) as the `number`-th of the ledger,
  /// from
  /// 1. already_exists where there is one of that number. Errors as commit().
  virtual base::Result<void> add_rotation(std::size_t number, std::string_view note) = 0;

  /// Housekeeping between commits; cheap where there is nothing to do.
  virtual void tidy() = 0;
  /// Leaves the files in their most compact state; the last call.
  virtual base::Result<void> close() = 0;
};

}  // namespace countersign::store
