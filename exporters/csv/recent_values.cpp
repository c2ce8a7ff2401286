#include "exporters/csv/recent_values.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace countersign::csv {

std::size_t RecentValues::first_place(std::string_view token) {
  static_assert(std::has_single_bit(kPlaces / kNeighbours));
  // The characters of a SHA-256 in base64url: eight of them hold 48 random bits, which a multiplication
  // brings to the top.
  std::uint64_t bits = 0;
  std::memcpy(&bits, token.data(), sizeof bits);
  constexpr int kShift = 64 - std::countr_zero(kPlaces / kNeighbours);
  return static_cast<std::size_t>((bits * 0x9E3779B97F4A7C15ULL) >> kShift) * kNeighbours;
}

const RecentValues::Entry* RecentValues::find(std::string_view token) const {
  const Entry* place = places_.data() + first_place(token);
  for (std::size_t i = 0; i < kNeighbours; ++i, ++place) {
    if (std::memcmp(place->token.data(), token.data(), place->token.size()) == 0) return place;
  }
  return nullptr;
}

const RecentValues::Entry& RecentValues::keep(std::string_view token, record::Kind kind,
                                              std::optional<std::string> value) {
  Entry entry{{}, kind, std::move(value)};
  std::copy_n(token.begin(), entry.token.size(), entry.token.begin());
  if (entry.value && entry.value->size() > kValueMax) return large_ = std::move(entry);
  const auto begin = places_.begin() + static_cast<std::ptrdiff_t>(first_place(token));
  std::rotate(begin, begin + kNeighbours - 1, begin + kNeighbours);
  return *begin = std::move(entry);
}

}  // namespace countersign::csv
