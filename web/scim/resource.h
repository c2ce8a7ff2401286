#pragma once

#include "web/scim/refusal.h"
#include "web/scim/schema.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace countersign::scim {

// Bounds of one resource, so that a client cannot fill the store with it.
inline constexpr std::size_t kTextBytesMax = 1024;  ///< of one value
inline constexpr std::size_t kValuesMax = 50;       ///< of one attribute
inline constexpr std::size_t kMembersMax = 10'000;  ///< of one group

/// Reads what a client sent for an attribute. Null where that leaves it unassigned: null, an empty array, a
/// value that is nothing (RFC 7643 section 2.5).
///
/// More is understood than the schema allows, as identity providers write it: "False" for false, one value
/// instead of an array, an array of one instead of a complex value, text instead of {"value": text}.
/// Sub-attributes that no schema has or that are read-only are left out.
///
/// Errors: invalidValue for a wrong type, a text that is too long or has control characters, too many values,
/// more than one primary value, a member that is no user.
Outcome<boost::json::value> read_value(const Attribute& attribute, const boost::json::value& sent);

/// Reads a whole resource, as POST and PUT send it (RFC 7644 sections 3.3 and 3.5.1), into a document without
/// `id` and `meta`. Attributes that are read-only, disregarded, or that no schema has are left out. Errors:
/// as read_value; invalidSyntax where it is no object or `schemas` does not name the core schema;
/// invalidValue where a required attribute is missing or an attribute stands twice.
Outcome<boost::json::object> read_resource(Kind kind, const boost::json::value& sent);

/// The first attribute that has to be there and is not, or null. A text that is empty is not there.
const Attribute* missing_attribute(Kind kind, const boost::json::object& document);

/// The same document with its attributes in the order of the schemas and `schemas` as it has to be, so that
/// equal resources have equal texts.
boost::json::object arranged(Kind kind, const boost::json::object& document);

/// A complex value with its sub-attributes in the order of the schema; others are left out.
boost::json::object in_order(const Attribute& attribute, const boost::json::object& value);

/// Whether a user may do anything: false only where `active` is.
bool is_active(const boost::json::object& user);

/// What a document holds as text at the top level, or empty.
std::string_view text_at(const boost::json::object& document, std::string_view name);

/// The values of `members`, in their order; valid as long as the group.
std::vector<std::string_view> members_of(const boost::json::object& group);

/// An entity tag of the content, such as `W/"0f5c…"` (RFC 7644 section 3.14).
std::string entity_tag(const boost::json::object& content);

}  // namespace countersign::scim
