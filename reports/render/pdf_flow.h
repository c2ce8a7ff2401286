#pragma once

#include "reports/render/pdf_canvas.h"
#include "reports/render/pdf_fonts.h"
#include "reports/render/pdf_style.h"

#include <optional>
#include <string>
#include <vector>

namespace countersign::render::pdf {

/// What stands on every page.
struct Running {
  std::string tenant, title, period, foot;
};

/// A heading, as the contents and the bookmarks list it.
struct Entry {
  int level = 1;
  std::string text, anchor;
  int page = 1;
};

/// Puts one thing below the other, and begins a new page where the next does not fit: with the running head
/// and foot, and nothing else, on each. Beginning a page draws its head, so no element that holds text of its
/// own may be open then (see Tag); the functions here and pdf_table.h keep to that.
class Flow {
 public:
  /// `pages` is what the foot says there are.
  Flow(Canvas& canvas, Fonts& fonts, Running running, int pages);

  /// Level 1 begins a page; level 3 stands in no list. Stays with at least `keep` points of what follows.
  /// Bookmarks and contents list it under `listed_as`, or its text; not at all where the anchor is empty.
  void heading(int level, const std::string& text, const std::string& anchor, double keep = 70,
               const std::string& listed_as = {});
  /// The document's own title.
  void title(const std::string& text);
  void paragraph(const std::string& text, const TextStyle& style = kBody);
  /// A line of the contents: leads to its section, and says the page.
  void contents_line(const Entry& entry);
  /// Program text on a panel.
  void code(const std::string& text);
  /// A paragraph on a panel with a line of a colour on its left.
  void statement(const std::string& text, const TextStyle& style, const Colour& bar);
  /// What a digest is of, and the digest in program type beside it.
  void digest(const std::string& of, const std::string& digest);
  /// A heading and paragraphs on a panel with a line on its left.
  void panel(const std::string& heading, const std::vector<std::string>& paragraphs);
  /// Items behind bullets.
  void list(const std::vector<std::string>& items);
  void space(double height) { y_ += height; }
  void new_page();
  /// A new page, if there is something on this one: before a section's element is open.
  void fresh_page();
  /// A new page, if less than `height` is left of this one and there is something on it.
  void need(double height);

  Canvas& canvas() { return canvas_; }
  Fonts& fonts() { return fonts_; }
  double y() const { return y_; }
  double room() const { return kBottom - y_; }
  int page() const { return page_; }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  struct Box {
    double x = kLeft, width = kWidth;
    std::optional<Colour> ground;  ///< behind the lines, from x - 8 to the right margin
    std::optional<Colour> bar;     ///< along its left side
  };
  void running();
  /// Lines of a text, over as many pages as they need, as one element.
  void place(const Text& text, const char* tag, const Box& box);
  void ground(double height, const Box& box);

  Canvas& canvas_;
  Fonts& fonts_;
  Running running_;
  int pages_;
  int page_ = 1;
  double y_ = kTop;
  double under_heading_ = 0;  // where the last heading ended, if on this page
  std::vector<Entry> entries_;
};

}  // namespace countersign::render::pdf
