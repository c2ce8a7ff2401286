#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/sqlite/connection.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::apps {

/// How far a log was sent to a stream's destination.
struct StreamCursor {
  std::uint64_t next = 0;     ///< number of the first record that was not
  std::string hash;           ///< of the record before it, in hexadecimal; empty where there is none
  std::int64_t revision = 0;  ///< changes when somebody else moves it
};

/// Where a log's cursor goes to.
struct StreamMove {
  std::string log;
  StreamCursor to;  ///< with the revision that it was read with
};

/// A record that the destination refused, and that was passed over.
struct ParkedRecord {
  std::string log;
  std::uint64_t seq = 0;
  std::string why;
  base::Timestamp time;  ///< of the last attempt
  bool again = false;    ///< it was ordered to be sent again
};

/// What is known of a stream in a region beside its cursors.
struct StreamState {
  std::string scope;                         ///< StreamSettings::scope(), as of its start
  std::string told;                          ///< what the system log was told of it
  std::string error;                         ///< of the last attempt; empty: it went well
  base::Timestamp error_time, success_time;  ///< 0: never
};

/// How far the records of one region were sent, and what was refused: `<region>/streams.sqlite`, beside the
/// ledger and not part of it. It holds no record. The daemon and commands write it, one after another. One
/// thread; open one for each.
class StreamBook {
 public:
  static std::filesystem::path file_of(const std::filesystem::path& region) {
    return region / "streams.sqlite";
  }
  /// Makes the file where it is missing. Errors as open_shared_file.
  static base::Result<StreamBook> open(const std::filesystem::path& region);

  base::Result<std::vector<std::string>> names();
  base::Result<std::optional<StreamState>> state(std::string_view name);
  /// Begins a stream or goes on with it: `fresh` are the cursors of logs that have none.
  base::Result<void> begin(std::string_view name, const StreamState& state,
                           std::span<const StreamMove> fresh);
  /// Deletes all that is known of a stream.
  base::Result<void> forget(std::string_view name);

  base::Result<std::map<std::string, StreamCursor>> cursors(std::string_view name);
  /// The destination has what is before the moves' ends, but for what is parked: all or nothing is written. A
  /// cursor that somebody else has moved meanwhile stays where they put it. `taken`: when, if anything was.
  base::Result<void> advance(std::string_view name, std::span<const StreamMove> moves,
                             std::span<const ParkedRecord> parked, std::optional<base::Timestamp> taken);
  /// Puts a cursor where somebody wants it.
  base::Result<void> rewind(std::string_view name, std::string_view log, std::uint64_t next);
  base::Result<void> note_error(std::string_view name, std::string_view error, base::Timestamp time);

  /// In their order.
  base::Result<std::vector<ParkedRecord>> parked(std::string_view name);
  base::Result<std::int64_t> parked_count(std::string_view name);
  /// The first that was ordered to be sent again.
  base::Result<std::optional<ParkedRecord>> ordered(std::string_view name);
  /// Orders all that is parked to be sent again; how many.
  base::Result<std::int64_t> order_again(std::string_view name);
  /// Deletes what is parked without sending it; how many.
  base::Result<std::int64_t> drop_parked(std::string_view name);
  base::Result<void> unpark(std::string_view name, const ParkedRecord& record);
  /// It was refused again: it stays, unless it was dropped meanwhile, and waits for the next order.
  base::Result<void> park_again(std::string_view name, const ParkedRecord& record);

 private:
  explicit StreamBook(sqlite::Connection db) : db_(std::move(db)) {}
  base::Result<void> park(std::string_view name, const ParkedRecord& record);

  sqlite::Connection db_;
};

}  // namespace countersign::apps
