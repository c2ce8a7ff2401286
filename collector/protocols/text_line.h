#pragma once

#include "collector/protocols/item.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace countersign::protocols {

/// What is known of a line of text besides the line. Empty: not known.
struct LineOrigin {
  std::string_view id;
  std::string_view time;  ///< RFC 3339
  std::string_view host;
  std::string_view app;
};

/// The JSON object that a line of a log is, with or without white space around it and the cookie `@cee:`
/// before it; absent where it is anything else.
std::optional<Item> object_in_text(std::string_view text, std::size_t depth_max);

/// The payload that a line of a log stands for: object_in_text, or `{"message":…,"id":…,"time":…,"host":…,
/// "app":…}` without what is not known and without the white space around the line, for an adapter that reads
/// such lines. `text` is UTF-8.
Item item_of_text(std::string_view text, const LineOrigin& origin, std::size_t depth_max);

}  // namespace countersign::protocols
