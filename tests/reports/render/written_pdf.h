#pragma once

#include "tests/support/temp_dir.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::testing {

/// A page as it is seen: one byte of grey for each dot, 255 is white.
struct PageImage {
  std::size_t width = 0, height = 0;
  std::string dots;

  std::uint8_t at(std::size_t x, std::size_t y) const {
    return static_cast<std::uint8_t>(dots[y * width + x]);
  }
};

/// A PDF in a file, and what the programs of poppler and qpdf make of it.
class WrittenPdf {
 public:
  explicit WrittenPdf(std::string_view bytes);

  /// What a command prints, errors included. The file stands in it where `{}` does, or else at its end.
  std::string says(const std::string& command) const;
  /// The value of a line of pdfinfo; empty if there is none.
  std::string info(const std::string& name) const;
  std::size_t pages() const;
  /// The text of each page, in its layout.
  std::vector<std::string> texts() const;
  /// All pages, drawn at a number of dots to the inch.
  std::vector<PageImage> images(int dots_per_inch) const;

 private:
  TempDir folder_;
};

/// How often a piece stands in a text.
std::size_t count_of(std::string_view piece, std::string_view text);

}  // namespace countersign::testing
