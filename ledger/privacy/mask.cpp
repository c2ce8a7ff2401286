#include "ledger/privacy/mask.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::privacy {
namespace {

constexpr std::string_view kDot = "\u2022";

std::string dots(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += kDot;
  return out;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xC0') != '\x80'; }));
}

/// The first character, with all of its bytes.
std::string_view first_of(std::string_view text) {
  std::size_t end = text.empty() ? 0 : 1;
  while (end < text.size() && (text[end] & '\xC0') == '\x80') ++end;
  return text.substr(0, end);
}

std::string masked_phone(std::string_view value) {
  constexpr std::size_t kHead = 5, kTail = 2, kShortest = 10;
  if (value.size() < kShortest) return dots(value.size());
  return std::string(value.substr(0, kHead)) + dots(value.size() - kHead - kTail) +
         std::string(value.substr(value.size() - kTail));
}

std::string masked_email(std::string_view value) {
  const auto at = value.rfind('@');
  if (at == std::string_view::npos || at == 0) return dots(3);
  return std::string(first_of(value)) + dots(3) + std::string(value.substr(at));
}

std::string masked_address(std::string_view value) {
  const auto end = value.find_last_of(".:");
  return end == std::string_view::npos ? dots(3) : std::string(value.substr(0, end + 1)) + std::string(kDot);
}

}  // namespace

std::string masked(record::Kind kind, std::string_view value) {
  using enum record::Kind;
  switch (kind) {
    case phone:
      return masked_phone(value);
    case email:
      return masked_email(value);
    case ip:
      return masked_address(value);
    case name:
      return std::string(first_of(value)) + dots(3);
    default:
      return fmt::format("{} ({} characters)", dots(3), characters(value));
  }
}

}  // namespace countersign::privacy
