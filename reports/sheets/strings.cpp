#include "reports/sheets/strings.h"

#include "reports/sheets/text.h"

#include <fmt/format.h>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

// The longest text of a cell as escapes.
constexpr std::size_t kRawBytesMax = 8 * kCellCharactersMax;

}  // namespace

void RichText::clear() {
  depth_ = phonetic_ = 0;
  in_text_ = false;
  text_.clear();
}

base::Result<void> RichText::start(const Tag& tag) {
  ++depth_;
  if (tag.is("rPh") && phonetic_ == 0) phonetic_ = depth_;
  in_text_ = tag.is("t") && phonetic_ == 0 && depth_ <= 2;
  return {};
}

void RichText::end() {
  if (phonetic_ == depth_) phonetic_ = 0;
  --depth_;
  in_text_ = false;
}

base::Result<void> RichText::text(std::string_view piece) {
  if (!in_text_) return {};
  if (text_.size() + piece.size() > kRawBytesMax)
    return fail(Code::resource_exhausted,
                fmt::format("a cell has more than {} characters", kCellCharactersMax));
  text_.append(piece);
  return {};
}

std::string RichText::take() {
  auto out = without_escapes(text_);
  clear();
  return out;
}

/// Fills SharedStrings.
class SharedStringsReader : public XmlHandler {
 public:
  SharedStringsReader(SharedStrings& out, Budget& budget) : out_(out), budget_(budget) {}

  base::Result<void> start(const Tag& tag) override {
    if (++depth_ == 2) in_item_ = tag.is("si");
    if (depth_ > 2 && in_item_) return text_.start(tag);
    return {};
  }
  base::Result<void> end(const Tag&) override {
    if (depth_ > 2 && in_item_) text_.end();
    if (depth_-- != 2 || !in_item_) return {};
    const auto text = text_.take();
    TRY(budget_.take_cell(text));
    out_.all_.append(text);
    out_.ends_.push_back(out_.all_.size());
    return {};
  }
  base::Result<void> text(std::string_view piece) override {
    return in_item_ ? text_.text(piece) : base::Result<void>();
  }

 private:
  SharedStrings& out_;
  Budget& budget_;
  RichText text_;
  std::size_t depth_ = 0;
  bool in_item_ = false;
};

base::Result<SharedStrings> SharedStrings::read(const Package& package, Budget& budget) {
  SharedStrings out;
  if (package.shared_strings() == nullptr) return out;
  SharedStringsReader reader(out, budget);
  TRY(parse_large_part(package.zip(), *package.shared_strings(), reader));
  return out;
}

std::optional<std::string_view> SharedStrings::at(std::size_t index) const {
  if (index >= ends_.size()) return std::nullopt;
  const auto begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(all_).substr(begin, ends_[index] - begin);
}

}  // namespace countersign::sheets
