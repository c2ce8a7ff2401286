#pragma once

#include "reports/render/pdf_flow.h"

#include <optional>
#include <string>
#include <vector>

namespace countersign::render::pdf {

struct TableColumn {
  std::string title;
  double width = 0;  ///< 0: by what is in it
  TextStyle style = kCell;
};

struct TableCell {
  std::string text;
  std::string link = {};                ///< an anchor
  std::optional<TextStyle> style = {};  ///< instead of the column's
};

struct Table {
  std::vector<TableColumn> columns;
  std::vector<std::vector<TableCell>> rows;  ///< each with as many cells as there are columns
};

/// Draws a table over as many pages as it needs. Its head stands again on each page. A row is not broken
/// unless it is higher than a page. Columns of width 0 share what the others leave, by what is in them.
void draw(Flow& flow, const Table& table);

/// Draws a table whose empty cells are lines to write on by hand.
void draw_blanks(Flow& flow, const Table& table);

/// A name and what it is.
struct Fact {
  std::string name, value;
  TextStyle style = kCell;
};

/// Draws facts as a table of two columns whose heads are the names.
void draw(Flow& flow, const std::vector<Fact>& facts);

}  // namespace countersign::render::pdf
