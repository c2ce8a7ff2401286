#include "tests/web/scim/store_contract.h"

#include "tests/web/scim/client.h"
#include "web/scim/resource.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace countersign::scim {
namespace {

namespace json = boost::json;

using base::Code;

json::object user(std::string_view id, std::string_view name, std::string_view external_id = "") {
  return arranged(Kind::user,
                  parse(fmt::format(R"({{"id":"{}","userName":"{}","externalId":"{}","active":true,
    "emails":[{{"value":"a@example.com","type":"work"}}],"meta":{{"resourceType":"User"}}}})",
                                    id, name, external_id))
                      .get_object());
}

json::object group(std::string_view id, std::string_view name, const std::vector<std::string>& members) {
  auto out =
      parse(fmt::format(R"({{"id":"{}","displayName":"{}","meta":{{"resourceType":"Group"}}}})", id, name))
          .get_object();
  json::array values;
  for (const auto& member : members) values.push_back(json::object{{"value", member}});
  if (!values.empty()) out["members"] = std::move(values);
  return arranged(Kind::group, out);
}

std::string ids(const std::vector<json::object>& documents) {
  std::vector<std::string_view> out;
  for (const auto& document : documents) out.push_back(text_at(document, "id"));
  return fmt::format("{}", fmt::join(out, " "));
}

std::string scanned(Store& store, Kind kind, std::uint64_t skip, std::size_t max = 100) {
  std::vector<json::object> out;
  EXPECT_TRUE(store.scan(kind, skip, [&](const json::object& document) {
    EXPECT_TRUE(store.groups_of(text_at(document, "id")));
    EXPECT_TRUE(store.find(kind, text_at(document, "id")));
    out.push_back(document);
    return out.size() < max;
  }));
  return ids(out);
}

Code code_of(const base::Result<void>& result) { return result ? Code::internal : result.error().code; }

void expect_names_to_be_unique(Store& store) {
  EXPECT_EQ(code_of(store.create(Kind::user, user("c", "ANA@Example.com"))), Code::already_exists);
  EXPECT_EQ(*store.count(Kind::user), 2u);
  EXPECT_EQ(code_of(store.replace(Kind::user, user("b", "Ana@example.com"),
                                  entity_tag(user("b", "bob@example.com", "E")))),
            Code::already_exists);
  EXPECT_EQ(ids(*store.find_by(Kind::user, {Index::user_name, "ana@example.com"})), "a");
  EXPECT_EQ(ids(*store.find_by(Kind::user, {Index::external_id, "E"})), "a b");
  EXPECT_EQ(ids(*store.find_by(Kind::user, {Index::external_id, "e"})), "");
  EXPECT_EQ(ids(*store.find_by(Kind::user, {Index::id, "b"})), "b");
  EXPECT_EQ(ids(*store.find_by(Kind::group, {Index::id, "b"})), "");
}

void expect_versions_to_count(Store& store, const json::object& ana) {
  auto renamed = user("a", "Ana@example.com", "F");
  EXPECT_EQ(code_of(store.replace(Kind::user, renamed, "W/\"other\"")), Code::aborted);
  EXPECT_EQ(code_of(store.replace(Kind::user, user("z", "z"), "W/\"other\"")), Code::not_found);
  EXPECT_TRUE(store.replace(Kind::user, renamed, entity_tag(ana)));
  EXPECT_EQ(code_of(store.replace(Kind::user, renamed, entity_tag(ana))), Code::aborted);
  EXPECT_EQ(ids(*store.find_by(Kind::user, {Index::external_id, "F"})), "a");
  EXPECT_EQ(scanned(store, Kind::user, 0), "a b");  // where it was
  EXPECT_EQ(code_of(store.remove(Kind::user, "a", entity_tag(ana))), Code::aborted);
  EXPECT_EQ(code_of(store.remove(Kind::user, "z", entity_tag(ana))), Code::not_found);
  EXPECT_TRUE(store.remove(Kind::user, "a", entity_tag(renamed)));
  EXPECT_FALSE(store.find(Kind::user, "a")->has_value());
  EXPECT_TRUE(store.create(Kind::user, user("c", "ANA@example.com")));
  EXPECT_EQ(scanned(store, Kind::user, 0), "b c");
}

}  // namespace

void expect_store_contract(Store& store) {
  const auto ana = user("a", "Ana@Example.com", "E");
  ASSERT_TRUE(store.create(Kind::user, ana));
  ASSERT_TRUE(store.create(Kind::user, user("b", "bob@example.com", "E")));
  EXPECT_EQ(json::serialize(store.find(Kind::user, "a")->value()), json::serialize(ana));
  EXPECT_FALSE(store.find(Kind::group, "a")->has_value());
  EXPECT_FALSE(store.find(Kind::user, "A")->has_value());
  expect_names_to_be_unique(store);

  // Groups may share a name.
  ASSERT_TRUE(store.create(Kind::group, group("g2", "Admins", {"a", "b"})));
  ASSERT_TRUE(store.create(Kind::group, group("g1", "ADMINS", {})));
  ASSERT_TRUE(store.create(Kind::group, group("g3", "Ops", {"a"})));
  EXPECT_EQ(ids(*store.find_by(Kind::group, {Index::display_name, "admins"})), "g2 g1");
  const auto names = *store.groups_of("a");
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[0].id + names[0].display_name + names[1].id + names[1].display_name, "g2Adminsg3Ops");
  ASSERT_TRUE(store.replace(Kind::group, group("g2", "Admins", {"b"}),
                            entity_tag(group("g2", "Admins", {"a", "b"}))));
  EXPECT_EQ(store.groups_of("a")->size(), 1u);
  ASSERT_TRUE(store.remove(Kind::group, "g3", entity_tag(group("g3", "Ops", {"a"}))));
  EXPECT_EQ(store.groups_of("a")->size(), 0u);
  EXPECT_EQ(*store.count(Kind::group), 2u);

  EXPECT_EQ(scanned(store, Kind::user, 0), "a b");
  EXPECT_EQ(scanned(store, Kind::user, 1), "b");
  EXPECT_EQ(scanned(store, Kind::user, 2), "");
  EXPECT_EQ(scanned(store, Kind::group, 0, 1), "g2");
  expect_versions_to_count(store, ana);
}

}  // namespace countersign::scim
