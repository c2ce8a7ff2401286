#include "reports/render/pdf_content.h"

#include <algorithm>
#include <cstddef>

namespace countersign::render::pdf {
namespace {

constexpr std::string_view kSpace("\0\t\n\f\r ", 6);
constexpr std::string_view kDelimiters("\0\t\n\f\r ()<>[]{}/%", 16);

bool is_number(std::string_view token) {
  return token.find_first_not_of("+-.0123456789") == std::string_view::npos;
}

/// Finds the operators of a content stream, one after the other, each with where its operands begin.
class Operators {
 public:
  explicit Operators(std::string_view content) : content_(content) {}

  /// To the next operator; false at the end.
  bool next() {
    begin_ = end_;
    for (std::size_t depth = 0;;) {
      const std::size_t at = content_.find_first_not_of(kSpace, end_);
      if (at == std::string_view::npos) return false;
      const std::string_view rest = content_.substr(at);
      if (rest.starts_with("<<") || rest.starts_with(">>")) {
        if (rest[0] == '<') ++depth;
        if (rest[0] == '>' && depth > 0) --depth;
        end_ = at + 2;
      } else if (rest[0] == '(') {
        end_ = behind_string(at);
      } else if (rest[0] == '<' || rest[0] == '%') {
        end_ = behind(rest[0] == '<' ? '>' : '\n', at);
      } else if (rest[0] == '[' || rest[0] == ']') {
        end_ = at + 1;
      } else {
        end_ = std::min(content_.find_first_of(kDelimiters, at + 1), content_.size());
        token_ = content_.substr(at, end_ - at);
        if (depth == 0 && token_[0] != '/' && !is_number(token_)) return true;
      }
    }
  }

  std::string_view name() const { return token_; }
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }

 private:
  std::size_t behind(char last, std::size_t at) const {
    const std::size_t found = content_.find(last, at);
    return found == std::string_view::npos ? content_.size() : found + 1;
  }

  std::size_t behind_string(std::size_t at) const {
    for (std::size_t depth = 0; at < content_.size(); ++at) {
      if (content_[at] == '\\') {
        ++at;
      } else if (content_[at] == '(') {
        ++depth;
      } else if (content_[at] == ')' && --depth == 0) {
        return at + 1;
      }
    }
    return content_.size();
  }

  std::string_view content_, token_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace

std::optional<std::string> mark_artifacts(std::string_view content) {
  std::string out;
  std::size_t copied = 0, depth = 0;
  const auto outside = [&](std::size_t end) {
    const std::string_view part = content.substr(copied, end - copied);
    const bool draws = part.find_first_not_of(kSpace) != std::string_view::npos;
    if (draws) out += "\n/Artifact BMC\n";
    out += part;
    if (draws) out += "\nEMC";
    copied = end;
  };
  Operators at(content);
  while (at.next()) {
    if (at.name() == "BI") return std::nullopt;
    if (at.name() == "BDC" || at.name() == "BMC") {
      if (depth++ == 0) outside(at.begin());
    } else if (at.name() == "EMC") {
      if (depth == 0) return std::nullopt;
      if (--depth == 0) {
        out += content.substr(copied, at.end() - copied);
        copied = at.end();
      }
    }
  }
  if (depth != 0) return std::nullopt;
  outside(content.size());
  out += '\n';
  return out;
}

}  // namespace countersign::render::pdf
