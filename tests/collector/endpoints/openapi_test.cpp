#include "collector/endpoints/openapi.h"

#include "ledger/base/json.h"
#include "ledger/record/event_schema.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <set>

namespace countersign::endpoints {
namespace {

namespace json = boost::json;

json::object document() {
  auto parsed = base::parse_json(kOpenApi, {.depth_max = 32});
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
  EXPECT_TRUE(parsed->duplicates.empty());
  return parsed->value.as_object();
}

/// The schema of a field in the document, or null.
const json::value* schema_of(const json::object& event, const record::EventField& field) {
  const auto in = [](const json::object& object, std::string_view name) -> const json::value* {
    return object.at("properties").as_object().if_contains(json::string_view(name.data(), name.size()));
  };
  if (field.object.empty()) return in(event, field.name);
  const auto* object = in(event, field.object);
  return object == nullptr ? nullptr : in(object->as_object(), field.name);
}

std::set<std::string> words(const json::value& array) {
  std::set<std::string> out;
  for (const auto& word : array.as_array()) out.insert(std::string(word.as_string()));
  return out;
}

std::set<std::string> words(std::span<const std::string_view> all) { return {all.begin(), all.end()}; }

TEST(OpenApi, DescribesTheMembersOfAnEventAsTheyAreChecked) {
  const auto all = document();
  const auto& event = all.at("components").at("schemas").at("Event").as_object();
  std::size_t described = 0;
  for (const auto& field : record::kEventFields) {
    const auto name = std::string(field.object) + "." + std::string(field.name);
    const auto* schema = schema_of(event, field);
    if (field.personal == record::Kind::raw) {
      EXPECT_EQ(schema, nullptr) << "a sender cannot give it";
      continue;
    }
    ASSERT_NE(schema, nullptr) << name;
    ++described;
    switch (field.type) {
      case record::FieldType::text:
        EXPECT_EQ(schema->at("maxLength").to_number<std::uint64_t>(), field.max) << name;
        break;
      case record::FieldType::integer:
        EXPECT_EQ(schema->at("minimum").to_number<std::uint64_t>(), field.min) << name;
        EXPECT_EQ(schema->at("maximum").to_number<std::uint64_t>(), field.max) << name;
        break;
      case record::FieldType::event_type:
        EXPECT_EQ(words(schema->at("enum")), words(record::event_types()));
        break;
      case record::FieldType::purpose:
        EXPECT_EQ(words(schema->at("enum")), words(record::purposes()));
        break;
      case record::FieldType::factor:
        EXPECT_EQ(words(schema->at("enum")), words(record::factors()));
        break;
      default:
        break;
    }
  }
  std::size_t named = 0;
  for (const auto& member : event.at("properties").as_object()) {
    const auto* inner = member.value().as_object().if_contains("properties");
    named += inner == nullptr ? 1 : inner->as_object().size();
  }
  EXPECT_EQ(named, described + 1) << "and attributes";
}

}  // namespace
}  // namespace countersign::endpoints
