#pragma once

#include "reports/sheets/reference.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::sheets {

/// A cell that holds a text as an inline string, or nothing where it is empty. `prefix` is that of its
/// sheet's elements, with its colon; `style` is its `s`, empty for none.
std::string cell_xml(std::string_view prefix, Place place, std::string_view style, std::string_view text);

struct Span {
  std::size_t begin = 0, end = 0;
};

/// Where the value of an attribute stands in a start tag that expat has read, without its quotes.
std::optional<Span> attribute_span(std::string_view tag, std::string_view name);

/// A whole number without a sign; absent for anything else.
std::optional<std::uint32_t> number_of(std::optional<std::string_view> text);

}  // namespace countersign::sheets
