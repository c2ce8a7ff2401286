#include "exporters/csv/cell.h"

namespace countersign::csv {
namespace {

bool begins_a_formula(char c) {
  return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r' || c == '\'';
}

}  // namespace

void append_cell(std::string& out, std::string_view value) {
  const bool guarded = !value.empty() && begins_a_formula(value.front());
  if (value.find_first_of("\",\r\n") == std::string_view::npos) {
    if (guarded) out.push_back('\'');
    out.append(value);
    return;
  }
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
