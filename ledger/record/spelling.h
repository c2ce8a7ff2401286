#pragma once

#include <cstddef>
#include <string_view>

namespace countersign::record {

/// Moves `at` behind a JSON string, with its quotes, that is spelled as base::append_json_string spells it:
/// so that there is one spelling for each text, and a reader takes no other. False, with `at` anywhere, for
/// anything else.
inline bool skip_json_string(std::string_view text, std::size_t& at) {
  if (at >= text.size() || text[at] != '"') return false;
  for (++at; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c == '"') return ++at, true;
    if (c < 0x20) return false;
    if (c != '\\') continue;
    if (++at >= text.size()) return false;
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
