#include "reports/documents/plain_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace countersign::documents {
namespace {

using base::Code;
using base::fail;

constexpr std::string_view kMark = "\xef\xbb\xbf";
constexpr std::size_t kMarkupWithin = 1024;  ///< where browsers look for it

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') ||
           c == 0x7f;
  });
}

/// Whether a browser or a viewer that guesses could take the text for markup.
bool looks_like_markup(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n\f");
  if (begin != std::string_view::npos && text[begin] == '<' && begin + 1 < text.size() &&
      (is_letter(text[begin + 1]) || text[begin + 1] == '!' || text[begin + 1] == '?'))
    return true;
  std::string head(text.substr(0, kMarkupWithin));
  std::ranges::transform(head, head.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::array<std::string_view, 6> kTags = {"<html",     "<script", "<svg",
                                                     "<!doctype", "<iframe", "<?xml"};
  return std::ranges::any_of(kTags,
                             [&](std::string_view tag) { return head.find(tag) != std::string::npos; });
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t more = lead < 0x80                   ? 0
                             : lead >= 0xc2 && lead < 0xe0 ? 1
                             : (lead & 0xf0) == 0xe0       ? 2
                             : lead >= 0xf0 && lead < 0xf5 ? 3
                                                           : 4;
    if (more == 4 || at + more >= text.size()) return false;
    for (std::size_t i = 1; i <= more; ++i) {
      const auto c = static_cast<unsigned char>(text[at + i]);
      // RFC 3629 section 4: no longer spelling than needed, no surrogates, nothing above U+10FFFF.
      const unsigned low = i > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
      const unsigned high = i > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
      if (c < low || c > high) return false;
    }
    at += more + 1;
  }
  return true;
}

base::Result<void> check_plain_text(std::string_view bytes) {
  if (bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
  if (has_control(bytes) || !is_utf8(bytes))
    return fail(Code::invalid_argument, "the file is of no kind that is known here");
  if (bytes.starts_with("#!")) return fail(Code::invalid_argument, "the file is a script");
  if (looks_like_markup(bytes)) return fail(Code::invalid_argument, "the file is HTML, SVG or other markup");
  return {};
}

}  // namespace countersign::documents
