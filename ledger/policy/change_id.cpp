#include "ledger/policy/change_id.h"

#include <fmt/format.h>

#include <charconv>

namespace countersign::policy {
namespace {

constexpr std::string_view kBegin = "policy.changed:";

/// Takes a number and the colon before it off the end.
bool take_number(std::string_view& text, std::size_t& out) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const auto digits = text.substr(colon + 1);
  const auto* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, out);
  text = text.substr(0, colon);
  return read.ec == std::errc() && read.ptr == end;
}

}  // namespace

std::string change_id(const ChangePart& part) {
  return fmt::format("{}{}:{}:{}", kBegin, part.change, part.number, part.of);
}

ChangePart read_change_id(std::string_view id) {
  ChangePart out{std::string(id), 1, 1};
  if (!id.starts_with(kBegin)) return out;
  auto rest = id.substr(kBegin.size());
  std::size_t number = 0, of = 0;
  if (!take_number(rest, of) || !take_number(rest, number) || number < 1 || number > of) return out;
  return {std::string(rest), number, of};
}

}  // namespace countersign::policy
