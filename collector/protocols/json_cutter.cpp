#include "collector/protocols/json_cutter.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::protocols {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

auto bad(std::size_t at, std::string_view why) {
  return base::fail(base::Code::invalid_argument, fmt::format("not valid JSON at byte {}: {}", at, why));
}

}  // namespace

JsonCutter::JsonCutter(std::string_view text, Form form) : text_(text), form_(form) {}

void JsonCutter::skip_space() { at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size()); }

base::Result<void> JsonCutter::open() {
  opened_ = true;
  skip_space();
  if (at_ < text_.size() && text_[at_] == '[') {
    in_array_ = true;
    ++at_;
  } else if (form_ == Form::array) {
    return bad(at_, "an array is expected");
  }
  return {};
}

base::Result<bool> JsonCutter::nothing_behind() {
  done_ = true;
  skip_space();
  if (at_ < text_.size()) return bad(at_, "there is more text behind the end");
  return false;
}

base::Result<bool> JsonCutter::step_to_value() {
  skip_space();
  if (!in_array_) {
    if (at_ == text_.size()) return nothing_behind();
    if (text_[at_] != '{') return bad(at_, "an object is expected");
    return true;
  }
  if (at_ == text_.size()) return bad(at_, "the array does not end");
  if (text_[at_] == ']') {
    ++at_;
    return nothing_behind();
  }
  if (!first_) {
    if (text_[at_] != ',') return bad(at_, "a comma is expected");
    ++at_;
    skip_space();
    if (at_ == text_.size()) return bad(at_, "the array does not end");
  }
  if (text_[at_] == ',' || text_[at_] == ']' || text_[at_] == '}') return bad(at_, "a value is expected");
  return true;
}

base::Result<std::size_t> JsonCutter::end_of_value() const {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = at_; i < text_.size(); ++i) {
    const char c = text_[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c != '"') continue;
      quoted = false;
      if (depth == 0) return i + 1;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return i;  // of a number or a word
      if (--depth == 0) return i + 1;
    } else if (depth == 0 && (c == ',' || kSpace.find(c) != std::string_view::npos)) {
      return i;
    }
  }
  if (depth > 0 || quoted) return bad(text_.size(), "the text is cut short");
  return text_.size();
}

base::Result<std::optional<std::string_view>> JsonCutter::next() {
  if (done_) return std::optional<std::string_view>();
  if (!opened_) TRY(open());
  TRY_ASSIGN(const bool more, step_to_value());
  if (!more) return std::optional<std::string_view>();
  first_ = false;
  begin_ = at_;
  TRY_ASSIGN(at_, end_of_value());
  return std::optional(text_.substr(begin_, at_ - begin_));
}

}  // namespace countersign::protocols
