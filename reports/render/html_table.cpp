#include "reports/render/html_table.h"

#include "reports/render/html_text.h"

#include <fmt/format.h>

#include <utility>

namespace countersign::render {
namespace {

std::string_view class_of(Set set) {
  switch (set) {
    case Set::number:
      return " class=\"n\"";
    case Set::code:
      return " class=\"c\"";
    case Set::wide:
      return " class=\"w\"";
    case Set::line:
      return " class=\"t\"";
    case Set::text:
      break;
  }
  return "";
}

}  // namespace

Table::Table(std::string& out, std::string_view id, std::string_view caption, std::vector<Column> columns,
             std::string_view heading)
    : out_(out), columns_(std::move(columns)) {
  out_ += fmt::format(
      "<div class=\"scroll\" role=\"region\" id=\"{0}\" aria-labelledby=\"{2}{0}-caption\" tabindex=\"0\">\n"
      "<table>\n<caption id=\"{0}-caption\"><span>{1}</span></caption>\n<thead><tr>",
      id, caption, heading.empty() ? std::string() : fmt::format("{} ", heading));
  for (const auto& column : columns_)
    out_ += fmt::format("<th scope=\"col\"{}>{}</th>", class_of(column.set), escaped(column.title));
  out_ += "</tr></thead>\n<tbody>\n";
}

void Table::row(const std::vector<std::string>& cells) {
  out_ += "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto set = i < columns_.size() ? class_of(columns_[i].set) : "";
    out_ += i == 0 ? fmt::format("<th scope=\"row\"{}>{}</th>", set, cells[i])
                   : fmt::format("<td{}>{}</td>", set, cells[i]);
  }
  out_ += "</tr>\n";
}

void Table::end() { out_ += "</tbody>\n</table>\n</div>\n"; }

std::string lettered(std::string_view letter, std::string_view title) {
  if (letter.empty()) return std::string(title);
  return fmt::format("<span class=\"letter\">Table {}</span> {}", letter, title);
}

}  // namespace countersign::render
