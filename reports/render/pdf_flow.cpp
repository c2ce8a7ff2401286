#include "reports/render/pdf_flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace countersign::render::pdf {
namespace {

constexpr double kPadding = 8;

const TextStyle& style_of(int level) { return level == 1 ? kHeading1 : level == 2 ? kHeading2 : kHeading3; }

const char* tag_of(int level) { return level == 1 ? "H1" : level == 2 ? "H2" : "H3"; }

}  // namespace

Flow::Flow(Canvas& canvas, Fonts& fonts, Running running, int pages)
    : canvas_(canvas), fonts_(fonts), running_(std::move(running)), pages_(pages) {
  this->running();
}

void Flow::running() {
  const auto line = [this](const std::string& text, const TextStyle& style, double x, double width,
                           double y) {
    const Text set = fonts_.set_line(text, style, width);
    canvas_.text(set, x, y, 0, 1);
  };
  TextStyle bold = kRunning;
  bold.face = Face::bold;
  bold.colour = kInk;
  TextStyle right = kRunning;
  right.align = Align::right;
  constexpr double kHead = 42, kFoot = kPageHeight - 54, kPeriod = 220, kPages = 80;
  const double tenant = std::min(fonts_.width_of(running_.tenant, bold) + 10, 110.0);
  line(running_.tenant, bold, kLeft, tenant, kHead);
  line(running_.title, kRunning, kLeft + tenant, kWidth - kPeriod - tenant - 8, kHead);
  line(running_.period, right, kRight - kPeriod, kPeriod, kHead);
  canvas_.rule(kLeft, kHead + 15, kWidth, 0.5, kRule);
  canvas_.rule(kLeft, kFoot - 6, kWidth, 0.5, kRule);
  line(running_.foot, kRunning, kLeft, kWidth - kPages - 8, kFoot);
  line(fmt::format("Page {} of {}", page_, pages_), right, kRight - kPages, kPages, kFoot);
}

void Flow::new_page() {
  under_heading_ = 0;
  canvas_.next_page();
  ++page_;
  y_ = kTop;
  running();
}

void Flow::fresh_page() {
  if (y_ > kTop) new_page();
}

void Flow::need(double height) {
  if (y_ > kTop && room() < height) new_page();
}

void Flow::heading(int level, const std::string& text, const std::string& anchor, double keep,
                   const std::string& listed_as) {
  const TextStyle& style = style_of(level);
  const Text set = fonts_.set(text, style, kWidth);
  if (level == 1) {
    fresh_page();
  } else {
    if (y_ > kTop && y_ != under_heading_) y_ += level == 2 ? 16 : 9;
    need(set.height() + keep);
  }
  {
    const Tag destination = Tag::destination(canvas_, anchor);
    const Tag tag(canvas_, tag_of(level));
    canvas_.text(set, kLeft, y_, 0, set.lines());
  }
  if (!anchor.empty()) {
    const std::string& listed = listed_as.empty() ? text : listed_as;
    canvas_.bookmark(level, listed, anchor);
    entries_.push_back({level, listed, anchor, page_});
  }
  y_ += set.height() + (level == 1 ? 12 : level == 2 ? 5 : 3);
  under_heading_ = y_;
}

void Flow::paragraph(const std::string& text, const TextStyle& style) {
  place(fonts_.set(text, style, kWidth), "P", {});
  y_ += 6;
}

void Flow::title(const std::string& text) {
  const Text set = fonts_.set(text, kTitle, kWidth);
  const std::size_t shown = std::min<std::size_t>(set.lines(), 8);
  const Tag tag(canvas_, "H1");
  canvas_.text(set, kLeft, y_, 0, shown);
  y_ += kTitle.leading * static_cast<double>(shown) + 8;
}

void Flow::contents_line(const Entry& entry) {
  TextStyle style = kBody;
  if (entry.level == 1) style.face = Face::bold;
  TextStyle number = style;
  number.align = Align::right;
  constexpr double kNumber = 36, kIndent = 14;
  const double x = kLeft + (entry.level == 1 ? 0 : kIndent);
  if (entry.level == 1 && y_ > kTop) y_ += 5;
  need(style.leading);
  const Tag item(canvas_, "TOCI");
  const Tag link = Tag::link(canvas_, entry.anchor);
  canvas_.text(fonts_.set_line(entry.text, style, kRight - kNumber - x), x, y_, 0, 1);
  canvas_.text(fonts_.set_line(std::to_string(entry.page), number, kNumber), kRight - kNumber, y_, 0, 1);
  y_ += style.leading + 1;
}

void Flow::statement(const std::string& text, const TextStyle& style, const Colour& bar) {
  const Box box{kLeft + 2 * kPadding, kWidth - 3 * kPadding, kPanel, bar};
  need(style.leading + 2 * kPadding);
  ground(kPadding * 0.7, box);
  place(fonts_.set(text, style, box.width), "P", box);
  ground(kPadding * 0.7, box);
  y_ += 6;
}

void Flow::digest(const std::string& of, const std::string& digest) {
  TextStyle mono = kNote;
  mono.face = Face::mono;
  mono.size = 7.4;
  const double start = fonts_.width_of(of, kNote) + 6;
  need(kNote.leading);
  {
    const Tag tag(canvas_, "P");
    canvas_.text(fonts_.set_line(of, kNote, kWidth), kLeft, y_, 0, 1);
    canvas_.text(fonts_.set_line(digest, mono, kWidth - start), kLeft + start, y_, 0, 1);
  }
  y_ += kNote.leading + 6;
}

void Flow::code(const std::string& text) {
  const Box box{kLeft + kPadding, kWidth - 2 * kPadding, kPanel, {}};
  const Text set = fonts_.set(text, kCode, box.width);
  need(std::min(set.height(), 4 * kCode.leading) + kPadding);
  ground(kPadding / 2, box);
  place(set, "Code", box);
  ground(kPadding / 2, box);
  y_ += 8;
}

void Flow::panel(const std::string& heading, const std::vector<std::string>& paragraphs) {
  const Box box{kLeft + 2 * kPadding, kWidth - 3 * kPadding, kPanel, kAccent};
  const Text title = fonts_.set(heading, kHeading3, box.width);
  need(title.height() + 3 * kPadding + kBody.leading);
  const Tag section(canvas_, "Sect");
  ground(kPadding, box);
  place(title, "H2", box);
  for (const std::string& paragraph : paragraphs) {
    ground(3, box);
    place(fonts_.set(paragraph, kBody, box.width), "P", box);
  }
  ground(kPadding, box);
  y_ += 12;
}

void Flow::list(const std::vector<std::string>& items) {
  if (items.empty()) return;
  const Box box{kLeft + 12, kWidth - 12, {}, {}};
  need(kBody.leading);
  const Tag list(canvas_, "L");
  for (const std::string& item : items) {
    need(2 * kBody.leading);
    const Tag entry(canvas_, "LI");
    {
      const Tag label(canvas_, "Lbl");
      canvas_.text(fonts_.set("•", kBody, 12), kLeft, y_, 0, 1);
    }
    const Tag body(canvas_, "LBody");
    place(fonts_.set(item, kBody, box.width), "P", box);
    y_ += 2;
  }
  y_ += 4;
}

void Flow::ground(double height, const Box& box) {
  if (box.ground) {
    // A hair more than the height, so that no gap shows between strips.
    canvas_.fill(box.x - kPadding, y_, kRight - box.x + kPadding, height + 0.3, *box.ground);
  }
  if (box.bar) canvas_.fill(kLeft, y_, 3, height + 0.3, *box.bar);
  y_ += height;
}

void Flow::place(const Text& text, const char* tag, const Box& box) {
  const double leading = text.style().leading;
  need(leading * static_cast<double>(std::min<std::size_t>(text.lines(), 2)));
  const auto fitting = [&] {
    return static_cast<std::size_t>(std::max(1.0, std::floor(room() / leading + 0.001)));
  };
  const bool spans = text.lines() > fitting();
  const Tag element(canvas_, tag);
  for (std::size_t first = 0; first < text.lines();) {
    if (first > 0) new_page();
    const std::size_t count = std::min(fitting(), text.lines() - first);
    const double top = y_;
    ground(leading * static_cast<double>(count), box);
    const Tag part(canvas_, spans ? "Span" : nullptr);
    canvas_.text(text, box.x, top, first, count);
    first += count;
  }
}

}  // namespace countersign::render::pdf
