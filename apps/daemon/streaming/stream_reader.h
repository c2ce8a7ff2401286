#pragma once

#include "apps/daemon/streaming/stream_book.h"
#include "apps/stream_settings.h"
#include "exporters/siem/entry.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/record_by_id.h"
#include "web/senders/batch/batch.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::apps {

/// What is next for a stream in a region.
struct StreamBatch {
  std::vector<senders::Item> items;
  std::vector<ParkedRecord> unreadable;   ///< records that do not read: their fault is told, and passed over
  std::vector<StreamMove> moves;          ///< where the cursors go when the items are dealt with
  std::uint64_t lag_records = 0;          ///< of the logs that are looked into, behind the cursors
  std::uint64_t retired = 0;              ///< records that were passed over because they are no longer kept
  std::optional<base::Timestamp> oldest;  ///< when the first item was received
  std::vector<std::string> rolled_back;   ///< logs that are not those that were sent: they begin anew
};

/// Reads what a stream sends out of one region, by read-only connections of its own. Only records that a
/// published checkpoint covers: so each event that goes out can be proven. One thread.
class StreamReader {
 public:
  /// Errors as LedgerReader::open. `settings` outlives it.
  static base::Result<StreamReader> open(const StreamSettings& settings, const std::filesystem::path& ledger);

  /// Where the cursors of logs begin that have none.
  base::Result<std::vector<StreamMove>> beginnings();

  /// At most `items_max` items, the logs in turn and each log's records in order. Looks at a few thousand
  /// records at most. The items' moves are for the cursors as they are given.
  base::Result<StreamBatch> next(const std::map<std::string, StreamCursor>& cursors, std::size_t items_max);
  /// The batch was dealt with: the next one begins with another log.
  void turn() { turn_ += 1; }

  /// One record again; absent where it is no longer kept.
  base::Result<std::optional<senders::Item>> item(const std::string& log, std::uint64_t seq);

 private:
  struct Room;
  StreamReader(const StreamSettings& settings, store::LedgerReader ledger, store::RecordById records)
      : settings_(&settings), ledger_(std::move(ledger)), records_(std::move(records)) {}
  base::Result<void> take(const store::LogHead& log, std::uint64_t end, StreamCursor cursor, Room& room,
                          StreamBatch& out);
  base::Result<std::optional<senders::Item>> item_of(const store::LogHead& log, std::string_view record);
  base::Result<std::optional<siem::Finding>> finding_of(const store::LogHead& system,
                                                        const record::EventView& event);
  base::Result<bool> is_ours(const store::LogHead& log, const StreamCursor& cursor);
  base::Result<std::string> hash_before(const store::LogHead& log, std::uint64_t next);

  const StreamSettings* settings_;
  store::LedgerReader ledger_;
  store::RecordById records_;
  std::map<std::string, std::uint64_t>
      checked_;  ///< logs whose cursor was held against the log, and where it was
  std::size_t turn_ = 0;
};

}  // namespace countersign::apps
