#include "web/scim/schema.h"

#include <algorithm>
#include <array>

namespace countersign::scim {
namespace {

constexpr auto kReadOnly = Mutability::read_only;
constexpr auto kImmutable = Mutability::immutable;

// Email addresses, telephone numbers and roles have one shape (RFC 7643 section 2.4).
constexpr std::array kValueSubs = {
    Attribute{.name = "value", .description = "The value itself."},
    Attribute{.name = "display", .description = "A name of the value for people to read."},
    Attribute{.name = "type", .description = "What the value is for, such as work."},
    Attribute{.name = "primary",
              .type = Type::boolean,
              .description = "Whether this is the preferred value; one at most is."},
};

constexpr std::array kNameSubs = {
    Attribute{.name = "formatted", .description = "The whole name, to be shown."},
    Attribute{.name = "familyName", .description = "The family name."},
    Attribute{.name = "givenName", .description = "The given name."},
    Attribute{.name = "middleName", .description = "The middle names."},
    Attribute{.name = "honorificPrefix", .description = "A title before the name."},
    Attribute{.name = "honorificSuffix", .description = "A title behind the name."},
};

constexpr std::array kUserGroupSubs = {
    Attribute{.name = "value",
              .case_exact = true,
              .mutability = kReadOnly,
              .description = "The identifier of the group."},
    Attribute{.name = "$ref",
              .type = Type::reference,
              .case_exact = true,
              .mutability = kReadOnly,
              .only = "Group",
              .description = "The address of the group."},
    Attribute{.name = "display", .mutability = kReadOnly, .description = "The name of the group."},
    Attribute{.name = "type", .mutability = kReadOnly, .description = "Always direct."},
};

constexpr std::array kUserAttributes = {
    Attribute{.name = "userName",
              .required = true,
              .unique = true,
              .description = "The name that the user is known by; no two users share one."},
    Attribute{.name = "name", .type = Type::complex, .description = "The user's name.", .subs = kNameSubs},
    Attribute{.name = "displayName", .description = "The name to be shown."},
    Attribute{.name = "userType", .description = "How the user is related to the organisation."},
    Attribute{.name = "title", .description = "The user's title, such as Auditor."},
    Attribute{.name = "locale", .description = "The user's language and region, such as en-GB."},
    Attribute{.name = "active", .type = Type::boolean, .description = "Whether the user may do anything."},
    Attribute{.name = "emails",
              .type = Type::complex,
              .multi_valued = true,
              .description = "Email addresses.",
              .subs = kValueSubs},
    Attribute{.name = "phoneNumbers",
              .type = Type::complex,
              .multi_valued = true,
              .description = "Telephone numbers.",
              .subs = kValueSubs},
    Attribute{.name = "groups",
              .type = Type::complex,
              .multi_valued = true,
              .mutability = kReadOnly,
              .description = "Groups of which the user is a member; changed by way of the group.",
              .subs = kUserGroupSubs},
    Attribute{.name = "roles",
              .type = Type::complex,
              .multi_valued = true,
              .description = "Roles of the user.",
              .subs = kValueSubs},
};

constexpr std::array kMemberSubs = {
    Attribute{.name = "value",
              .case_exact = true,
              .mutability = kImmutable,
              .description = "The identifier of the member."},
    Attribute{.name = "$ref",
              .type = Type::reference,
              .case_exact = true,
              .mutability = kImmutable,
              .only = "User",
              .description = "The address of the member."},
    Attribute{.name = "type",
              .mutability = kImmutable,
              .only = "User",
              .description = "User: groups hold no groups."},
};

constexpr std::array kGroupAttributes = {
    Attribute{.name = "displayName", .required = true, .description = "The name of the group."},
    Attribute{.name = "members",
              .type = Type::complex,
              .multi_valued = true,
              .description = "Users who belong to the group.",
              .subs = kMemberSubs},
};

constexpr std::array kManagerSubs = {
    Attribute{.name = "value", .case_exact = true, .description = "The identifier of the manager."},
    Attribute{.name = "$ref",
              .type = Type::reference,
              .case_exact = true,
              .mutability = kReadOnly,
              .only = "User",
              .description = "The address of the manager."},
    Attribute{.name = "displayName", .mutability = kReadOnly, .description = "The manager's name."},
};

constexpr std::array kEnterpriseAttributes = {
    Attribute{.name = "employeeNumber", .description = "The number that the employer gave."},
    Attribute{.name = "costCenter", .description = "The cost centre."},
    Attribute{.name = "organization", .description = "The organisation."},
    Attribute{.name = "division", .description = "The division."},
    Attribute{.name = "department", .description = "The department."},
    Attribute{
        .name = "manager", .type = Type::complex, .description = "The user's manager.", .subs = kManagerSubs},
};

constexpr std::array kMetaSubs = {
    Attribute{.name = "resourceType", .case_exact = true, .mutability = kReadOnly},
    Attribute{.name = "created", .type = Type::date_time, .mutability = kReadOnly},
    Attribute{.name = "lastModified", .type = Type::date_time, .mutability = kReadOnly},
    Attribute{.name = "location", .type = Type::reference, .case_exact = true, .mutability = kReadOnly},
    Attribute{.name = "version", .case_exact = true, .mutability = kReadOnly},
};

constexpr std::array kSharedAttributes = {
    Attribute{.name = "schemas",
              .type = Type::reference,
              .multi_valued = true,
              .case_exact = true,
              .mutability = kReadOnly,
              .always_returned = true},
    Attribute{.name = "id", .case_exact = true, .mutability = kReadOnly, .always_returned = true},
    Attribute{.name = "externalId", .case_exact = true},
    Attribute{.name = "meta", .type = Type::complex, .mutability = kReadOnly, .subs = kMetaSubs},
};

constexpr Schema kUser{kUserSchema, "User", "A user account.", kUserAttributes};
constexpr Schema kGroup{kGroupSchema, "Group", "A group of users.", kGroupAttributes};
constexpr Schema kEnterprise{kEnterpriseSchema, "EnterpriseUser", "What an employer knows of a user.",
                             kEnterpriseAttributes};

constexpr std::array<std::string_view, 10> kDisregarded = {
    "password", "nickName", "profileUrl", "preferredLanguage", "timezone",
    "ims",      "photos",   "addresses",  "entitlements",      "x509Certificates"};

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string_view to_string(Type type) {
  switch (type) {
    case Type::string:
      return "string";
    case Type::boolean:
      return "boolean";
    case Type::date_time:
      return "dateTime";
    case Type::reference:
      return "reference";
    case Type::complex:
      return "complex";
  }
  return "";
}

std::string_view to_string(Mutability mutability) {
  switch (mutability) {
    case Mutability::read_write:
      return "readWrite";
    case Mutability::read_only:
      return "readOnly";
    case Mutability::immutable:
      return "immutable";
  }
  return "";
}

boost::json::string_view spelt(std::string_view text) { return {text.data(), text.size()}; }

boost::json::array list(std::span<const Attribute> attributes) {
  boost::json::array out;
  for (const auto& attribute : attributes) {
    boost::json::object one{{"name", spelt(attribute.name)},
                            {"type", spelt(to_string(attribute.type))},
                            {"multiValued", attribute.multi_valued},
                            {"description", spelt(attribute.description)},
                            {"required", attribute.required},
                            {"caseExact", attribute.case_exact},
                            {"mutability", spelt(to_string(attribute.mutability))},
                            {"returned", attribute.always_returned ? "always" : "default"},
                            {"uniqueness", attribute.unique ? "server" : "none"}};
    if (attribute.type == Type::reference) {
      one.emplace("referenceTypes",
                  boost::json::array{spelt(attribute.only.empty() ? "uri" : attribute.only)});
    } else if (!attribute.only.empty()) {
      one.emplace("canonicalValues", boost::json::array{spelt(attribute.only)});
    }
    if (!attribute.subs.empty()) one.emplace("subAttributes", list(attribute.subs));
    out.emplace_back(std::move(one));
  }
  return out;
}

}  // namespace

const Schema& core_schema(Kind kind) { return kind == Kind::user ? kUser : kGroup; }

const Schema* extension_schema(Kind kind) { return kind == Kind::user ? &kEnterprise : nullptr; }

std::span<const Attribute> shared_attributes() { return kSharedAttributes; }

const Attribute* find(std::span<const Attribute> attributes, std::string_view name) {
  const auto at = std::find_if(attributes.begin(), attributes.end(),
                               [&](const Attribute& attribute) { return same_folded(attribute.name, name); });
  return at == attributes.end() ? nullptr : &*at;
}

const Attribute* find_core(Kind kind, std::string_view name) {
  if (const auto* attribute = find(core_schema(kind).attributes, name)) return attribute;
  return find(kSharedAttributes, name);
}

bool is_disregarded(Kind kind, std::string_view name) {
  return kind == Kind::user && std::any_of(kDisregarded.begin(), kDisregarded.end(),
                                           [&](std::string_view other) { return same_folded(other, name); });
}

std::string_view name_of(Kind kind) { return kind == Kind::user ? "User" : "Group"; }

std::string_view endpoint_of(Kind kind) { return kind == Kind::user ? "/Users" : "/Groups"; }

boost::json::object to_json(const Schema& schema) {
  return {{"schemas", boost::json::array{"urn:ietf:params:scim:schemas:core:2.0:Schema"}},
          {"id", spelt(schema.urn)},
          {"name", spelt(schema.name)},
          {"description", spelt(schema.description)},
          {"attributes", list(schema.attributes)}};
}

std::string folded(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lowered);
  return out;
}

bool same_folded(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lowered(x) == lowered(y); });
}

}  // namespace countersign::scim
