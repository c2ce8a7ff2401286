// Masks of values, and the lines and lists that a bundle says of them.

#include "exporters/jsonl/disclosure_scope.h"
#include "exporters/jsonl/masks.h"
#include "ledger/base/json.h"
#include "ledger/base/types.h"
#include "ledger/record/mask.h"
#include "tests/fuzz/property.h"

#include <cstddef>
#include <cstdint>
#include <string>

using namespace countersign;

namespace {

bool is_utf8(std::string_view text) {
  std::string quoted;
  base::append_json_string(quoted, text);
  return base::parse_json(quoted, {}).has_value();
}

/// Values come out of JSON, so they are UTF-8; masks are it whatever they are made of.
void check_masks(std::string_view value) {
  constexpr std::string_view kDot = "\u2022";
  for (unsigned i = 0; i <= static_cast<unsigned>(record::Kind::raw); ++i) {
    const auto kind = static_cast<record::Kind>(i);
    const auto mask = record::masked(kind, value);
    PROPERTY(record::is_mask(kind, mask));
    PROPERTY(is_utf8(mask));
    std::string rest(value);
    for (auto at = rest.find(kDot); at != std::string::npos; at = rest.find(kDot))
      rest.erase(at, kDot.size());
    // An attribute's mask is the same for all.
    PROPERTY(kind == record::Kind::attribute || rest.empty() || !is_utf8(value) ||
             mask.find(value) == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = base::text_of({data, size});
  check_masks(text);
  if (const auto mask = jsonl::read_mask(text)) {
    std::string again;
    jsonl::append_mask(again, *mask);
    PROPERTY(again == text);
    PROPERTY(record::is_mask(mask->kind, mask->masked));
  }
  if (const auto ranges = jsonl::SeqRanges::parse(text)) {
    const auto again = jsonl::SeqRanges::parse(ranges->to_text());
    PROPERTY(again.has_value() && again->ranges() == ranges->ranges());
    for (const auto& [first, last] : ranges->ranges())
      PROPERTY(ranges->contains(first) && ranges->contains(last));
  }
  if (const auto kinds = jsonl::parse_kinds(text)) {
    const auto again = jsonl::parse_kinds(jsonl::to_text(*kinds));
    PROPERTY(again.has_value() && *again == *kinds);
  }
  return 0;
}
