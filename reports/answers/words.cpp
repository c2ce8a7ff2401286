#include "reports/answers/synonyms.h"

#include <algorithm>
#include <array>

namespace countersign::answers {
namespace {

bool is_vowel(std::string_view word, std::size_t i) {
  const char c = word[i];
  if (c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u') return true;
  return c == 'y' && i > 0 && !is_vowel(word, i - 1);
}

bool has_vowel(std::string_view word) {
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (is_vowel(word, i)) return true;
  }
  return false;
}

/// Porter's m: how often a consonant follows a vowel.
int measure(std::string_view word) {
  int out = 0;
  for (std::size_t i = 1; i < word.size(); ++i) out += is_vowel(word, i - 1) && !is_vowel(word, i) ? 1 : 0;
  return out;
}

bool ends_doubled(std::string_view word) {
  const auto size = word.size();
  return size > 1 && word[size - 1] == word[size - 2] && !is_vowel(word, size - 1);
}

/// Consonant, vowel, consonant at the end, the last not w, x or y.
bool ends_short(std::string_view word) {
  const auto size = word.size();
  if (size < 3) return false;
  const char last = word[size - 1];
  return !is_vowel(word, size - 3) && is_vowel(word, size - 2) && !is_vowel(word, size - 1) && last != 'w' &&
         last != 'x' && last != 'y';
}

std::string without_ed(std::string word) {
  if (word.ends_with("eed")) {
    if (measure(std::string_view(word).substr(0, word.size() - 3)) > 0) word.pop_back();
    return word;
  }
  const std::size_t suffix = word.ends_with("ed") ? 2 : word.ends_with("ing") ? 3 : 0;
  if (suffix == 0 || !has_vowel(std::string_view(word).substr(0, word.size() - suffix))) return word;
  word.resize(word.size() - suffix);
  if (word.ends_with("at") || word.ends_with("bl") || word.ends_with("iz")) return word + 'e';
  if (ends_doubled(word) && !word.ends_with('l') && !word.ends_with('s') && !word.ends_with('z')) {
    word.pop_back();
  } else if (measure(word) == 1 && ends_short(word)) {
    word += 'e';
  }
  return word;
}

bool is_plain_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Bytes of the mark at the front that is no part of a word: of ASCII, of Latin-1, of General Punctuation; 0
/// where a letter stands there.
std::size_t mark_at(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return is_plain_letter(text.front()) ? 0 : 1;
  const auto second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0U;
  if (first == 0xC2 && second >= 0x80 && second < 0xC0) return 2;
  if (first == 0xE2 && (second == 0x80 || second == 0x81)) return std::min<std::size_t>(3, text.size());
  return 0;
}

constexpr std::string_view kApostrophe = "\xE2\x80\x99";

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  bool after_apostrophe = false;
  while (!text.empty()) {
    if (const auto mark = mark_at(text)) {
      after_apostrophe = text.front() == '\'' || text.starts_with(kApostrophe);
      text.remove_prefix(mark);
      continue;
    }
    std::string word;
    while (!text.empty() && mark_at(text) == 0) {
      const char c = text.front();
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      text.remove_prefix(1);
    }
    const bool ending = after_apostrophe && word.size() == 1 && word != "t";
    after_apostrophe = false;
    if (!ending) out.push_back(std::move(word));
  }
  return out;
}

std::string stem_of(std::string_view word) {
  std::string out(word);
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!plain || out.size() < 3) return out;
  if (out.ends_with("sses") || out.ends_with("ies")) {
    out.resize(out.size() - 2);
  } else if (out.ends_with('s') && !out.ends_with("ss")) {
    out.pop_back();
  }
  out = without_ed(std::move(out));
  if (out.ends_with('y') && has_vowel(std::string_view(out).substr(0, out.size() - 1))) out.back() = 'i';
  return out;
}

}  // namespace countersign::answers
