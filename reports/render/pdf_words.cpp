#include "reports/render/pdf_words.h"

#include "ledger/base/encoding.h"
#include "reports/engine/grouped.h"
#include "reports/render/pdf_style.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace countersign::render::pdf {
namespace {

constexpr char32_t kNotText = 0xFFFD;

/// Reads one character of UTF-8 at the front of `rest` and drops it; of what is none, one byte.
char32_t take_character(std::string_view& rest) {
  const auto byte = [&rest](std::size_t at) { return static_cast<unsigned char>(rest[at]); };
  const unsigned char lead = byte(0);
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xC2 ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF5 ? 4
                                         : 0;
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  if (size == 1) {
    rest.remove_prefix(1);
    return lead;
  }
  char32_t value = lead & (0xFFU >> (size + 1));
  bool good = size != 0 && rest.size() >= size;
  for (std::size_t at = 1; good && at < size; ++at) {
    good = (byte(at) & 0xC0U) == 0x80U;
    value = value << 6U | (byte(at) & 0x3FU);
  }
  if (!good || value < kLeast[size] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
    rest.remove_prefix(1);
    return kNotText;
  }
  rest.remove_prefix(size);
  return value;
}

struct Range {
  char32_t first, last;
};

/// Controls, and characters that draw nothing, break lines or turn the direction of writing.
constexpr std::array<Range, 13> kUnseen{{{0x00, 0x1F},
                                         {0x7F, 0x9F},
                                         {0xAD, 0xAD},
                                         {0x61C, 0x61C},
                                         {0x115F, 0x1160},
                                         {0x180B, 0x180F},
                                         {0x200B, 0x200F},
                                         {0x2028, 0x202E},
                                         {0x2060, 0x206F},
                                         {0xFE00, 0xFE0F},
                                         {0xFEFF, 0xFEFF},
                                         {0xFFF9, 0xFFFB},
                                         {0xE0000, 0xE0FFF}}};

/// Code points that are no characters and never will be (Unicode 23.7); cairo refuses text with one.
bool is_noncharacter(char32_t code) {
  return (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
}

bool is_unseen(char32_t character) {
  return is_noncharacter(character) ||
         std::any_of(kUnseen.begin(), kUnseen.end(), [character](const Range& range) {
           return character >= range.first && character <= range.last;
         });
}

enum class Breaks { shown, kept };

std::string printable(std::string_view text, std::size_t bytes_max, Breaks breaks) {
  std::string out;
  std::string_view rest = text;
  while (!rest.empty() && text.size() - rest.size() < bytes_max) {
    const std::string_view before = rest;
    const char32_t character = take_character(rest);
    if (breaks == Breaks::kept && character == U'\n') {
      out += '\n';
    } else if (breaks == Breaks::kept && character == U'\t') {
      out += "    ";
    } else if (character == kNotText) {
      out += "\xEF\xBF\xBD";
    } else if (is_unseen(character)) {
      fmt::format_to(std::back_inserter(out), "<U+{:04X}>", static_cast<std::uint32_t>(character));
    } else {
      out += before.substr(0, before.size() - rest.size());
    }
  }
  if (!rest.empty())
    fmt::format_to(std::back_inserter(out), " … ({} more bytes in report.json)", number(rest.size()));
  return out;
}

std::string numbers(std::string_view one, std::string_view many, const std::vector<std::uint64_t>& values) {
  if (values.empty()) return {};
  std::string out = fmt::format("{} ", values.size() == 1 ? one : many);
  constexpr std::size_t kShown = 20;
  for (std::size_t at = 0; at < std::min(values.size(), kShown); ++at) {
    out += fmt::format("{}{}", at == 0 ? "" : ", ", values[at]);
  }
  if (values.size() > kShown) out += fmt::format(" and {} more", number(values.size() - kShown));
  return out;
}

}  // namespace

std::string one_line(std::string_view text, std::size_t bytes_max) {
  return printable(text, bytes_max, Breaks::shown);
}

std::string lines(std::string_view text, std::size_t bytes_max) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return printable(text, bytes_max, Breaks::kept);
}

std::string number(std::uint64_t value) { return reports::grouped(value); }

std::string number(std::int64_t value) {
  // U+2212, the minus sign that is as wide as a digit.
  if (value < 0) return "\xE2\x88\x92" + number(std::uint64_t{0} - static_cast<std::uint64_t>(value));
  return number(static_cast<std::uint64_t>(value));
}

std::string time(base::Timestamp when) {
  const std::string text = base::format_rfc3339(when);  // 2026-01-31T23:59:59.123456Z
  std::string fraction = text.substr(19, 7);
  while (!fraction.empty() && (fraction.back() == '0' || fraction.back() == '.')) fraction.pop_back();
  return fmt::format("{} {}{} UTC", text.substr(0, 10), text.substr(11, 8), fraction);
}

std::string time(const std::optional<base::Timestamp>& when) { return when ? time(*when) : "–"; }

std::string hex(const base::Digest& digest) { return base::to_hex(digest.view()); }

std::string cell(const reports::Cell& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return number(*whole);
  if (const auto* text = std::get_if<std::string>(&value)) return one_line(*text, kCellBytesMax);
  return {};
}

std::string item(const reports::Cell& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  return whole != nullptr ? std::to_string(*whole) : cell(value);
}

std::string records(const reports::Exception& exception) {
  const std::string own = numbers("record", "records", exception.records);
  const std::string system = numbers("system record", "system records", exception.system_records);
  return own.empty() || system.empty() ? own + system : own + "; " + system;
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  return fmt::format("{}", fmt::join(parts, between));
}

std::string criteria(const reports::Report& report) {
  constexpr std::size_t kBytesInATitle = 100;
  const std::string framework = one_line(reports::framework_title(report.framework), kCellBytesMax);
  if (report.criteria.empty()) return framework;
  const std::string clauses = one_line(joined(report.criteria, ", "), kCellBytesMax);
  return clauses.size() <= kBytesInATitle ? framework + " " + clauses
                                          : fmt::format("{}, {} clauses", framework, report.criteria.size());
}

std::string period(const reports::Report& report) { return time(report.from) + " to " + time(report.until); }

}  // namespace countersign::render::pdf
