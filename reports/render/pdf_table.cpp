#include "reports/render/pdf_table.h"

#include <algorithm>
#include <cmath>

namespace countersign::render::pdf {
namespace {

constexpr double kGap = 8;      // between columns
constexpr double kAbove = 3.2;  // within a row
constexpr double kBelow = 3.2;
constexpr double kWordMax = 96;  // a longer word is broken rather than given room

/// The width of the widest word, as far as words are kept whole.
double widest_word(Fonts& fonts, const std::string& text, const TextStyle& style) {
  double out = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    out = std::max(out, fonts.width_of(std::string_view(text).substr(at, end - at), style));
    at = end + 1;
  }
  return out;
}

struct Wish {
  double least = 0, whole = 0;
};

Wish wish_of(Fonts& fonts, const Table& table, std::size_t column) {
  const auto& head = table.columns[column];
  constexpr double kSlack = 1.5;  // kerning and rounding
  Wish out{widest_word(fonts, head.title, kCellHead), fonts.width_of(head.title, kCellHead)};
  for (const auto& row : table.rows) {
    const std::string& text = row[column].text;
    out.least = std::max(out.least, std::min(kWordMax, widest_word(fonts, text, head.style)));
    out.whole = std::max(out.whole, fonts.width_of(text, head.style));
  }
  out.whole = std::max(out.whole, out.least);
  return {out.least + kSlack, out.whole + kSlack};
}

/// The width up to which columns grow alike, none below its least or beyond its whole, so that they fill
/// `room`: a narrow column is not broken while there is a wider one.
double level_of(const std::vector<Wish>& wishes, double room) {
  double low = 0, high = room;
  for (int step = 0; step < 40; ++step) {
    const double middle = (low + high) / 2;
    double sum = 0;
    for (const Wish& wish : wishes) sum += std::clamp(middle, wish.least, wish.whole);
    (sum > room ? high : low) = middle;
  }
  return low;
}

/// Widths without the gaps, which sum up to the page's width.
std::vector<double> widths(Fonts& fonts, const Table& table) {
  const std::size_t count = table.columns.size();
  std::vector<double> out;
  std::vector<Wish> wishes;
  double room = kWidth - kGap * static_cast<double>(count - 1), least = 0, whole = 0, open = 0;
  for (std::size_t at = 0; at < count; ++at) {
    const double fixed = table.columns[at].width;
    wishes.push_back(fixed > 0 ? Wish{} : wish_of(fonts, table, at));
    out.push_back(fixed);
    room -= fixed;
    least += wishes.back().least;
    whole += wishes.back().whole;
    open += fixed > 0 ? 0 : 1;
  }
  const double level = least < room && whole > room ? level_of(wishes, room) : 0;
  for (std::size_t at = 0; at < count; ++at) {
    const Wish& wish = wishes[at];
    if (table.columns[at].width > 0) continue;
    if (whole <= room) {
      out[at] = wish.whole + (room - whole) / open;
    } else if (least < room) {
      out[at] = std::clamp(level, wish.least, wish.whole);
    } else {
      out[at] = wish.least * room / least;
    }
  }
  return out;
}

enum class EmptyCells { left_empty, to_write_on };

class Drawing {
 public:
  Drawing(Flow& flow, const Table& table, EmptyCells empty)
      : flow_(flow), table_(table), empty_(empty), widths_(widths(flow.fonts(), table)), head_(set_head()) {}

  void draw() {
    const double first = table_.rows.empty() ? 0 : height_of(set(table_.rows.front()));
    const double head = has_head() ? height_of(head_) : 0;
    // Before the element is open: it would have no row on the page that ends.
    flow_.need(std::min(head + first, kRoom));
    const Tag tag(flow_.canvas(), "Table");
    draw_head();
    for (const auto& row : table_.rows) draw_row(row);
  }

 private:
  using Cells = std::vector<Text>;

  bool has_head() const {
    return std::any_of(table_.columns.begin(), table_.columns.end(),
                       [](const TableColumn& column) { return !column.title.empty(); });
  }

  Cells set_head() {
    Cells out;
    for (std::size_t at = 0; at < widths_.size(); ++at) {
      TextStyle style = kCellHead;
      style.align = table_.columns[at].style.align;
      out.push_back(flow_.fonts().set(table_.columns[at].title, style, widths_[at]));
    }
    return out;
  }

  Cells set(const std::vector<TableCell>& row) {
    Cells out;
    for (std::size_t at = 0; at < widths_.size(); ++at) {
      TextStyle style = row[at].style.value_or(table_.columns[at].style);
      if (!row[at].link.empty()) style.colour = kAccent;
      out.push_back(flow_.fonts().set(row[at].text, style, widths_[at]));
    }
    return out;
  }

  static double height_of(const Cells& cells) {
    double out = 0;
    for (const Text& cell : cells) out = std::max(out, cell.height());
    return out + kAbove + kBelow;
  }

  void draw_head() {
    if (!has_head()) return;
    const Tag row(flow_.canvas(), "TR");
    draw_cells(head_, nullptr, 0, kRoom);
    flow_.canvas().rule(kLeft, flow_.y(), kWidth, 0.8, kQuiet);
  }

  void draw_row(const std::vector<TableCell>& row) {
    const Cells cells = set(row);
    if (empty_ == EmptyCells::to_write_on) return draw_blank_row(row, cells);
    const double height = height_of(cells);
    if (flow_.room() < std::min(height, kRoom - height_of(head_))) next_page();
    double drawn = 0;
    const double whole = height - kAbove - kBelow;
    while (true) {
      const double room = flow_.room() - kAbove - kBelow;
      {
        const Tag tag(flow_.canvas(), "TR");
        draw_cells(cells, &row, drawn, room);
      }
      // Of all cells the same number of points, whole lines of the smallest leading that is used.
      drawn += room;
      if (drawn >= whole) break;
      next_page();
    }
    flow_.canvas().rule(kLeft, flow_.y(), kWidth, 0.4, kRule);
  }

  void draw_blank_row(const std::vector<TableCell>& row, const Cells& cells) {
    constexpr double kRoomToWrite = 20;
    if (flow_.room() < height_of(cells) + kRoomToWrite) next_page();
    flow_.space(kRoomToWrite);
    {
      const Tag tag(flow_.canvas(), "TR");
      draw_cells(cells, &row, 0, kRoom);
    }
    double x = kLeft;
    for (std::size_t at = 0; at < row.size(); ++at) {
      if (row[at].text.empty()) flow_.canvas().rule(x, flow_.y() - kBelow, widths_[at], 0.6, kQuiet);
      x += widths_[at] + kGap;
    }
  }

  void next_page() {
    flow_.new_page();
    draw_head();
  }

  /// Draws of each cell the lines between `from` and `from + room` points of its height.
  void draw_cells(const Cells& cells, const std::vector<TableCell>* row, double from, double room) {
    double x = kLeft, height = 0;
    for (std::size_t at = 0; at < cells.size(); ++at) {
      const Text& cell = cells[at];
      const double leading = cell.style().leading;
      const auto line_at = [&](double points) {
        return std::min(cell.lines(), static_cast<std::size_t>(std::floor(points / leading + 0.001)));
      };
      const std::size_t first = line_at(from), count = line_at(from + room) - first;
      const bool names = row == nullptr || (!has_head() && at == 0);
      const Tag tag(flow_.canvas(), names ? "TH" : "TD");
      const Tag link = Tag::link(flow_.canvas(), row == nullptr ? std::string() : (*row)[at].link);
      flow_.canvas().text(cell, x, flow_.y() + kAbove, first, count);
      height = std::max(height, leading * static_cast<double>(count));
      x += widths_[at] + kGap;
    }
    flow_.space(kAbove + height + kBelow);
  }

  Flow& flow_;
  const Table& table_;
  EmptyCells empty_;
  std::vector<double> widths_;
  Cells head_;
};

}  // namespace

void draw(Flow& flow, const Table& table) {
  Drawing(flow, table, EmptyCells::left_empty).draw();
  flow.space(10);
}

void draw_blanks(Flow& flow, const Table& table) {
  Drawing(flow, table, EmptyCells::to_write_on).draw();
  flow.space(10);
}

void draw(Flow& flow, const std::vector<Fact>& facts) {
  Table table;
  TextStyle name = kCell;
  name.colour = kQuiet;
  table.columns = {{"", 118, name}, {""}};
  for (const Fact& fact : facts) table.rows.push_back({{fact.name}, {fact.value, {}, fact.style}});
  draw(flow, table);
}

}  // namespace countersign::render::pdf
