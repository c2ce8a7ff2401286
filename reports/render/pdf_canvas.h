#pragma once

#include "ledger/base/result.h"
#include "reports/render/pdf_fonts.h"
#include "reports/render/pdf_style.h"

#include <cairo.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::render::pdf {

/// What a PDF says of itself.
struct Metadata {
  std::string title, subject, creator;
  std::string created;  ///< RFC 3339, without a fraction
};

/// The pages of a PDF, drawn one after the other. Or of none: a canvas that measures takes the same calls and
/// draws nothing, by which page numbers are known before the first page is drawn. One thread.
class Canvas {
 public:
  static std::unique_ptr<Canvas> measuring();
  static std::unique_ptr<Canvas> drawing(const Metadata& metadata);
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;
  ~Canvas() = default;

  /// Draws lines [first, first + count) of a text, the first of them at `top`.
  void text(const Text& text, double x, double top, std::size_t first, std::size_t count);
  void fill(double x, double y, double width, double height, const Colour& colour);
  /// Draws a horizontal line.
  void rule(double x, double y, double width, double thickness, const Colour& colour);
  void next_page();

  /// Names the next bookmark. `level` from 1, by at most one more than that of the one before.
  void bookmark(int level, const std::string& text, const std::string& anchor);

  /// Ends the last page. The document; empty of a canvas that measures. The canvas is of no use afterwards.
  base::Result<std::string> finish();

 private:
  friend class Tag;
  Canvas() = default;

  struct DestroySurface {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  };
  struct DestroyContext {
    void operator()(cairo_t* context) const { cairo_destroy(context); }
  };
  std::string bytes_;
  std::unique_ptr<cairo_surface_t, DestroySurface> surface_;  // null: measures
  std::unique_ptr<cairo_t, DestroyContext> cairo_;
  std::vector<int> bookmarks_;  // the last of each level
};

/// An element of the document's structure, around what is drawn while it lives: `Sect`, `H1`, `P`, `Table`,
/// `TR`, `TH`, `TD` and others of PDF 32000-1, 14.8.4. Elements nest as the objects do. One that has no other
/// inside may not live on when the page ends: it would take in the next page's head.
class Tag {
 public:
  Tag(Canvas& canvas, const char* name);
  Tag(const Tag&) = delete;
  Tag& operator=(const Tag&) = delete;
  ~Tag();

  /// A link to what `anchor` names; nothing if that is empty.
  static Tag link(Canvas& canvas, const std::string& anchor);
  /// What links to `anchor` lead to; nothing if that is empty. Anchors are made of letters and digits.
  static Tag destination(Canvas& canvas, const std::string& anchor);

 private:
  Tag(Canvas& canvas, const char* name, const std::string& attributes);
  cairo_t* cairo_;  // null: nothing to end
  const char* name_;
};

}  // namespace countersign::render::pdf
