#include "reports/sheets/cell_xml.h"

#include "reports/sheets/text.h"

#include <fmt/format.h>

#include <charconv>

namespace countersign::sheets {

std::string cell_xml(std::string_view prefix, Place place, std::string_view style, std::string_view text) {
  std::string style_attribute;
  if (!style.empty()) {
    style_attribute = " s=\"";
    append_escaped(style_attribute, style);
    style_attribute.append("\"");
  }
  const auto head =
      fmt::format("<{}c r=\"{}\"{}", prefix, address({}, place.row, place.column), style_attribute);
  if (text.empty()) return head + "/>";
  std::string out =
      fmt::format("{} t=\"inlineStr\"><{}is><{}t xml:space=\"preserve\">", head, prefix, prefix);
  append_escaped(out, text);
  return out + fmt::format("</{0}t></{0}is></{0}c>", prefix);
}

std::optional<Span> attribute_span(std::string_view tag, std::string_view name) {
  constexpr std::string_view kWhite = " \t\r\n";
  std::size_t at = tag.find_first_of(kWhite);
  while (at < tag.size()) {
    const auto begin = tag.find_first_not_of(kWhite, at);
    const auto equals = tag.find('=', at);
    const auto quote = equals == std::string_view::npos ? equals : tag.find_first_of("\"'", equals);
    if (quote == std::string_view::npos) return std::nullopt;
    const auto end = tag.find(tag[quote], quote + 1);
    if (end == std::string_view::npos) return std::nullopt;
    auto found = tag.substr(begin, equals - begin);
    found = found.substr(0, found.find_last_not_of(kWhite) + 1);
    if (found == name) return Span{quote + 1, end};
    at = end + 1;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> number_of(std::optional<std::string_view> text) {
  std::uint32_t value = 0;
  if (!text) return std::nullopt;
  const auto* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

}  // namespace countersign::sheets
