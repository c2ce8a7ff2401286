#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/store/ledger_reader.h"
#include "web/decisions/log_heads.h"
#include "web/decisions/proof_book.h"
#include "web/decisions/user_events.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace countersign::decisions {

/// Keeps a ProofBook level with the ledger of a region. The system log is left out: it speaks of the
/// appliance. One thread. After an error of any call the same call may be made again.
class LedgerFollower {
 public:
  /// As store::LedgerReader::open.
  static base::Result<LedgerFollower> open(const std::filesystem::path& ledger_file,
                                           std::size_t facts_max = ProofBook::kFactsMax);

  /// Makes the book: the records of the time that it keeps, and, from the index, who was deprovisioned,
  /// suspended and provisioned before. What the index does not have yet is read from the ledger, all of it
  /// where there is no index. A log of which a record cannot be read is left to catch_up(), which says so.
  /// `stop` is asked now and then; aborted where it says true.
  base::Result<void> load(const std::filesystem::path& index_file, base::Timestamp now,
                          const std::function<bool()>& stop);

  /// The number of no log.
  static constexpr std::int64_t kNoLog = -1;

  /// Takes in all that was committed to the tenant's log when it is called. The log as it stands then; of
  /// size 0 and number kNoLog where there is none yet.
  base::Result<store::LogHead> catch_up(const base::TenantId& tenant);

  /// Looks at the next few logs and takes in at most `records_max` records of those that grew. False when all
  /// had their turn. The error of a log that cannot be read comes after the others were.
  base::Result<bool> keep_up(std::uint64_t records_max);

  /// A record's bytes. As store::LedgerReader::record.
  base::Result<std::string> record(const store::LogHead& log, std::uint64_t seq);

  /// Whether a record was taken in after load().
  bool is_since_load(std::int64_t log, std::uint64_t seq) const;

  ProofBook& book() { return book_; }
  const store::LedgerIdentity& identity() const { return ledger_.identity(); }

 private:
  LedgerFollower(store::LedgerReader ledger, LogHeads heads, std::size_t facts_max)
      : ledger_(std::move(ledger)), heads_(std::move(heads)), facts_max_(facts_max), book_(facts_max) {}
  void find_begins(const std::vector<store::LogHead>& logs, const Indexed& indexed, base::Timestamp now);
  base::Result<void> load_users(const std::filesystem::path& index_file,
                                const std::vector<store::LogHead>& logs, base::Timestamp now,
                                const std::function<bool()>& stop);
  base::Result<store::LogHead> look(std::size_t at);
  base::Result<void> read_to(const store::LogHead& log, std::uint64_t end);
  base::Result<void> take(std::int64_t log, std::string_view bytes);

  store::LedgerReader ledger_;
  LogHeads heads_;
  std::size_t turn_ = 0;  ///< the log that keep_up() looks at next
  std::size_t facts_max_;
  ProofBook book_;
  std::map<std::int64_t, std::uint64_t> next_;    ///< record to be read next, by log
  std::map<std::int64_t, std::uint64_t> loaded_;  ///< size of a log when the book was made
};

}  // namespace countersign::decisions
