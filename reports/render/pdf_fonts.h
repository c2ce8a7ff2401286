#pragma once

#include "ledger/base/result.h"
#include "reports/render/pdf_style.h"

#include <pango/pango.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::render::pdf {

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};

/// A text that has been broken into lines of a width. Line n stands n leadings below its top, whatever the
/// height of its letters, so rows of a table line up. A value; refers to no text of the caller's.
class Text {
 public:
  struct Line {
    PangoLayoutLine* line = nullptr;  ///< owned by the layout
    double x = 0, width = 0;
  };

  Text(std::unique_ptr<PangoLayout, Unref> layout, const TextStyle& style);

  std::size_t lines() const { return lines_.size(); }
  const Line& line(std::size_t index) const { return lines_[index]; }
  const TextStyle& style() const { return style_; }
  double height() const { return style_.leading * static_cast<double>(lines_.size()); }

 private:
  std::unique_ptr<PangoLayout, Unref> layout_;
  TextStyle style_;
  std::vector<Line> lines_;
};

/// The typefaces of a document, and the setting of text in them. One document, one thread, at a time.
class Fonts {
 public:
  /// Looks the typefaces up by fontconfig. failed_precondition where one is not installed.
  static base::Result<Fonts> open();

  /// Breaks a text into lines: at spaces, and within a word that is wider than the line, without hyphens. The
  /// text is no markup. Characters that no installed font has become `<U+4E2D>`. `width` at least 1.
  Text set(std::string_view text, const TextStyle& style, double width);
  /// On one line, with an ellipsis where it does not fit.
  Text set_line(std::string_view text, const TextStyle& style, double width);
  /// About the width of a text on one line: exact for ASCII but for kerning, a guess for others.
  double width_of(std::string_view text, const TextStyle& style);

 private:
  explicit Fonts(PangoFontMap* map);
  std::unique_ptr<PangoLayout, Unref> layout(std::string_view text, const TextStyle& style,
                                             double width) const;
  std::string spell_unknown(std::string_view text, const TextStyle& style);

  struct FreeDescription {
    void operator()(PangoFontDescription* description) const { pango_font_description_free(description); }
  };
  std::unique_ptr<PangoFontMap, Unref> map_;
  std::unique_ptr<PangoContext, Unref> context_;
  std::map<Face, std::array<double, 128>> advances_;  ///< of a face at 1 point
  std::map<std::string, bool, std::less<>> unknown_;  ///< characters that were asked for
};

}  // namespace countersign::render::pdf
