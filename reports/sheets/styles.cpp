#include "reports/sheets/styles.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kStylesMax = 100'000;
constexpr std::int64_t kDayAfterTheLast = 2'958'466;  // 10000-01-01, from 1899-12-30

std::uint32_t number_of(std::optional<std::string_view> text) {
  std::uint32_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

class StylesReader : public XmlHandler {
 public:
  base::Result<void> start(const Tag& tag) override {
    if (++depth_ == 2) inside_ = tag.space == Space::main ? std::string(tag.name) : "";
    if (depth_ != 3) return {};
    if (inside_ == "numFmts" && tag.is("numFmt")) {
      if (codes.size() >= kStylesMax)
        return fail(Code::resource_exhausted, "the workbook has too many number formats");
      codes[number_of(tag.attribute("numFmtId"))] = shape_of_code(tag.attribute("formatCode").value_or(""));
    } else if (inside_ == "cellXfs" && tag.is("xf")) {
      if (formats.size() >= kStylesMax)
        return fail(Code::resource_exhausted, "the workbook has too many styles");
      formats.push_back(number_of(tag.attribute("numFmtId")));
    }
    return {};
  }
  base::Result<void> end(const Tag&) override {
    --depth_;
    return {};
  }

  std::map<std::uint32_t, Shape> codes;
  std::vector<std::uint32_t> formats;

 private:
  std::size_t depth_ = 0;
  std::string inside_;
};

/// What stands in the place of quoted text and colours: `d` for a date, `h` for a time, `m` for what is
/// either.
std::string marks_of(std::string_view code) {
  std::string marks;
  for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
    const char c = static_cast<char>(std::tolower(static_cast<unsigned char>(code[i])));
    if (c == '"') {
      i = std::min(code.find('"', i + 1), code.size());
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[') {
      const auto end = std::min(code.find(']', i), code.size());
      const char first = i + 1 < code.size()
                             ? static_cast<char>(std::tolower(static_cast<unsigned char>(code[i + 1])))
                             : ']';
      const bool elapsed = code.substr(i + 1, end - i - 1).find_first_not_of(first) == std::string_view::npos;
      if (elapsed && (first == 'h' || first == 's' || first == 'm')) marks.push_back('h');
      i = end;
    } else if (c == 'a' && (code.substr(i, 5) == "AM/PM" || code.substr(i, 5) == "am/pm")) {
      i += 4;
    } else if (c == 'y' || c == 'd') {
      marks.push_back('d');
    } else if (c == 'h' || c == 's') {
      marks.push_back('h');
    } else if (c == 'm') {
      marks.push_back('m');
    }
  }
  return marks;
}

std::string date_text(std::int64_t day, bool from_1904) {
  // Excel's calendar has a 29th of February 1900, which was not.
  if (!from_1904 && day == 60) return "1900-02-29";
  const std::int64_t since = from_1904 ? day + 1'462 : (day < 60 ? day + 1 : day);
  const std::chrono::year_month_day date(std::chrono::sys_days(std::chrono::days(since - 25'569)));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string time_text(std::int64_t seconds) {
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/// Absent where the number is no day of the calendar.
std::optional<std::string> moment_text(double value, Shape shape, bool from_1904) {
  const std::int64_t last = from_1904 ? kDayAfterTheLast - 1'462 : kDayAfterTheLast;
  if (!(value >= 0) || value >= static_cast<double>(last)) return std::nullopt;
  if (shape == Shape::date) return date_text(static_cast<std::int64_t>(value), from_1904);
  const auto seconds = static_cast<std::int64_t>(std::llround(value * 86'400));
  if (shape == Shape::time) return time_text(seconds);
  if (seconds / 86'400 >= last) return std::nullopt;
  return date_text(seconds / 86'400, from_1904) + "T" + time_text(seconds % 86'400);
}

std::string shortest(double value) {
  std::array<char, 64> text{};
  const double size = std::abs(value);
  const bool plain = value == 0 || (size >= 1e-6 && size < 1e16);
  const auto end =
      plain ? std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed)
            : std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

}  // namespace

Shape shape_of_code(std::string_view code) {
  const auto marks = marks_of(code);
  const bool time = marks.find('h') != std::string::npos;
  const bool date = marks.find('d') != std::string::npos || (!time && marks.find('m') != std::string::npos);
  if (date) return time ? Shape::date_time : Shape::date;
  return time ? Shape::time : Shape::number;
}

Shape shape_of_built_in(std::uint32_t id) {
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 54) || id == 57 ||
      id == 58)
    return Shape::date;
  if (id == 22) return Shape::date_time;
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) || id == 55 || id == 56)
    return Shape::time;
  return Shape::number;
}

base::Result<Styles> Styles::read(const Package& package) {
  Styles out;
  if (package.styles() == nullptr) return out;
  StylesReader reader;
  TRY(parse_part(package.zip(), *package.styles(), reader));
  for (const auto format : reader.formats) {
    const auto own = reader.codes.find(format);
    out.shapes_.push_back(own == reader.codes.end() ? shape_of_built_in(format) : own->second);
  }
  return out;
}

Shown show_number(std::string_view spelled, Shape shape, bool from_1904) {
  double value = 0;
  const auto end = spelled.data() + spelled.size();
  const auto read = std::from_chars(spelled.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(value))
    return {Kind::text, std::string(spelled)};
  if (shape != Shape::number) {
    if (auto text = moment_text(value, shape, from_1904)) return {Kind::date, std::move(*text)};
  }
  return {Kind::number, shortest(value)};
}

}  // namespace countersign::sheets
