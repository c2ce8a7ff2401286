#pragma once

#include "ledger/base/result.h"
#include "reports/sheets/package.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::sheets {

/// What a style makes of a number.
enum class Shape : std::uint8_t { number, date, time, date_time };

/// The shapes of a workbook's cell styles (xl/styles.xml).
class Styles {
 public:
  static base::Result<Styles> read(const Package& package);

  /// `style` is a cell's `s`. A number where there is no such style.
  Shape shape_of(std::size_t style) const { return style < shapes_.size() ? shapes_[style] : Shape::number; }

 private:
  std::vector<Shape> shapes_;
};

/// What a number format shows: by its code (ECMA-376 part 1, 18.8.31), and by the number of one that is built
/// in (18.8.30).
Shape shape_of_code(std::string_view code);
Shape shape_of_built_in(std::uint32_t id);

/// A number as it is told: in its shortest form, or as an ISO date where `shape` and the number make one.
/// What is no number stays as it stands.
struct Shown {
  Kind kind = Kind::number;
  std::string text;
};
Shown show_number(std::string_view spelled, Shape shape, bool from_1904);

}  // namespace countersign::sheets
