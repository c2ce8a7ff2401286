#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace countersign::record {

/// The first byte from `at` on that does not stand for itself in a JSON string: a quote, a backslash or a
/// control character; text.size() where there is none. Eight bytes at a time: a verification reads some
/// thirty strings of each record.
inline std::size_t find_special(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = kOnes << 7;
  if constexpr (std::endian::native == std::endian::little) {
    for (; at + 8 <= text.size(); at += 8) {
      std::uint64_t bytes = 0;
      std::memcpy(&bytes, text.data() + at, 8);
      // A byte below n borrows into its high bit when n is taken off; the lowest one found is exact.
      const auto quote = bytes ^ (kOnes * '"'), backslash = bytes ^ (kOnes * '\\');
      const auto found = (((bytes - kOnes * 0x20) & ~bytes) | ((quote - kOnes) & ~quote) |
                          ((backslash - kOnes) & ~backslash)) &
                         kHighs;
      if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
    }
  }
  for (; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c < 0x20 || c == '"' || c == '\\') break;
  }
  return at;
}

/// Moves `at` behind a JSON string, with its quotes, that is spelled as base::append_json_string spells it:
/// so that there is one spelling for each text, and a reader takes no other. False, with `at` anywhere, for
/// anything else.
inline bool skip_json_string(std::string_view text, std::size_t& at) {
  if (at >= text.size() || text[at] != '"') return false;
  for (++at; (at = find_special(text, at)) < text.size(); ++at) {
    if (text[at] == '"') return ++at, true;
    if (text[at] != '\\' || ++at >= text.size()) return false;
    const char escape = text[at];
    if (escape == '"' || escape == '\\' || escape == 'b' || escape == 'f' || escape == 'n' || escape == 'r' ||
        escape == 't')
      continue;
    // A control character without a short escape: \u0000 to \u001f, in lower case.
    if (text.substr(at, 3) != "u00" || at + 4 >= text.size()) return false;
    const char high = text[at + 3], low = text[at + 4];
    const bool digit = low >= '0' && low <= '9';
    if ((high != '0' && high != '1') || (!digit && !(low >= 'a' && low <= 'f'))) return false;
    if (high == '0' && (low == '8' || low == '9' || low == 'a' || low == 'c' || low == 'd')) return false;
    at += 4;
  }
  return false;
}

}  // namespace countersign::record
