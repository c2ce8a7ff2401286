#pragma once

#include "ledger/projection/event_counts.h"
#include "ledger/projection/record_rows.h"
#include "ledger/projection/search.h"
#include "ledger/sqlite/connection.h"
#include "tests/support/temp_dir.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::projection::testing {

inline constexpr std::int64_t kBegin_us = 1'767'225'600'000'000;  // 2026-01-01

/// A record as a test thinks of it; members that are empty are left out.
struct Made {
  std::int64_t log = 1;
  std::uint64_t seq = 0;
  std::int64_t received_us = kBegin_us;
  std::string source = "shop", type = "challenge.sent", purpose, factor, provider, action, reason;
  std::string email, ip;  ///< what a person knows; the record has tokens
  int risk = -1;

  std::string id() const { return "e" + std::to_string(seq); }
  std::string json() const;
  /// Its words, in their order, found without any of the code that is tested.
  std::vector<std::string> words() const;
  std::vector<std::string> said;  ///< words(), of a random record
};

/// The token that a vault has for a value.
std::string token_for(std::string_view value);

/// Records that differ in everything that is searched, in two logs, with gaps between their numbers.
std::vector<Made> random_records(std::mt19937_64& random, std::size_t count, std::uint64_t apart_max,
                                 std::int64_t apart_us_max);

/// An index that holds such records and no others, made without a ledger.
class MadeIndex {
 public:
  explicit MadeIndex(const std::vector<Made>& records, std::int64_t combinations_max = 10'000);

  std::filesystem::path file() const { return folder_ / "index.sqlite"; }
  Searcher searcher() const;
  /// The words that each record was written with, in the order of `records`.
  const std::vector<std::string>& words() const { return words_; }

 private:
  countersign::testing::TempDir folder_;
  std::vector<std::string> words_;
};

/// Knows every value.
base::Result<std::optional<std::string>> find_any_token(record::Kind kind, std::string_view value);

}  // namespace countersign::projection::testing
