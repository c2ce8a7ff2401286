#include "reports/questionnaires/words.h"

#include <algorithm>
#include <array>

namespace countersign::questionnaires {
namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";

constexpr std::array<std::string_view, 34> kAsking{
    "are",     "can",    "could",   "describe", "detail", "did",     "do",       "does", "explain",
    "has",     "have",   "how",     "identify", "if",     "in",      "indicate", "is",   "list",
    "outline", "please", "provide", "select",   "should", "specify", "state",    "was",  "were",
    "what",    "when",   "where",   "which",    "who",    "will",    "would"};

}  // namespace

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool word =
        upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (word) {
      out.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool asks(std::string_view text) {
  if (text.find('?') != std::string_view::npos) return true;
  const auto words = plain(text.substr(0, 64));
  return std::ranges::find(kAsking, std::string_view(words).substr(0, words.find(' '))) != kAsking.end();
}

}  // namespace countersign::questionnaires
