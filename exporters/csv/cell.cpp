#include "exporters/csv/cell.h"

#include <array>

namespace countersign::csv {
namespace {

/// Also in full width (U+FF0B, U+FF0D, U+FF1D, U+FF20), which spreadsheets set to Chinese or Japanese take.
bool begins_a_formula(std::string_view value) {
  const char c = value.front();
  if (c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r' || c == '\'') return true;
  if (!value.starts_with("\xef\xbc") || value.size() < 3) return false;
  return value[2] == '\x8b' || value[2] == '\x8d' || value[2] == '\x9d' || value[2] == '\xa0';
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
  if (!value.empty() && begins_a_formula(value)) out.push_back('\'');
  out.append(value);
}

void append_cell(std::string& out, std::string_view value) {
  if (!needs_quotes(value)) return append_plain_cell(out, value);
  const bool guarded = begins_a_formula(value);
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
