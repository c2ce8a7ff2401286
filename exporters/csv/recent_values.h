#pragma once

#include "ledger/base/encoding.h"
#include "ledger/record/event_schema.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::csv {

/// The values behind the tokens that were met last: the same people come again and again, and each look-up
/// that is saved spares a query and a decryption. Memory is bounded by kPlaces and kValueMax. One thread at a
/// time.
class RecentValues {
 public:
  static constexpr std::size_t kPlaces = 32'768;
  static constexpr std::size_t kValueMax = 1024;  ///< bytes of a value that is kept

  struct Entry {
    std::array<char, base::kDigestBase64UrlSize> token{};  ///< zeros: the place is free
    record::Kind kind = record::Kind::user;
    std::optional<std::string> value;  ///< empty: withheld or erased
  };

  RecentValues() : places_(kPlaces) {}

  /// What is kept of a token of 43 characters; null where nothing is.
  const Entry* find(std::string_view token) const;
  /// Keeps a value in place of the oldest of its neighbours. The reference holds until the next call.
  const Entry& keep(std::string_view token, record::Kind kind, std::optional<std::string> value);

 private:
  /// Tokens that fall on one place evict each other each time they come; four places side by side make that
  /// rare.
  static constexpr std::size_t kNeighbours = 4;
  static std::size_t first_place(std::string_view token);

  std::vector<Entry> places_;
  Entry large_;  ///< one with a value too large to keep
};

}  // namespace countersign::csv
