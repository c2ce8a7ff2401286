#pragma once

#include "ledger/projection/event_counts.h"
#include "ledger/projection/search.h"
#include "ledger/projection/selection.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

namespace countersign::projection {

/// One count of events by day and value; Searcher's, within its transaction. Made for one request.
class FacetCount {
 public:
  FacetCount(sqlite::Connection& index, ReceivedReader& received, sqlite::Tokenizer& tokenizer,
             const FacetRequest& request)
      : index_(index),
        received_(received),
        tokenizer_(tokenizer),
        request_(request),
        begun_(std::chrono::steady_clock::now()) {}

  base::Result<Facets> count(const FindToken& find_token);

 private:
  /// Hours since 1970: from `low` on, below `high`.
  struct Hours {
    std::int64_t low = 0, high = 0;
  };
  struct Combination {
    std::array<std::string, kCountedFields> values;
    std::uint64_t events = 0;
  };
  base::Result<void> count_by_tables(const Conditions& conditions);
  base::Result<void> read_combinations(const Conditions& conditions);
  base::Result<void> add_counted(std::int64_t hours, Hours within);
  base::Result<void> count_records(const Conditions& conditions, std::optional<base::Timestamp> from,
                                   std::optional<base::Timestamp> before);
  Hours whole_hours() const;
  void add_values(const Combination& combination);
  bool is_late() const;

  sqlite::Connection& index_;
  ReceivedReader& received_;
  sqlite::Tokenizer& tokenizer_;
  const FacetRequest& request_;
  const std::chrono::steady_clock::time_point begun_;
  std::unordered_map<std::int64_t, Combination> combinations_;
  std::set<std::int64_t> others_;  ///< combinations with kOthers in place of values
  std::map<std::int64_t, std::uint64_t> days_;
  std::array<std::unordered_map<std::string, std::uint64_t>, kCountedFields> values_;
  Facets out_ = Facets::none();
};

}  // namespace countersign::projection
