#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace countersign::render {

/// What stands in a column, which decides how it is set.
enum class Set {
  text,
  number,  ///< to the right
  code,    ///< breaks anywhere
  line,    ///< short: stays on one line where there is room
  wide,    ///< prose
};

struct Column {
  std::string title;  ///< plain text; escaped here
  Set set = Set::text;
};

/// Writes a table into a page, row by row: a caption, heads with their scope, the first cell of a row as the
/// row's head, and around it a region that scrolls by keyboard where the window is narrower. end() must be
/// called once.
class Table {
 public:
  /// `id` of the region; the caption's is `<id>-caption`. `caption` is HTML. `heading` is the id of a heading
  /// before the table, which then names the region together with the caption.
  Table(std::string& out, std::string_view id, std::string_view caption, std::vector<Column> columns,
        std::string_view heading = {});
  /// HTML of each cell, as many as there are columns.
  void row(const std::vector<std::string>& cells);
  void end();

 private:
  std::string& out_;
  std::vector<Column> columns_;
};

/// The letter of a table, where it has one, and a title, both HTML: for a caption or a heading.
std::string lettered(std::string_view letter, std::string_view title);

}  // namespace countersign::render
