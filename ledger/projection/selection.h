#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/projection/query.h"
#include "ledger/projection/received.h"
#include "ledger/projection/words.h"
#include "ledger/sqlite/connection.h"
#include "ledger/sqlite/tokenizer.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::projection {

/// Turns a personal value into its token; empty where the tenant's vault does not know the value.
using FindToken =
    std::function<base::Result<std::optional<std::string>>(record::Kind, std::string_view value)>;

/// Keys of `events`: from `low` on, below `high`.
struct Places {
  std::int64_t low = 0, high = 0;
  bool empty() const { return low >= high; }
};

/// The records of a log that the index has and that were received in that time: `received` never decreases
/// within a log, so they stand together.
base::Result<Places> places_of(sqlite::Connection& index, ReceivedReader& received, std::int64_t log,
                               std::optional<base::Timestamp> from, std::optional<base::Timestamp> before);

/// The terms of a query with tokens in place of personal values.
struct Conditions {
  struct Member {
    std::string column, value;
    bool excluded = false;
  };
  std::vector<Member> members;
  std::vector<Term> words;

  /// Empty where a term names a value that nobody has, so that nothing meets them all.
  static base::Result<std::optional<Conditions>> of(const std::vector<Term>& terms,
                                                    const FindToken& find_token);
  /// What the members have to be, in SQL with parameters from `first` on; "1" where there are none.
  std::string sql(int first) const;
  /// Binds them; the values live as long as this.
  void bind(sqlite::Statement& statement, int first) const;
};

/// Goes through the records that meet conditions, newest first, step by step, so that whoever asks may stop
/// at any time and go on later below looked_to(). One thread; within one read transaction.
///
/// Which way it goes: by the index of an actor's token; by a list of the few records that have a rare word,
/// or one with a rare beginning; by the full-text index; else through all records. A step looks at one
/// record, or at one stretch of them: it takes a few tens of milliseconds at most.
class Selection {
 public:
  enum class Step { record, nothing, end };

  /// `columns` of the records found are given by value(). The connection and the tokenizer outlive this.
  static base::Result<Selection> make(sqlite::Connection& index, sqlite::Tokenizer& tokenizer,
                                      Conditions conditions, Places places,
                                      std::span<const std::string_view> columns);

  base::Result<Step> step();
  /// Of the record that the last step found.
  std::int64_t place() const { return looked_to_; }
  /// Valid until the next step; empty for NULL.
  std::string_view value(std::size_t column) const;
  std::int64_t number(std::size_t column) const;
  /// The records from there on were looked at.
  std::int64_t looked_to() const { return looked_to_; }

 private:
  enum class Way { nothing, scan, index, words, stretches, list };
  /// FTS5 strings one of which must be there.
  using Alternatives = std::vector<std::string>;

  Selection(sqlite::Connection& index, sqlite::Tokenizer& tokenizer, Conditions conditions, Places places);
  base::Result<void> plan();
  base::Result<void> plan_words();
  void plan_members();
  base::Result<void> look_for_rare_word(const std::vector<Phrase>& all);
  base::Result<void> prepare(std::span<const std::string_view> columns);
  base::Result<std::optional<Alternatives>> words_beginning(const Phrase& phrase);
  base::Result<std::optional<std::vector<std::int64_t>>> records_beginning(std::string_view beginning);
  void open_window();
  std::string match(std::int64_t window_low) const;
  base::Result<bool> meets();

  sqlite::Connection& index_;
  sqlite::Tokenizer& tokenizer_;
  Conditions conditions_;
  Places places_;
  Way way_ = Way::scan;
  std::string_view indexed_by_, token_column_;
  std::string token_;
  std::vector<Alternatives> found_;        ///< by the full-text index; all of them
  std::vector<std::string> found_words_;   ///< the words that they are made of
  bool single_words_ = true;               ///< all of them are words by themselves
  std::vector<std::int64_t> list_;         ///< places from the newest on
  std::vector<Phrase> wanted_, unwanted_;  ///< to be compared with the words of each record
  std::optional<sqlite::Statement> statement_;
  std::string match_;
  std::int64_t looked_to_, window_low_ = 0, window_;
  std::size_t listed_ = 0;
  bool open_ = false;
  std::vector<std::string> words_;
};

}  // namespace countersign::projection
