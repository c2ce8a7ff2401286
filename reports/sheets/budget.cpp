#include "reports/sheets/budget.h"

#include "reports/sheets/text.h"

#include <fmt/format.h>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

}  // namespace

base::Result<void> Budget::take_row() {
  if (++rows_ > limits_.rows)
    return fail(Code::resource_exhausted,
                fmt::format("the file has more than {} rows: take out those that ask nothing", limits_.rows));
  return {};
}

base::Result<void> Budget::take_range() {
  if (++ranges_ > limits_.ranges)
    return fail(
        Code::resource_exhausted,
        fmt::format("the file has more than {} merged ranges and ranges with choices", limits_.ranges));
  return {};
}

base::Result<void> Budget::take_cell(std::string_view text) {
  if (++cells_ > limits_.cells)
    return fail(
        Code::resource_exhausted,
        fmt::format("the file has more than {} cells: take out the sheets that ask nothing", limits_.cells));
  return take_text(text);
}

base::Result<void> Budget::take_text(std::string_view text) {
  text_ += text.size();
  if (text_ > limits_.text_bytes)
    return fail(Code::resource_exhausted,
                fmt::format("the file has more than {} bytes of text", limits_.text_bytes));
  if (text.size() > kCellCharactersMax && utf16_length(text) > kCellCharactersMax)
    return fail(Code::resource_exhausted,
                fmt::format("a cell has more than {} characters", kCellCharactersMax));
  return {};
}

}  // namespace countersign::sheets
