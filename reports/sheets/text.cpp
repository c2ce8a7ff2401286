#include "reports/sheets/text.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdint>
#include <iterator>
#include <optional>

namespace countersign::sheets {
namespace {

constexpr std::size_t kEscapeLength = 7;  // _xHHHH_

/// The length of the character that begins there; 0 where none does.
std::size_t character_length(std::string_view text) {
  const auto at = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto follows = [&](std::size_t i) { return (at(i) & 0xC0) == 0x80; };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if ((first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) > 0x9F)) return 0;
    return follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if ((first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) > 0x8F)) return 0;
    return follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

bool is_control(unsigned char c) { return c < 0x20 && c != '\t' && c != '\n'; }

/// What an escape at the beginning of `text` stands for, if an underscore follows the digits.
std::optional<char32_t> escaped_unit(std::string_view text) {
  if (text.size() < kEscapeLength || text[0] != '_' || text[1] != 'x') return std::nullopt;
  char32_t value = 0;
  for (std::size_t i = 2; i < 6; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (std::isxdigit(c) == 0) return std::nullopt;
    value = value * 16 + static_cast<char32_t>(std::isdigit(c) != 0 ? c - '0' : std::tolower(c) - 'a' + 10);
  }
  return value;
}

/// The unit that an escape at the beginning of `text` stands for.
std::optional<char32_t> escape_at(std::string_view text) {
  return text.size() >= kEscapeLength && text[6] == '_' ? escaped_unit(text) : std::nullopt;
}

/// Whether what begins there is an escape once what follows it is written: that may begin with an underscore,
/// too.
bool would_be_escape(std::string_view text) {
  const auto unit = escaped_unit(text);
  const auto next = static_cast<unsigned char>(unit ? text[6] : 'x');
  return unit && (next == '_' || next == 0xEF || is_control(next));
}

bool is_high(char32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(char32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::size_t utf16_length(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    count += (byte & 0xC0) == 0x80 ? 0 : (byte >= 0xF0 ? 2 : 1);
  }
  return count;
}

void append_utf8(std::string& out, char32_t character) {
  const auto add = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (character < 0x80) {
    add(character);
  } else if (character < 0x800) {
    add(0xC0 | (character >> 6));
    add(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    add(0xE0 | (character >> 12));
    add(0x80 | ((character >> 6) & 0x3F));
    add(0x80 | (character & 0x3F));
  } else {
    add(0xF0 | (character >> 18));
    add(0x80 | ((character >> 12) & 0x3F));
    add(0x80 | ((character >> 6) & 0x3F));
    add(0x80 | (character & 0x3F));
  }
}

std::string without_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto unit = escape_at(text);
    if (!unit) {
      const auto next = text.find("_x", 1);
      out.append(text.substr(0, next));
      text.remove_prefix(next == std::string_view::npos ? text.size() : next);
      continue;
    }
    const auto second = is_high(*unit) ? escape_at(text.substr(kEscapeLength)) : std::nullopt;
    if (second && is_low(*second)) {
      append_utf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*second - 0xDC00));
      text.remove_prefix(2 * kEscapeLength);
    } else if (is_high(*unit) || is_low(*unit)) {
      out.append(text.substr(0, kEscapeLength));
      text.remove_prefix(kEscapeLength);
    } else {
      append_utf8(out, *unit);
      text.remove_prefix(kEscapeLength);
    }
  }
  return out;
}

void append_escaped(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '&') {
      out.append("&amp;");
    } else if (c == '<') {
      out.append("&lt;");
    } else if (c == '>') {
      out.append("&gt;");
    } else if (c == '_' && would_be_escape(text.substr(i))) {
      out.append("_x005F_");
    } else if (is_control(c)) {
      fmt::format_to(std::back_inserter(out), "_x{:04X}_", c);
    } else if (text.substr(i, 3) == "\xEF\xBF\xBE" || text.substr(i, 3) == "\xEF\xBF\xBF") {
      out.append(text[i + 2] == '\xBE' ? "_xFFFE_" : "_xFFFF_");
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
}

}  // namespace countersign::sheets
