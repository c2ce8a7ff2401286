#pragma once

#include "web/scim/schema.h"

#include <optional>
#include <string_view>

namespace countersign::scim {

/// An attribute that a path names (RFC 7644 section 3.10).
struct AttributePath {
  bool extension = false;                ///< it stands in the object of the enterprise extension
  const Attribute* attribute = nullptr;  ///< null: the extension as a whole, or a name that is not kept
  const Attribute* sub = nullptr;        ///< null: the attribute as a whole

  bool operator==(const AttributePath&) const = default;
};

/// What is known of a name.
enum class Known {
  kept,         ///< the path says where
  disregarded,  ///< an attribute of RFC 7643 that is accepted and not kept
  no,           ///< none
};

struct NamedPath {
  Known known = Known::no;
  AttributePath path = {};
};

/// How many characters at the beginning of `text` belong to a path without a filter: letters, digits, and
/// `:` `.` `-` `_` `$`.
std::size_t path_length(std::string_view text);

/// Reads `[URN:]name[.sub]`, or the extension's URN by itself. Names count without regard to case; a name
/// without URN is looked for in the core schema, then in the extension (Entra ID writes `manager` so). Absent
/// where the text is not of that form.
std::optional<NamedPath> read_path(Kind kind, std::string_view text);

/// The spelling of the attribute, without its sub-attribute: `title`, or with the extension's URN before it.
std::string to_string(const AttributePath& path);

}  // namespace countersign::scim
