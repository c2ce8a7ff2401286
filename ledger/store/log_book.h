#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/store/append.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/log_tail.h"
#include "ledger/store/store.h"
#include "ledger/vault/vault_writer.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace countersign::store {

/// An event on its way to the ledger's thread, with what could be computed before.
struct PendingEvent {
  record::PreparedEvent event;
  EventKey key{};                     ///< of an event with a content_id: not known before append()
  std::vector<base::Digest> lookups;  ///< one for each personal value
  std::uint32_t generation = 0;       ///< of the vault's keys that `lookups` are under

  /// What it takes in memory, about.
  std::size_t bytes() const;
  /// Computes `lookups` of the event's personal values.
  void file_under(const vault::VaultKeys::Generation& keys, const record::PreparedEvent& of);
};

/// The ends of all logs of a region, and the group that is being assembled on them. Nothing that append()
/// does counts until keep(); forget() goes back to what is on disk. The ledger's thread only.
class LogBook {
 public:
  /// Reads the end of each log.
  static base::Result<LogBook> load(LedgerReader reader, base::Clock clock);

  /// Gives an event its place, its tokens and its record, or finds the record that it has already.
  base::Result<AppendOutcome> append(PendingEvent& pending, Store& store, vault::VaultWriter& vault);

  /// What append() has assembled since the last keep() or forget().
  const Group& group() const { return group_; }
  void keep();
  void forget();

  struct Log {
    std::int64_t number = 0;
    base::LogName name;
    LogTail tail;
  };
  /// Logs as they are on disk, by tenant.
  const std::map<std::string, Log>& logs() const { return logs_; }

  LedgerReader& reader() { return reader_; }

  /// What comes from now on is received then or later: a checkpoint of that time has been signed, also where
  /// the clock is set back.
  void receive_not_before(base::Timestamp time) { earliest_ = std::max(earliest_, time); }

 private:
  struct KeyHash {
    std::size_t operator()(const EventKey& key) const;
  };

  LogBook(LedgerReader reader, base::Clock clock) : reader_(std::move(reader)), clock_(std::move(clock)) {}
  Log& working_copy(const base::TenantId& tenant);
  /// What to answer to an event whose (source, id) a record has already.
  base::Result<AppendOutcome> as_duplicate(const PendingEvent& pending, std::string_view record,
                                           Receipt receipt, vault::VaultWriter& vault);
  base::Result<AppendOutcome> known_event(const PendingEvent& pending, const Place& place,
                                          vault::VaultWriter& vault);
  base::Result<void> take_content_id(PendingEvent& pending, vault::VaultWriter& vault);
  base::Result<void> fill_tokens(PendingEvent& pending, vault::VaultWriter& vault);

  LedgerReader reader_;
  base::Clock clock_;
  base::Timestamp earliest_{};
  std::map<std::string, Log> logs_;
  std::map<std::string, Log> changed_;
  struct Twin {
    Receipt receipt;
    std::size_t record = 0;  ///< index in group_.records
  };
  std::unordered_map<EventKey, Twin, KeyHash> in_group_;
  Group group_;
};

}  // namespace countersign::store
