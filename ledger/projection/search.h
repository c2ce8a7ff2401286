#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/projection/query.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::projection {

struct SearchRequest {
  std::int64_t log = 0;  ///< LogHead::number
  std::vector<Term> terms;
  std::optional<base::Timestamp> from;    ///< received at or after
  std::optional<base::Timestamp> before;  ///< received before
  std::optional<std::uint64_t> below;     ///< of a smaller number
  std::optional<std::uint64_t> above;     ///< of a larger number
  std::uint64_t hits_max = 100;
  /// How long to look; empty for as long as it takes. One step is made in any case: it takes a few tens of
  /// milliseconds at most, so that a search that goes on below `next` comes to its end.
  std::optional<std::chrono::microseconds> budget;
};

struct SearchAnswer {
  std::vector<std::uint64_t> hits;    ///< newest first
  std::optional<std::uint64_t> next;  ///< to go on below; empty where all was looked at
  std::uint64_t searched_to = 0;      ///< all from that number on was looked at
  /// The number behind the last record that the index has within the request's times, whatever its terms; 0
  /// where there is none.
  std::uint64_t newest = 0;
};

/// How many events have a value.
struct ValueCount {
  std::string value;
  std::uint64_t events = 0;
};

struct FacetRequest {
  std::int64_t log = 0;
  std::vector<Term> terms;
  std::optional<base::Timestamp> from, before;  ///< as in SearchRequest
  std::optional<std::chrono::microseconds> budget;
};

struct Facets {
  struct Day {
    std::int64_t number = 0;  ///< since 1970, of receipt, in UTC
    std::uint64_t events = 0;
  };
  struct Field {
    std::string path;                ///< `challenge.factor` is called `factor`, as in a query
    std::vector<ValueCount> values;  ///< the most frequent first, at most kValuesMost
  };
  static constexpr std::size_t kValuesMost = 50;
  /// Of a log without records: every field, without values.
  static Facets none();

  std::uint64_t total = 0;    ///< events that meet the terms; an estimate where it is not exact
  std::uint64_t counted = 0;  ///< of which days and fields tell: the newest
  bool exact = true;
  std::vector<Day> days;  ///< in their order
  std::vector<Field> fields;
};

/// Searches the index through a read-only connection. One thread.
class Searcher {
 public:
  /// Turns a personal value into its token; empty where the tenant's vault does not know the value.
  using FindToken =
      std::function<base::Result<std::optional<std::string>>(record::Kind, std::string_view value)>;

  static base::Result<Searcher> open(const std::filesystem::path& index_file);
  ~Searcher();
  Searcher(Searcher&&) noexcept;
  Searcher& operator=(Searcher&&) noexcept;

  /// The records that meet all terms.
  base::Result<SearchAnswer> search(const SearchRequest& request, const FindToken& find_token);

  /// How many there are by day and by the values of some members. At once where no term is a word or names
  /// another member than those.
  base::Result<Facets> count(const FacetRequest& request, const FindToken& find_token);

 private:
  struct Impl;
  explicit Searcher(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::projection
