#include "reports/questionnaires/relaxed_json.h"

namespace countersign::questionnaires {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// Behind white space and comments.
std::size_t skip(std::string_view text, std::size_t at) {
  for (;;) {
    at = std::min(text.find_first_not_of(kSpace, at), text.size());
    if (text.substr(at, 2) == "//") {
      at = std::min(text.find('\n', at), text.size());
    } else if (text.substr(at, 2) == "/*") {
      const auto end = text.find("*/", at + 2);
      at = end == std::string_view::npos ? text.size() : end + 2;
    } else {
      return at;
    }
  }
}

/// Behind the closing quote of the string that begins there.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

bool is_string(std::string_view piece) {
  return piece.size() >= 2 && piece.front() == '"' && piece.back() == '"';
}

}  // namespace

std::string to_strict_json(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  std::string out;
  bool after_string = false;
  for (auto at = skip(text, 0); at < text.size(); at = skip(text, at)) {
    const char c = text[at];
    if (c == '"') {
      const auto end = end_of_string(text, at);
      out += text.substr(at, end - at);
      after_string = is_string(text.substr(at, end - at));
      at = end;
      continue;
    }
    const auto next = skip(text, at + 1);
    const char follows = next < text.size() ? text[next] : '\0';
    if (c == '+' && after_string && follows == '"') {
      const auto end = end_of_string(text, next);
      out.pop_back();
      out += text.substr(next + 1, end - next - 1);
      after_string = is_string(text.substr(next, end - next));
      at = end;
      continue;
    }
    after_string = false;
    ++at;
    if (c == ',' && (follows == ']' || follows == '}')) continue;
    out += c;
    // Words and numbers that white space parts stay parted, so that what is wrong stays wrong.
    if (next > at && std::string_view("{}[]:,").find(c) == std::string_view::npos) out += ' ';
  }
  return out;
}

}  // namespace countersign::questionnaires
