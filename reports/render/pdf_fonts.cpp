#include "reports/render/pdf_fonts.h"

#include <fmt/format.h>

#include <hb.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>

#ifdef __SANITIZE_ADDRESS__
/// Read by the leak sanitizer: fontconfig loses 288 bytes once when it reads its settings, and Pango may
/// still be looking for fonts on a thread of its own when the process ends.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }
#endif

namespace countersign::render::pdf {
namespace {

constexpr const char* kSansFamily = "Liberation Sans";
constexpr const char* kMonoFamily = "Liberation Mono";

bool has_family(PangoFontMap* map, std::string_view wanted) {
  PangoFontFamily** families = nullptr;
  int count = 0;
  pango_font_map_list_families(map, &families, &count);
  const bool found = std::any_of(families, families + count, [wanted](PangoFontFamily* family) {
    return wanted == pango_font_family_get_name(family);
  });
  g_free(families);
  return found;
}

double points(int pango_units) { return static_cast<double>(pango_units) / PANGO_SCALE; }

int units(double in_points) { return static_cast<int>(std::lround(in_points * PANGO_SCALE)); }

/// Pango empties the space at which a line was broken, and cairo would then write it as an element within the
/// element, at which some readers stop. So it becomes a space again, without a width: text that is read aloud
/// or copied needs it.
void restore_last_space(PangoLayoutLine* line) {
  if (line->runs == nullptr) return;
  const auto* run = static_cast<PangoLayoutRun*>(g_slist_last(line->runs)->data);
  if (run->glyphs->num_glyphs == 0) return;
  PangoGlyphInfo& last = run->glyphs->glyphs[run->glyphs->num_glyphs - 1];
  if (last.glyph != PANGO_GLYPH_EMPTY) return;
  hb_codepoint_t space = 0;
  if (hb_font_get_nominal_glyph(pango_font_get_hb_font(run->item->analysis.font), ' ', &space) != 0) {
    last.glyph = space;
  }
}

}  // namespace

Text::Text(std::unique_ptr<PangoLayout, Unref> layout, const TextStyle& style)
    : layout_(std::move(layout)), style_(style) {
  PangoLayoutIter* at = pango_layout_get_iter(layout_.get());
  do {
    PangoRectangle logical{};
    pango_layout_iter_get_line_extents(at, nullptr, &logical);
    PangoLayoutLine* const line = pango_layout_iter_get_line(at);
    restore_last_space(line);
    lines_.push_back({line, points(logical.x), points(logical.width)});
  } while (pango_layout_iter_next_line(at) != FALSE);
  pango_layout_iter_free(at);
}

base::Result<Fonts> Fonts::open() {
  PangoFontMap* const map = pango_cairo_font_map_new();
  Fonts fonts(map);
  for (const char* family : {kSansFamily, kMonoFamily}) {
    if (!has_family(map, family)) {
      return base::fail(base::Code::failed_precondition,
                        fmt::format("cannot write a PDF: the typeface {} is not installed on this machine; "
                                    "install the package fonts-liberation (Debian), or liberation-sans-fonts "
                                    "and liberation-mono-fonts (Red Hat)",
                                    family));
    }
  }
  return fonts;
}

Fonts::Fonts(PangoFontMap* map) : map_(map), context_(pango_font_map_create_context(map)) {
  // As on paper, whatever this machine's screen and language are.
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context_.get(), options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(context_.get(), FALSE);
  pango_context_set_language(context_.get(), pango_language_from_string("en"));
  pango_context_set_base_dir(context_.get(), PANGO_DIRECTION_LTR);
}

std::unique_ptr<PangoLayout, Unref> Fonts::layout(std::string_view text, const TextStyle& style,
                                                  double width) const {
  const std::unique_ptr<PangoFontDescription, FreeDescription> description(pango_font_description_new());
  pango_font_description_set_family_static(description.get(),
                                           style.face == Face::mono ? kMonoFamily : kSansFamily);
  pango_font_description_set_absolute_size(description.get(), style.size * PANGO_SCALE);
  if (style.face == Face::bold) pango_font_description_set_weight(description.get(), PANGO_WEIGHT_BOLD);
  if (style.face == Face::italic) pango_font_description_set_style(description.get(), PANGO_STYLE_ITALIC);

  std::unique_ptr<PangoLayout, Unref> out(pango_layout_new(context_.get()));
  pango_layout_set_font_description(out.get(), description.get());
  PangoAttrList* attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
  pango_layout_set_attributes(out.get(), attributes);
  pango_attr_list_unref(attributes);
  pango_layout_set_auto_dir(out.get(), FALSE);
  pango_layout_set_width(out.get(), units(std::max(width, 1.0)));
  pango_layout_set_wrap(out.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_indent(out.get(), -units(style.hanging));
  pango_layout_set_alignment(out.get(), style.align == Align::right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  pango_layout_set_text(out.get(), text.data(), static_cast<int>(text.size()));
  return out;
}

Text Fonts::set(std::string_view lines, const TextStyle& style, double width) {
  // A space before each line feed, which is drawn by nothing: it keeps words apart for who reads the
  // elements.
  std::string text;
  for (const char character : lines) {
    if (character == '\n') text += ' ';
    text += character;
  }
  auto out = layout(text, style, width);
  if (pango_layout_get_unknown_glyphs_count(out.get()) > 0) {
    out = layout(spell_unknown(text, style), style, width);
  }
  return {std::move(out), style};
}

Text Fonts::set_line(std::string_view text, const TextStyle& style, double width) {
  auto out = layout(text, style, width);
  if (pango_layout_get_unknown_glyphs_count(out.get()) > 0) {
    out = layout(spell_unknown(text, style), style, width);
  }
  pango_layout_set_single_paragraph_mode(out.get(), TRUE);
  pango_layout_set_ellipsize(out.get(), PANGO_ELLIPSIZE_END);
  return {std::move(out), style};
}

std::string Fonts::spell_unknown(std::string_view text, const TextStyle& style) {
  std::string out;
  const std::string copy(text);
  for (const char* at = copy.c_str(); *at != '\0';) {
    const char* const next = g_utf8_next_char(at);
    const std::string_view character(at, static_cast<std::size_t>(next - at));
    bool unknown = false;
    if (character.size() > 1) {
      auto known = unknown_.find(character);
      if (known == unknown_.end()) {
        const auto alone = layout(character, style, kPageWidth);
        const bool missing = pango_layout_get_unknown_glyphs_count(alone.get()) > 0;
        known = unknown_.emplace(character, missing).first;
      }
      unknown = known->second;
    }
    out += unknown ? fmt::format("<U+{:04X}>", g_utf8_get_char(at)) : std::string(character);
    at = next;
  }
  return out;
}

double Fonts::width_of(std::string_view text, const TextStyle& style) {
  const auto [found, fresh] = advances_.try_emplace(style.face);
  if (fresh) {
    for (std::size_t code = 0x20; code < 0x7F; ++code) {
      const char character = static_cast<char>(code);
      const auto alone = layout({&character, 1}, {style.face, 100}, kPageWidth);
      PangoRectangle logical{};
      pango_layout_get_extents(alone.get(), nullptr, &logical);
      found->second[code] = points(logical.width) / 100;
    }
  }
  double ems = 0;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    // Of other scripts: each character has one byte that begins it.
    ems += byte < 0x80 ? found->second[byte] : byte >= 0xE0 ? 1.0 : byte >= 0xC0 ? 0.6 : 0.0;
  }
  return ems * style.size;
}

}  // namespace countersign::render::pdf
