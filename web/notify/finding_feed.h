#pragma once

#include "ledger/base/result.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/record_by_id.h"
#include "web/notify/delivery.h"
#include "web/notify/notice.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::notify {

/// What is known of a control beside its id.
struct ControlFacts {
  std::string title, severity;
};
using FindControl = std::function<std::optional<ControlFacts>(std::string_view id)>;
/// Adds to a notice of an answer what its record does not say: the title, and of a questionnaire the tenant.
using CompleteAnswer = std::function<void(Notice&)>;

/// Reads the steps of findings, the reminders of documents, what became of approved answers, and requests for
/// access from a region's system log, from where it stopped the last time on: what is told does not hang on
/// who wrote the record. What one after another is told of questions of one questionnaire is one notice. One
/// thread.
class FindingFeed {
 public:
  struct Options {
    std::filesystem::path ledger_file;
    DeliveryFolder deliveries;
    FindControl find_control;
    std::function<void(const std::string&)> log;  ///< told of records that say nothing that could be told
    CompleteAnswer complete_answer = {};
  };
  /// Begins behind the last record that was taken; at the log's end where nothing is remembered, and where
  /// the log is shorter, because an older copy was restored. Errors of LedgerReader::open; data_loss where
  /// what is remembered cannot be read.
  static base::Result<FindingFeed> open(Options options);

  /// Keeps a notice, durably, or says that it cannot; it then comes again. `seq` is its record's in the
  /// system log, whose name is `log`; the last one's where it is of several.
  using Take = std::function<base::Result<void>(const Notice&, std::string_view log, std::uint64_t seq)>;

  /// Hands over what was recorded since, of at most a few thousand records, and then remembers that it did.
  /// True where there is more. After an error the same records come again.
  base::Result<bool> step(const Take& take);

  /// Remembers how far it came, where step() thought it too little to write down.
  base::Result<void> save();

  /// Forgets how far a region's log was read, so that the next feed begins at the log's end.
  static void forget(const DeliveryFolder& deliveries);

 private:
  FindingFeed(Options options, store::LedgerReader ledger, store::RecordById records)
      : options_(std::move(options)), ledger_(std::move(ledger)), records_(std::move(records)) {}
  /// What is to be handed over, and the last record that it is of; next_ is no further than its first one.
  struct Held {
    Notice notice;
    std::uint64_t last = 0;
  };
  /// Hands it over, if there is any; where that fails its records come again.
  base::Result<void> hand_over(std::optional<Held>& held, const store::LogHead& log, const Take& take);
  base::Result<store::LogHead> system_log();
  base::Result<void> begin();
  base::Result<std::optional<Notice>> notice_of(const store::LogHead& log, std::uint64_t seq,
                                                std::string_view record);
  base::Result<void> complete(const store::LogHead& log, Notice& notice);

  Options options_;
  store::LedgerReader ledger_;
  store::RecordById records_;
  std::uint64_t next_ = 0, saved_ = 0;
};

}  // namespace countersign::notify
