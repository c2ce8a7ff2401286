#pragma once

#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "reports/engine/definition.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a report says, as data: report_json.h writes it, reports/render draws it. Everything here follows
/// from the records alone, so two runs on the same records give the same.
namespace countersign::reports {

/// What management says to an exception, and what was done about it; from `finding.*` records.
struct Response {
  std::string state;   ///< opened, acknowledged, resolved
  std::string text;    ///< of management; empty where there is none
  std::string reason;  ///< of the resolution
  std::optional<base::Timestamp> opened, acknowledged, resolved;
};

/// One item that a control or detection found.
struct Exception {
  Cell item;
  std::vector<std::uint64_t> records;         ///< numbers in the tenant's log that show it
  std::vector<std::uint64_t> system_records;  ///< numbers in the system log
  std::string observed;                       ///< what happened, with figures
  std::string finding;                        ///< finding_id(), by which it is answered
  std::optional<Response> response;
};

enum class Outcome {
  no_exceptions,
  exceptions,
  nothing_to_test,  ///< the population is empty: nothing is proven
};
std::string_view to_string(Outcome outcome);  ///< `no_exceptions`, …

/// What a control or detection found, of which all exceptions count and the first are told.
struct ControlResult {
  Definition control;  ///< with the values of parameters that were in force
  Outcome outcome = Outcome::nothing_to_test;
  std::uint64_t population = 0;
  base::Digest population_sha256;  ///< over the items, sorted, each followed by a line feed
  std::uint64_t exceptions_total = 0;
  std::vector<Exception> exceptions;
  /// `No exceptions noted in 1,204 sensitive actions tested.` `Exception noted: 2 of 25 sensitive actions.`
  std::string wording() const;
};

/// A record that an exception names, as far as it can be told without a personal value.
struct CitedRecord {
  std::uint64_t seq = 0;
  base::Timestamp occurred, received;
  std::string source, type;
  std::string person;  ///< a token; of the system log who did it
  std::string about;   ///< factor, purpose, action and the like, in one line
};

/// A table of the report.
struct Listing {
  Definition listing;
  std::vector<std::vector<Cell>> rows;
  std::uint64_t rows_total = 0;  ///< more than rows.size() where they were cut off
};

/// Of a clause of the framework that the report is arranged by: which controls support it.
struct Clause {
  std::string id;     ///< `CC6.1`
  std::string title;  ///< in our own words
  std::vector<std::string> controls;
};

/// A sample of a control's population, which anybody draws again from the seed.
struct Sample {
  std::string control, method, seed;  ///< `random` or `interval`
  std::uint64_t population = 0, size = 0;
  struct Pick {
    Cell item;
    std::string key;  ///< of `random`: SHA-256 of `<seed>:<item>`, hexadecimal
  };
  std::vector<Pick> picks;
};

/// A signed state of a log.
struct LogState {
  std::string log;
  std::uint64_t size = 0;
  base::Digest root;
  base::Timestamp time;  ///< signed with it
};

/// A run of a report: what is printed beside what follows from the records.
struct Run {
  base::Timestamp at;
  std::string by, software;
  /// Numbers of the tenant's log and the system log in the appliance's index, for who repeats queries there.
  std::optional<std::int64_t> log_number, system_log_number;
};

inline constexpr std::size_t kRecordsCited = 20, kCitedMost = 1'000;

struct Report {
  std::string tenant, region, log;
  std::string framework;                     ///< of frameworks(), by which it is arranged
  std::vector<std::string> criteria;         ///< clauses that were asked for; empty: all of the framework
  base::Timestamp from, until;               ///< the period, by when things happened
  std::uint64_t first_seq = 0, end_seq = 0;  ///< the records that were looked at: [first_seq, end_seq)
  std::uint64_t events = 0;                  ///< of those records
  std::uint64_t events_in_period = 0;
  std::optional<base::Timestamp> first_received, last_received;
  LogState as_of;
  std::optional<LogState> system_log;  ///< none: nothing is known of policies and of what was done
  std::vector<std::string> warnings;   ///< for the first page: what the period lacks
  std::vector<Clause> clauses;
  std::vector<ControlResult> controls;  ///< controls and detections
  std::vector<Listing> listings;        ///< tables, in order
  std::vector<Sample> samples;
  /// What the exceptions that are told name, by number: of each the first kRecordsCited, and kCitedMost in
  /// all.
  std::vector<CitedRecord> cited, cited_system;
  std::string workspace_sql;  ///< what makes the tables that the queries read
};

}  // namespace countersign::reports
