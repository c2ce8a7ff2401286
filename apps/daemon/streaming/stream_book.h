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
  std::optional<std::uint64_t> taken = {};  ///< number of the last event before `next` that was taken
};

/// Where a log's cursor goes to.
struct StreamMove {
  std::string log;
  StreamCursor to;  ///< with the revision that it was read with
};

/// A record of a log.
struct RecordPlace {
  std::string log;
  std::uint64_t seq = 0;
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

/// What came of a batch.
struct StreamStep {
  std::vector<StreamMove> moves;            ///< the destination has what is before their ends, but for:
  std::vector<ParkedRecord> parked;         ///< what it refused
  std::vector<RecordPlace> taken;           ///< what it took: no longer parked, where it was
  std::optional<base::Timestamp> taken_at;  ///< when, if it took anything
  std::string error;                        ///< what is wrong all the same; heard where something was taken
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
  /// All of it or nothing is written. A cursor that somebody else has moved meanwhile stays where they put
  /// it.
  base::Result<void> advance(std::string_view name, const StreamStep& step);
  /// Puts a cursor where somebody wants it. What was taken is forgotten where it is no longer before it.
  base::Result<void> rewind(std::string_view name, std::string_view log, std::uint64_t next);
  base::Result<void> note_error(std::string_view name, std::string_view error, base::Timestamp time);

  /// In their order.
  base::Result<std::vector<ParkedRecord>> parked(std::string_view name);
  base::Result<std::int64_t> parked_count(std::string_view name);
  /// The first that was ordered to be sent again.
  base::Result<std::optional<ParkedRecord>> ordered(std::string_view name);
  /// Orders these to be sent again, as far as they are still parked.
  base::Result<void> order_again(std::string_view name, std::span<const ParkedRecord> records);
  /// Deletes these without sending them.
  base::Result<void> drop_parked(std::string_view name, std::span<const ParkedRecord> records);
  base::Result<void> unpark(std::string_view name, const ParkedRecord& record);
  /// It was refused again: it stays, unless it was dropped meanwhile, and waits for the next order.
  base::Result<void> park_again(std::string_view name, const ParkedRecord& record);

 private:
  explicit StreamBook(sqlite::Connection db) : db_(std::move(db)) {}
  base::Result<void> park(std::string_view name, const ParkedRecord& record);
  base::Result<void> delete_parked(std::string_view name, std::span<const RecordPlace> records);

  sqlite::Connection db_;
};

}  // namespace countersign::apps
