#pragma once

#include "ledger/base/result.h"

#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::base {

struct JsonLimits {
  std::size_t depth_max = 16;  ///< nesting of objects and arrays
};

/// A document and the members that stood twice in one object.
struct ParsedJson {
  boost::json::value value;
  /// Paths such as `actor.email` or `[3].challenge.id`, in document order; at most 16 are kept. A member
  /// named here holds the last of its values.
  std::vector<std::string> duplicates;
};

/// Reads one JSON document (RFC 8259) that fills `text` but for white space. Refused with the byte offset:
/// bytes that are not UTF-8, comments, trailing commas, NaN and Infinity, numbers too large for a double,
/// nesting deeper than the limit, more text behind the document. Does not copy `text`; the value owns what it
/// holds. Thread-safe.
Result<ParsedJson> parse_json(std::string_view text, const JsonLimits& limits);

/// Appends `text` as a JSON string with its quotes. Escapes what RFC 8259 section 7 demands and nothing else,
/// so the spelling of a string is unique.
void append_json_string(std::string& out, std::string_view text);
/// The same, by itself.
std::string json_string(std::string_view text);

/// A JSON value as text for people: one member a line, two spaces of indentation, a line feed at the end.
std::string to_indented(const boost::json::value& value);

}  // namespace countersign::base
