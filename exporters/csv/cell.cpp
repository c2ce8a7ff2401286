#include "exporters/csv/cell.h"

#include <array>

namespace countersign::csv {
namespace {

bool begins_a_formula(char c) {
  return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r' || c == '\'';
}

constexpr std::array<bool, 256> special_characters() {
  std::array<bool, 256> special{};
  for (const char c : {'"', ',', '\r', '\n'}) special[static_cast<unsigned char>(c)] = true;
  return special;
}
constexpr auto kSpecial = special_characters();

bool needs_quotes(std::string_view value) {
  bool found = false;
  for (const char c : value) found |= kSpecial[static_cast<unsigned char>(c)];
  return found;
}

}  // namespace

void append_plain_cell(std::string& out, std::string_view value) {
  if (!value.empty() && begins_a_formula(value.front())) out.push_back('\'');
  out.append(value);
}

void append_cell(std::string& out, std::string_view value) {
  if (!needs_quotes(value)) return append_plain_cell(out, value);
  const bool guarded = begins_a_formula(value.front());
  out.push_back('"');
  if (guarded) out.push_back('\'');
  for (;;) {
    const auto quote = value.find('"');
    out.append(value.substr(0, quote));
    if (quote == std::string_view::npos) break;
    out.append("\"\"");
    value.remove_prefix(quote + 1);
  }
  out.push_back('"');
}

}  // namespace countersign::csv
