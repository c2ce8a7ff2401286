#include "reports/render/html_text.h"

#include "ledger/base/encoding.h"

#include <fmt/format.h>

#include <array>
#include <variant>

namespace countersign::render {
namespace {

constexpr char32_t kNoCharacter = 0xFFFFFFFF;
constexpr std::size_t kCellBytesMax = 2000;
constexpr std::int64_t kMicros = 1'000'000;

/// The character that begins `text`, and how many bytes it has; kNoCharacter and 1 where there is none.
struct Decoded {
  char32_t character;
  std::size_t bytes;
};

Decoded first_character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {kNoCharacter, 1};
  char32_t character = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {kNoCharacter, 1};
    character = (character << 6) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
  if (character < kLeast[bytes] || character > 0x10FFFF || surrogate) return {kNoCharacter, 1};
  return {character, bytes};
}

/// Characters that change how text looks, or hide, without being seen themselves. The joiners U+200C and
/// U+200D stay: scripts and emoji are spelled with them.
bool is_invisible(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || c == 0x34F || c == 0x61C || c == 0x180E ||
         c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0x3164 || c == 0xFEFF || (c >= 0xFDD0 && c <= 0xFDEF) ||
         (c & 0xFFFE) == 0xFFFE || (c >= 0xE0000 && c <= 0xE0FFF) || (c >= 0xFFF0 && c <= 0xFFFB);
}

void append_character(std::string& out, char32_t c, std::string_view bytes, Lines lines) {
  if (c == kNoCharacter) {
    out += "\xEF\xBF\xBD";
  } else if ((c == '\n' || c == '\t') && lines == Lines::kept) {
    out += bytes;
  } else if (is_invisible(c)) {
    out += fmt::format("[U+{:04X}]", static_cast<std::uint32_t>(c));
  } else if (c == '<') {
    out += "&lt;";
  } else if (c == '>') {
    out += "&gt;";
  } else if (c == '&') {
    out += "&amp;";
  } else if (c == '"') {
    out += "&quot;";
  } else if (c == '\'') {
    out += "&#39;";
  } else {
    out += bytes;
  }
}

}  // namespace

std::string escaped(std::string_view text, Lines lines) { return escaped_start(text, text.size(), lines); }

std::string escaped_start(std::string_view text, std::size_t bytes_max, Lines lines) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const auto [character, bytes] = first_character(text.substr(at));
    if (at + bytes > bytes_max) break;
    append_character(out, character, text.substr(at, bytes), lines);
    at += bytes;
  }
  if (at < text.size())
    out += fmt::format(" … <span class=\"note\">({} more bytes in the report’s JSON)</span>",
                       grouped(std::uint64_t{text.size() - at}));
  return out;
}

std::string css_string(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const auto [character, bytes] = first_character(text);
    const bool plain = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                       (character >= '0' && character <= '9');
    if (plain) {
      out += static_cast<char>(character);
    } else if (character == kNoCharacter || character < 0x20 || character == 0x7F ||
               is_invisible(character)) {
      out += "\\fffd ";
    } else {
      out += fmt::format("\\{:x} ", static_cast<std::uint32_t>(character));
    }
    text.remove_prefix(bytes);
  }
  return out + "\"";
}

std::string shown(base::Timestamp time) {
  const auto text = base::format_rfc3339(time);
  return text.substr(0, 10) + " " + text.substr(11, 8) + " UTC";
}

std::string duration(base::Timestamp from, base::Timestamp until) {
  const std::int64_t seconds = until <= from ? 0 : (until.micros - from.micros) / kMicros;
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 86'400) return fmt::format("{} h {} min", seconds / 3600, seconds % 3600 / 60);
  return fmt::format("{} d {} h", grouped(seconds / 86'400), seconds % 86'400 / 3600);
}

std::string share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "";
  // Never 0.0 % of something, nor 100.0 % of less than all.
  if (part > 0 && part < whole && part < whole / 2000) return "under 0.1 %";
  if (part < whole && whole - part < whole / 2000) return "over 99.9 %";
  const auto tenths =
      static_cast<std::uint64_t>(static_cast<double>(part) * 1000 / static_cast<double>(whole) + 0.5);
  return fmt::format("{}.{} %", tenths / 10, tenths % 10);
}

std::string shown(const base::Digest& digest) {
  return fmt::format("<code class=\"hash\">{}</code>", base::to_hex(digest.view()));
}

std::string shown(const reports::Cell& cell, Number number) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell))
    return number == Number::figure ? grouped(*whole) : std::to_string(*whole);
  const auto* text = std::get_if<std::string>(&cell);
  if (text == nullptr) return "<span class=\"note\">–</span>";
  if (text->empty()) return "<span class=\"note\">empty</span>";
  return escaped_start(*text, kCellBytesMax);
}

std::string anchor(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (!plain) c = '_';
  }
  return out;
}

}  // namespace countersign::render
