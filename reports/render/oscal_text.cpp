#include "reports/render/oscal_text.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace countersign::render::oscal {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Character {
  char32_t code = 0;
  std::size_t size = 1;
};

/// The character that `text` begins with; none where these bytes are not one (RFC 3629).
std::optional<Character> first_of(std::string_view text) {
  const auto byte = [&text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const auto lead = byte(0);
  if (lead < 0x80) return Character{lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return std::nullopt;
  char32_t code = lead & (0x7FU >> size);
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xC0U) != 0x80U) return std::nullopt;
    code = (code << 6U) | (byte(at) & 0x3FU);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  if (overlong || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) return std::nullopt;
  return Character{code, size};
}

/// What a regular expression's \s matches in some engine or other.
bool is_white(char32_t code) {
  return code == ' ' || (code >= 0x09 && code <= 0x0D) || code == 0x85 || code == 0xA0 || code == 0x1680 ||
         (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F ||
         code == 0x205F || code == 0x3000 || code == 0xFEFF;
}

bool is_unprintable(char32_t code) {
  return (code >= 0x80 && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F || code == 0x061C ||
         (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFEU) == 0xFFFE;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80; }

std::string_view prefix_of(std::string_view framework) {
  if (framework == "soc2" || framework == "nist_800_53") return "";
  if (framework == "pci_dss") return "pci-";
  if (framework == "iso_27001") return "iso-27001-";
  if (framework == "nist_800_63b") return "nist-800-63b-";
  if (framework == "hipaa") return "hipaa-";
  if (framework == "gdpr") return "gdpr-";
  return "x-";
}

}  // namespace

std::string line(std::string_view text) {
  std::string out;
  bool blank = false;
  while (!text.empty()) {
    const auto found = first_of(text);
    const auto bytes = text.substr(0, found ? found->size : 1);
    text.remove_prefix(bytes.size());
    if (found && is_white(found->code)) {
      blank = !out.empty();
      continue;
    }
    if (blank) out.push_back(' ');
    blank = false;
    if (!found || is_unprintable(found->code)) {
      out.append(kReplacement);
    } else if (found->code < 0x20 || found->code == 0x7F) {
      const auto picture = found->code == 0x7F ? 0x21U : static_cast<unsigned>(found->code);
      out.append("\xE2\x90").push_back(static_cast<char>(0x80U + picture));
    } else {
      out.append(bytes);
    }
  }
  return out.empty() ? "(none)" : out;
}

std::string markup(std::string_view text) {
  const auto plain = line(text);
  std::string out;
  // What begins a list or a heading does so only at the start.
  const auto digits = std::min(plain.find_first_not_of("0123456789"), plain.size());
  const auto after = plain.substr(digits, 2);
  const bool begins_list = digits > 0 && (after == ". " || after == ") " || after == "." || after == ")");
  for (std::size_t at = 0; at < plain.size(); ++at) {
    const char c = plain[at];
    const bool within = at > 0 && at + 1 < plain.size() && is_word(plain[at - 1]) && is_word(plain[at + 1]);
    const bool special = std::string_view("\\`*[]<>&{}~^$|").find(c) != std::string_view::npos ||
                         (c == '_' && !within) || (begins_list && at == digits) ||
                         (at == 0 && std::string_view("#-+=").find(c) != std::string_view::npos);
    if (special) out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

std::string token(std::string_view text) {
  std::string out;
  bool separated = false;
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || c == '_') {
      out.push_back(c);
      separated = false;
    } else if (separated && c == '(') {
      out.back() = '.';
    } else if (!separated && !out.empty() && c != ')') {
      out.push_back(c == '.' || c == '(' ? '.' : '-');
      separated = true;
    }
  }
  if (separated) out.pop_back();
  if (out.empty() || !is_letter(out.front())) out.insert(0, "x-");
  return out;
}

std::string control_id(std::string_view framework, std::string_view clause) {
  const auto prefix = prefix_of(framework);
  auto out = token(std::string(prefix) + std::string(clause));
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string cell_text(const reports::Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return "not set";
}

}  // namespace countersign::render::oscal
