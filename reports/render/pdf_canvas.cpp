#include "reports/render/pdf_canvas.h"

#include <fmt/format.h>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

namespace countersign::render::pdf {
namespace {

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int size) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), size);
  return CAIRO_STATUS_SUCCESS;
}

void set_colour(cairo_t* cairo, const Colour& colour) {
  cairo_set_source_rgb(cairo, colour.red, colour.green, colour.blue);
}

}  // namespace

std::unique_ptr<Canvas> Canvas::measuring() { return std::unique_ptr<Canvas>(new Canvas); }

std::unique_ptr<Canvas> Canvas::drawing(const Metadata& metadata) {
  std::unique_ptr<Canvas> out(new Canvas);
  out->surface_.reset(cairo_pdf_surface_create_for_stream(append, &out->bytes_, kPageWidth, kPageHeight));
  cairo_surface_t* surface = out->surface_.get();
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, metadata.title.c_str());
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, metadata.subject.c_str());
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, metadata.creator.c_str());
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, metadata.created.c_str());
  out->cairo_.reset(cairo_create(surface));
  return out;
}

void Canvas::text(const Text& text, double x, double top, std::size_t first, std::size_t count) {
  if (!cairo_) return;
  const TextStyle& style = text.style();
  set_colour(cairo_.get(), style.colour);
  for (std::size_t at = first; at < first + count; ++at) {
    const auto& line = text.line(at);
    // Capitals are about 0.7 of the size: so they stand in the middle of the leading.
    const double baseline = top + style.leading * (static_cast<double>(at - first) + 0.5) + style.size * 0.35;
    cairo_move_to(cairo_.get(), x + line.x, baseline);
    pango_cairo_show_layout_line(cairo_.get(), line.line);
  }
  cairo_new_path(cairo_.get());
}

void Canvas::fill(double x, double y, double width, double height, const Colour& colour) {
  if (!cairo_) return;
  set_colour(cairo_.get(), colour);
  cairo_rectangle(cairo_.get(), x, y, width, height);
  cairo_fill(cairo_.get());
}

void Canvas::rule(double x, double y, double width, double thickness, const Colour& colour) {
  fill(x, y - thickness / 2, width, thickness, colour);
}

void Canvas::next_page() {
  if (cairo_) cairo_show_page(cairo_.get());
}

void Canvas::bookmark(int level, const std::string& text, const std::string& anchor) {
  if (!cairo_) return;
  bookmarks_.resize(static_cast<std::size_t>(level - 1));
  const int parent = bookmarks_.empty() ? CAIRO_PDF_OUTLINE_ROOT : bookmarks_.back();
  bookmarks_.push_back(cairo_pdf_surface_add_outline(surface_.get(), parent, text.c_str(),
                                                     fmt::format("dest='{}'", anchor).c_str(),
                                                     CAIRO_PDF_OUTLINE_FLAG_OPEN));
}

base::Result<std::string> Canvas::finish() {
  if (!cairo_) return std::string();
  cairo_show_page(cairo_.get());
  const cairo_status_t drawn = cairo_status(cairo_.get());
  cairo_.reset();
  cairo_surface_finish(surface_.get());
  const cairo_status_t written = cairo_surface_status(surface_.get());
  surface_.reset();
  for (const cairo_status_t status : {drawn, written}) {
    if (status != CAIRO_STATUS_SUCCESS) {
      return base::fail(
          status == CAIRO_STATUS_NO_MEMORY ? base::Code::resource_exhausted : base::Code::internal,
          fmt::format("cannot write the PDF: cairo says '{}'", cairo_status_to_string(status)));
    }
  }
  return std::move(bytes_);
}

Tag::Tag(Canvas& canvas, const char* name) : Tag(canvas, name, std::string()) {}

Tag::Tag(Canvas& canvas, const char* name, const std::string& attributes)
    : cairo_(name == nullptr ? nullptr : canvas.cairo_.get()), name_(name) {
  if (cairo_ != nullptr) cairo_tag_begin(cairo_, name_, attributes.c_str());
}

Tag::~Tag() {
  if (cairo_ != nullptr) cairo_tag_end(cairo_, name_);
}

Tag Tag::link(Canvas& canvas, const std::string& anchor) {
  return Tag(canvas, anchor.empty() ? nullptr : CAIRO_TAG_LINK, fmt::format("dest='{}'", anchor));
}

Tag Tag::destination(Canvas& canvas, const std::string& anchor) {
  return Tag(canvas, anchor.empty() ? nullptr : CAIRO_TAG_DEST, fmt::format("name='{}'", anchor));
}

}  // namespace countersign::render::pdf
