// Filters, paths and PATCH messages: the first byte chooses the resource type and what the rest is.

#include "ledger/base/types.h"
#include "tests/fuzz/property.h"
#include "tests/web/scim/invariants.h"
#include "web/scim/filter.h"
#include "web/scim/message.h"
#include "web/scim/patch.h"
#include "web/scim/resource.h"

#include <boost/json/parse.hpp>

#include <cstddef>
#include <cstdint>

using namespace countersign;

namespace {

const boost::json::object& document_of(scim::Kind kind) {
  static const auto kUser = scim::arranged(scim::Kind::user, boost::json::parse(R"({
    "id": "A1", "userName": "ana@example.com", "title": "Guide", "active": true,
    "name": {"givenName": "Ana", "familyName": "Ames"},
    "emails": [{"value": "ana@example.com", "type": "work", "primary": true}, {"value": "b", "type": "home"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Risk", "manager": {"value": "B2"}},
    "meta": {"resourceType": "User", "created": "2026-01-02T03:04:05.000000Z"}})")
                                                                 .as_object());
  static const auto kGroup = scim::arranged(scim::Kind::group, boost::json::parse(R"({
    "id": "G1", "displayName": "Admins", "members": [{"value": "A1"}, {"value": "B2"}],
    "meta": {"resourceType": "Group"}})")
                                                                   .as_object());
  return kind == scim::Kind::user ? kUser : kGroup;
}

void check(const scim::Refusal& refusal) {
  PROPERTY(refusal.status == 400 || refusal.status == 413);
  PROPERTY(!refusal.detail.empty() && refusal.detail.size() < 300);
}

void check_filter(scim::Kind kind, std::string_view text) {
  const auto filter = scim::Filter::parse(kind, text);
  if (!filter) return check(filter.error());
  PROPERTY(text.size() <= scim::kFilterBytesMax);
  const bool matches = filter->matches(document_of(kind));
  // A resource that matches is one that the index finds.
  if (const auto term = filter->index_term(); term && matches && term->index == scim::Index::id)
    PROPERTY(term->value == scim::text_at(document_of(kind), "id"));
  const auto negated = scim::Filter::parse(kind, "not (" + std::string(text) + ")");
  if (negated) PROPERTY(negated->matches(document_of(kind)) != matches);
}

void check_patch(scim::Kind kind, std::string_view text) {
  const auto body = scim::read_body(text);
  if (!body) return check(body.error());
  const auto& before = document_of(kind);
  const auto after = scim::apply_patch(kind, before, *body);
  if (!after) return check(after.error());
  PROPERTY(scim::broken_rule(kind, before, *after).empty());
}

void check_path(scim::Kind kind, std::string_view text) {
  const auto path = scim::read_patch_path(kind, text);
  if (!path) return check(path.error());
  PROPERTY(path->known != scim::Known::kept || path->path.attribute != nullptr || path->path.extension);
  PROPERTY(!path->path.sub || path->path.attribute);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = base::text_of({data + 1, size - 1});
  const auto kind = data[0] % 2 == 0 ? scim::Kind::user : scim::Kind::group;
  switch (data[0] / 2 % 3) {
    case 0:
      check_filter(kind, text);
      break;
    case 1:
      check_patch(kind, text);
      break;
    default:
      check_path(kind, text);
  }
  return 0;
}
