#include "ledger/record/mask.h"

#include <fmt/format.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace countersign::record {
namespace {

constexpr std::string_view kDot = "\u2022";
constexpr std::string_view kHidden = "\u2022\u2022\u2022";
constexpr std::string_view kHiddenDigits = "\u2022\u2022\u2022\u2022\u2022";
constexpr std::string_view kHiddenJson = "\"\u2022\u2022\u2022\"";

struct Character {
  std::string_view bytes;
  std::uint32_t code = 0;
};
using Characters = std::vector<Character>;

/// Takes the first character off `text`; absent where its bytes are not UTF-8 (RFC 3629).
std::optional<Character> take_character(std::string_view& text) {
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<std::uint8_t>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (size == 0 || size > text.size() || lead > 0xF4) return std::nullopt;
  std::uint32_t code = size == 1 ? lead : lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return std::nullopt;
    code = (code << 6) | (byte & 0x3FU);
  }
  if (code < kLeast.at(size) || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return std::nullopt;
  const Character out{text.substr(0, size), code};
  text.remove_prefix(size);
  return out;
}

/// All of them; empty where the text is not UTF-8.
Characters characters_of(std::string_view text) {
  Characters out;
  while (!text.empty()) {
    const auto next = take_character(text);
    if (!next) return {};
    out.push_back(*next);
  }
  return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The first `shown` characters of a value that has `least` or more.
std::string masked_beginning(std::string_view value, std::size_t shown, std::size_t least) {
  const auto all = characters_of(value);
  std::string out;
  if (all.size() >= least) {
    for (std::size_t i = 0; i < shown; ++i) out += all[i].bytes;
  }
  return out += kHidden;
}

bool is_masked_beginning(std::string_view text, std::size_t shown) {
  if (!text.ends_with(kHidden)) return false;
  text.remove_suffix(kHidden.size());
  return characters_of(text).size() == shown;
}

/// How many characters of a number show in front; the two last ones show as well. 0: it is hidden.
std::size_t phone_head(bool international, std::size_t digits) {
  if (!international) return digits >= 9 ? 3 : 0;
  return digits >= 11 ? 5 : digits >= 9 ? 3 : 0;
}

std::string masked_phone(std::string_view value) {
  std::string bare;
  for (const char c : value) {
    if (is_digit(c) || (c == '+' && bare.empty())) {
      bare.push_back(c);
    } else if (std::string_view(" -()./").find(c) == std::string_view::npos) {
      return std::string(kHidden);
    }
  }
  const bool international = bare.starts_with('+');
  const auto head = phone_head(international, bare.size() - (international ? 1 : 0));
  if (head == 0) return std::string(kHidden);
  return fmt::format("{}{}{}", bare.substr(0, head), kHiddenDigits, bare.substr(bare.size() - 2));
}

bool is_masked_phone(std::string_view text) {
  const auto at = text.find(kHiddenDigits);
  if (at == std::string_view::npos) return false;
  auto head = text.substr(0, at);
  const auto tail = text.substr(at + kHiddenDigits.size());
  const bool international = head.starts_with('+');
  const bool known = international ? head.size() == 5 || head.size() == 3 : head.size() == 3;
  if (international) head.remove_prefix(1);
  return known && tail.size() == 2 && std::all_of(head.begin(), head.end(), is_digit) &&
         std::all_of(tail.begin(), tail.end(), is_digit);
}

bool is_domain(std::string_view text) {
  constexpr std::size_t kLongest = 253;
  return text.size() <= kLongest && text.find('.') != std::string_view::npos && text.front() != '.' &&
         text.back() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '.' || c == '-'; });
}

std::string masked_email(std::string_view value) {
  constexpr std::size_t kLeast = 3;
  const auto at = value.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::string(kHidden);
  const auto local = value.substr(0, at), domain = value.substr(at + 1);
  if (!is_domain(domain)) return std::string(kHidden);
  const bool repeats = local.size() >= kLeast &&
                       std::search(domain.begin(), domain.end(), local.begin(), local.end(),
                                   [](char a, char b) { return lower(a) == lower(b); }) != domain.end();
  return fmt::format("{}@{}", masked_beginning(local, 1, kLeast), repeats ? kHidden : domain);
}

bool is_masked_email(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) return false;
  const auto local = text.substr(0, at), domain = text.substr(at + 1);
  return (local == kHidden || is_masked_beginning(local, 1)) && (domain == kHidden || is_domain(domain));
}

std::string masked_user(std::string_view value) {
  constexpr std::size_t kShown = 2, kLeast = 10;
  return value.find('@') != std::string_view::npos ? masked_email(value)
                                                   : masked_beginning(value, kShown, kLeast);
}

/// Letters of alphabets: one of them is not a name, as it can be in other scripts.
bool is_initial(const Character& character) { return character.code > 0x20 && character.code < 0x590; }

std::string masked_name(std::string_view value) {
  constexpr std::size_t kWordsMax = 3, kLeast = 3;
  std::string out;
  for (std::size_t words = 0; words < kWordsMax && !value.empty();) {
    const auto word = value.substr(0, value.find(' '));
    value.remove_prefix(std::min(value.size(), word.size() + 1));
    if (word.empty()) continue;
    ++words;
    const auto all = characters_of(word);
    if (!out.empty()) out += ' ';
    if (all.size() >= kLeast && is_initial(all.front())) out += all.front().bytes;
    out += kHidden;
  }
  return out.empty() ? std::string(kHidden) : out;
}

bool is_masked_name(std::string_view text) {
  for (std::size_t words = 0; words < 3; ++words) {
    auto word = text.substr(0, text.find(' '));
    const bool last = word.size() == text.size();
    if (word != kHidden) {
      if (!is_masked_beginning(word, 1) || !is_initial(characters_of(word).front())) return false;
    }
    if (last) return true;
    text.remove_prefix(word.size() + 1);
  }
  return false;
}

std::string masked_address(std::string_view value) {
  if (value.find('\0') != std::string_view::npos) return std::string(kHidden);
  const std::string text(value);
  std::array<std::uint8_t, 16> bytes{};
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  const auto* four = bytes.data();
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) != 1) {
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::string(kHidden);
    if (!std::equal(kMapped.begin(), kMapped.end(), bytes.begin()))
      return fmt::format("{:x}:{:x}:{:x}:{}", bytes[0] << 8 | bytes[1], bytes[2] << 8 | bytes[3],
                         bytes[4] << 8 | bytes[5], kDot);
    four += kMapped.size();
  }
  return fmt::format("{}.{}.{}.{}", four[0], four[1], four[2], kDot);
}

bool is_masked_address(std::string_view text) {
  if (!text.ends_with(kDot)) return false;
  text.remove_suffix(kDot.size());
  const auto whole = std::string(text) + (text.ends_with('.') ? "0" : ":");
  return masked_address(whole) == fmt::format("{}{}", text, kDot);
}

constexpr std::size_t kFingerprintShown = 4, kFingerprintLeast = 16;

std::string mask_of(Kind kind, std::string_view value) {
  switch (kind) {
    case Kind::phone:
      return masked_phone(value);
    case Kind::email:
      return masked_email(value);
    case Kind::user:
      return masked_user(value);
    case Kind::name:
      return masked_name(value);
    case Kind::ip:
      return masked_address(value);
    case Kind::fingerprint:
      return masked_beginning(value, kFingerprintShown, kFingerprintLeast);
    case Kind::attribute:
      return std::string(kHiddenJson);
    case Kind::session:
    case Kind::user_agent:
    case Kind::raw:
      break;
  }
  return std::string(kHidden);
}

}  // namespace

std::string masked(Kind kind, std::string_view value) {
  auto mask = mask_of(kind, value);
  // A value that holds U+2022 itself may look like its mask.
  if (!value.empty() && mask.find(value) != std::string::npos && kind != Kind::attribute)
    return std::string(kHidden);
  return mask;
}

bool is_mask(Kind kind, std::string_view text) {
  if (kind == Kind::attribute) return text == kHiddenJson;
  if (text == kHidden) return true;
  switch (kind) {
    case Kind::phone:
      return is_masked_phone(text);
    case Kind::email:
      return is_masked_email(text);
    case Kind::user:
      return is_masked_email(text) || is_masked_beginning(text, 2);
    case Kind::name:
      return is_masked_name(text);
    case Kind::ip:
      return is_masked_address(text);
    case Kind::fingerprint:
      return is_masked_beginning(text, kFingerprintShown);
    default:
      return false;
  }
}

}  // namespace countersign::record
