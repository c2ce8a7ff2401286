#include "web/auth/password_rules.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/mac.h"
#include "web/auth/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>

namespace countersign::auth {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kSha1HexSize = 40;
constexpr std::size_t kLineMax = 128;
/// A word of that size says nothing about the rest of a password.
constexpr std::size_t kWordMin = 4;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// The line of the sorted text that is `word`.
bool is_common(std::string_view word) {
  std::size_t low = 0, high = kFrequentPasswords.size();
  while (low < high) {
    auto begin = low + (high - low) / 2;
    while (begin > low && kFrequentPasswords[begin - 1] != '\n') --begin;
    const auto end = std::min(kFrequentPasswords.find('\n', begin), kFrequentPasswords.size());
    const auto line = kFrequentPasswords.substr(begin, end - begin);
    if (line == word) return true;
    if (line < word) {
      low = end + 1;
    } else {
      high = begin;
    }
  }
  return false;
}

/// Without what people put around a word to make it a password: `2024-Dragon!!` is `dragon`.
std::string_view core_of(std::string_view lowered) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
  };
  const auto first = std::find_if(lowered.begin(), lowered.end(), is_letter);
  const auto last = std::find_if(lowered.rbegin(), lowered.rend(), is_letter).base();
  return first < last ? std::string_view(first, last) : std::string_view();
}

/// Whether a text is a word that `is_word` knows, by itself or again and again.
template <class IsWord>
bool is_made_of(std::string_view text, IsWord is_word) {
  for (std::size_t size = 1; size <= text.size(); ++size) {
    const bool repeats = text.size() % size == 0 && text.substr(size) == text.substr(0, text.size() - size);
    if (repeats && (size < kWordMin || is_word(text.substr(0, size)))) return true;
  }
  return false;
}

/// `abcdefghijkl`, `123456789012`, `lkjihgfedcba`: each character the next or the one before.
bool is_sequence(std::string_view text) {
  for (const int step : {1, -1}) {
    bool all = true;
    for (std::size_t i = 1; i < text.size() && all; ++i) {
      const bool wraps =
          step == 1 ? text[i - 1] == '9' && text[i] == '0' : text[i - 1] == '0' && text[i] == '9';
      all = text[i] - text[i - 1] == step || wraps;
    }
    if (all) return true;
  }
  return false;
}

bool is_weak(std::string_view lowered, const std::vector<std::string>& names) {
  const auto is_known = [&](std::string_view word) {
    return is_common(word) || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
             return name.size() >= kWordMin && lower(name) == word;
           });
  };
  const auto core = core_of(lowered);
  return is_sequence(lowered) || is_made_of(lowered, is_known) ||
         (core.size() >= kWordMin && is_made_of(core, is_known));
}

}  // namespace

base::Result<void> PasswordRules::check(std::string_view password,
                                        const std::vector<std::string>& names) const {
  if (password.size() > kBytesMax)
    return fail(Code::invalid_argument, fmt::format("a password has at most {} bytes", kBytesMax));
  const auto count = count_characters(password);
  if (count == 0 && !password.empty()) return fail(Code::invalid_argument, "a password is text in UTF-8");
  if (count < kCharactersMin)
    return fail(
        Code::invalid_argument,
        fmt::format("a password has at least {} characters; several words make a good one", kCharactersMin));
  if (is_weak(lower(password), names))
    return fail(
        Code::invalid_argument,
        "this password is among the first that are tried: a common one, a name, or a pattern; several "
        "words that do not belong together make a good one");
  TRY_ASSIGN(const bool breached, is_breached(password));
  if (breached)
    return fail(Code::invalid_argument,
                "this password is in a list of passwords that were stolen elsewhere; take one that is used "
                "nowhere else");
  return {};
}

/// A search by halves over lines that may differ in size.
base::Result<bool> PasswordRules::is_breached(std::string_view password) const {
  if (breached_.empty()) return false;
  auto wanted = base::to_hex(crypto::hash(crypto::Hash::sha1, password));
  std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::ifstream file(breached_, std::ios::binary | std::ios::ate);
  if (!file)
    return fail(Code::unavailable,
                fmt::format("the file of breached passwords {} cannot be read", breached_.string()));
  std::int64_t low = 0, high = static_cast<std::int64_t>(file.tellg());
  std::array<char, kLineMax + 2> buffer{};
  while (low < high) {
    // The line that the middle lies in begins behind the last line break before it.
    const auto middle = low + (high - low) / 2;
    auto begin = std::max<std::int64_t>(low, middle - static_cast<std::int64_t>(kLineMax));
    std::string before(static_cast<std::size_t>(middle - begin), '\0');
    file.clear();
    file.seekg(begin);
    file.read(before.data(), static_cast<std::streamsize>(before.size()));
    const auto break_at = before.rfind('\n');
    if (break_at != std::string::npos) begin += static_cast<std::int64_t>(break_at) + 1;
    file.clear();
    file.seekg(begin);
    file.getline(buffer.data(), buffer.size());
    const std::string_view line(buffer.data());
    if (file.fail() || line.size() < kSha1HexSize ||
        line.find_first_not_of("0123456789ABCDEF") < kSha1HexSize)
      return fail(Code::data_loss,
                  fmt::format("the file of breached passwords {} is not made of sorted lines of SHA-1 hashes",
                              breached_.string()));
    const auto known = line.substr(0, kSha1HexSize);
    if (known == wanted) return true;
    if (known < wanted) {
      low = begin + static_cast<std::int64_t>(line.size()) + 1;
    } else {
      high = begin;
    }
  }
  return false;
}

}  // namespace countersign::auth
