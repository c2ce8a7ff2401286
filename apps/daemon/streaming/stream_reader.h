#pragma once

#include "apps/daemon/streaming/signed_tree.h"
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
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::apps {

/// A record that is the one that was signed, but does not read: it is passed over.
struct UnreadableRecord {
  std::string id;  ///< its hash, in hexadecimal
  ParkedRecord parked;
};

/// A log that goes no further, because what stands in it is not what was signed.
struct LogFault {
  std::string log;
  std::string what;
};

/// What is next for a stream in a region.
struct StreamBatch {
  std::vector<senders::Item> items;
  std::vector<UnreadableRecord> unreadable;
  std::vector<StreamMove> moves;         ///< where the cursors go when the items are dealt with
  std::uint64_t retired = 0;             ///< records that were passed over because they are no longer kept
  std::vector<std::string> rolled_back;  ///< logs that are not those that were sent: they begin anew
  std::vector<LogFault> faults;          ///< of logs that could give nothing more; the others go on
  std::vector<std::string> sound;        ///< logs that were looked at and have none
};

/// What is behind a stream's cursors, whether or not a checkpoint covers it yet.
struct StreamBacklog {
  std::uint64_t records = 0;
  std::optional<base::Timestamp> oldest;  ///< when the first of them was received
};

/// A parked record, looked for again.
struct FoundAgain {
  std::optional<senders::Item> item;
  std::string_view gone = {};  ///< where there is none: why it is not to be sent any more
};

/// Reads what a stream sends out of one region, by read-only connections of its own. Only records that a
/// published checkpoint covers, and that are what it has signed: so each event that goes out can be proven.
/// One thread.
class StreamReader {
 public:
  /// Errors as LedgerReader::open. `settings` outlives it.
  static base::Result<StreamReader> open(const StreamSettings& settings, const std::filesystem::path& ledger);

  /// Where the cursors of logs begin that have none.
  base::Result<std::vector<StreamMove>> beginnings();

  /// At most `items_max` items, the logs in turn and each log's records in order; logs that `looks_at` does
  /// not want are left out. Looks at a few thousand records at most. The items' moves are for the cursors as
  /// they are given.
  base::Result<StreamBatch> next(const std::map<std::string, StreamCursor>& cursors, std::size_t items_max,
                                 const std::function<bool(const std::string&)>& looks_at);
  /// The batch was dealt with: the next one begins with another log.
  void turn() { turn_ += 1; }

  /// What is behind the cursors. A log whose first record behind them does not read has no time.
  base::Result<StreamBacklog> backlog(const std::map<std::string, StreamCursor>& cursors);

  /// One record again. data_loss where it is not the one that was signed, or does not read.
  base::Result<FoundAgain> item(const std::string& log, std::uint64_t seq);

 private:
  struct Room;
  StreamReader(const StreamSettings& settings, store::LedgerReader ledger, store::RecordById records)
      : settings_(&settings), ledger_(std::move(ledger)), records_(std::move(records)) {}
  base::Result<void> take_from(const store::LogHead& log, StreamCursor cursor, Room& room, StreamBatch& out);
  base::Result<void> take_page(const store::LogHead& log, std::uint64_t until, StreamCursor& cursor,
                               Room& room, StreamBatch& out);
  base::Result<std::optional<base::Timestamp>> first_received(const store::LogHead& log, std::uint64_t next);
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
  struct First {
    std::uint64_t seq = 0;
    std::optional<base::Timestamp> received;
  };
  std::map<std::string, First> firsts_;  ///< behind the cursors, as they were last looked at
  SignedTree tree_;
  std::size_t turn_ = 0;
};

}  // namespace countersign::apps
