#pragma once

#include <boost/json/object.hpp>

#include <span>
#include <string>
#include <string_view>

namespace countersign::scim {

/// The resource types that are served.
enum class Kind { user, group };

enum class Type { string, boolean, date_time, reference, complex };
enum class Mutability { read_write, read_only, immutable };

/// A characteristic of an attribute or sub-attribute (RFC 7643 section 2.2). All live as long as the program.
struct Attribute {
  std::string_view name;  ///< as the schema spells it
  Type type = Type::string;
  bool multi_valued = false;
  bool required = false;
  bool case_exact = false;
  Mutability mutability = Mutability::read_write;
  bool always_returned = false;
  bool unique = false;
  /// The resource type that a reference names, or the one canonical value of a text; empty: any.
  std::string_view only = {};
  std::string_view description = {};
  std::span<const Attribute> subs = {};
};

/// A schema of a resource type (RFC 7643 section 7): the core one or an extension.
struct Schema {
  std::string_view urn;
  std::string_view name;
  std::string_view description;
  std::span<const Attribute> attributes;
};

inline constexpr std::string_view kUserSchema = "urn:ietf:params:scim:schemas:core:2.0:User";
inline constexpr std::string_view kGroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";
inline constexpr std::string_view kEnterpriseSchema =
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
inline constexpr std::string_view kErrorMessage = "urn:ietf:params:scim:api:messages:2.0:Error";
inline constexpr std::string_view kListMessage = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
inline constexpr std::string_view kSearchMessage = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
inline constexpr std::string_view kPatchMessage = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const Schema& core_schema(Kind kind);
/// The enterprise extension of users; null for groups.
const Schema* extension_schema(Kind kind);
/// `schemas`, `id`, `externalId` and `meta` (RFC 7643 section 3.1), which no schema lists.
std::span<const Attribute> shared_attributes();

/// By name, without regard to the case of ASCII letters; null when there is none.
const Attribute* find(std::span<const Attribute> attributes, std::string_view name);
/// An attribute of the core schema, or one of the shared ones.
const Attribute* find_core(Kind kind, std::string_view name);

/// Whether the name is that of an attribute of RFC 7643's schema for the resource type which is accepted and
/// not kept: evidence needs neither addresses nor photographs, and a password least of all.
bool is_disregarded(Kind kind, std::string_view name);

/// `User` or `Group`, and `/Users` or `/Groups`.
std::string_view name_of(Kind kind);
std::string_view endpoint_of(Kind kind);

/// The schema as /Schemas shows it (RFC 7643 section 7), without `meta`.
boost::json::object to_json(const Schema& schema);

/// ASCII letters made lower-case: how values that are not `caseExact` are compared. Other letters stay as
/// they are.
std::string folded(std::string_view text);
bool same_folded(std::string_view a, std::string_view b);

}  // namespace countersign::scim
