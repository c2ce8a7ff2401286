#include "ledger/privacy/person.h"

#include "tests/ledger/privacy/people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace countersign::privacy {
namespace {

using testing::event_of;
using testing::find;
using testing::prepared;
using testing::TestRegion;
using ::testing::UnorderedElementsAre;

/// What was found, as `value: tie`.
std::vector<std::string> ties(const Person& person) {
  std::vector<std::string> out;
  for (const auto& held : person.values) out.push_back(held.value + ": " + std::string(to_string(held.tie)));
  return out;
}

/// Ana by e-mail and user, and by user and phone; Bob behind the same address; an administrator whose
/// attribute speaks of Ana.
void fill(TestRegion& region) {
  auto writer = region.open_writer();
  std::vector<record::PreparedEvent> events;
  events.push_back(
      prepared(event_of("1", {{"id", "u-1"}, {"email", "Ana@example.com"}}, "192.0.2.7"), R"({"to":"ana"})"));
  auto second = event_of("2", {{"id", "u-1"}, {"phone", "+14155550100"}});
  second["attributes"] = {{"plan", "pro"}, {"badge", "A-4711"}};
  events.push_back(prepared(second));
  auto bob = event_of("3", {{"email", "bob@example.com"}});
  bob["attributes"] = {{"plan", "pro"}};
  events.push_back(prepared(bob));
  auto admin = event_of("4", {{"id", "root-1"}, {"name", "The Administrator"}}, "198.51.100.1");
  admin["attributes"] = {{"note", "unlocked ana@example.com"}, {"target", "+14155550100"}};
  events.push_back(prepared(admin));
  ASSERT_TRUE(TestRegion::append(*writer, std::move(events)));
}

TEST(Person, IsFoundAcrossWhatRecordsTieTogether) {
  TestRegion region;
  fill(region);
  const auto person = find(region, {"email=ana@EXAMPLE.com"});
  ASSERT_TRUE(person) << person.error().message;
  EXPECT_EQ(person->records, 2u);
  EXPECT_EQ(person->searched, 4u);
  EXPECT_THAT(ties(*person),
              UnorderedElementsAre("Ana@example.com: subject", "u-1: identity", "+14155550100: identity",
                                   "\"unlocked ana@example.com\": mention", "\"+14155550100\": mention",
                                   "192.0.2.7: only_here", R"({"to":"ana"}: only_here)",
                                   "\"A-4711\": only_here", "\"pro\": shared", "192.0.2.1: shared"));
  const auto order = person->order(base::TenantId("acme"));
  EXPECT_EQ(order.certain.size(), 5u);
  EXPECT_EQ(order.unless_shared.size(), 3u);
  EXPECT_EQ(order.searched, 4u);
}

TEST(Person, IsFoundFromAnyOfTheirNames) {
  TestRegion region;
  fill(region);
  const auto by_phone = find(region, {"phone=+1 415 555 0100"});
  const auto by_user = find(region, {"user=u-1"});
  const auto by_email = find(region, {"email=ana@example.com"});
  ASSERT_TRUE(by_phone && by_user && by_email);
  EXPECT_EQ(by_phone->order(base::TenantId("acme")).certain.size(), 5u);
  EXPECT_EQ(by_user->records, by_email->records);
  EXPECT_EQ(by_phone->values.size(), by_email->values.size());
}

TEST(Person, IsNotFollowedWhereThatIsNotWanted) {
  TestRegion region;
  fill(region);
  const auto person = find(region, {"email=ana@example.com"}, false);
  ASSERT_TRUE(person);
  EXPECT_EQ(person->records, 1u);
  EXPECT_THAT(ties(*person),
              UnorderedElementsAre("Ana@example.com: subject", "u-1: shared", "192.0.2.7: only_here",
                                   R"({"to":"ana"}: only_here)", "\"unlocked ana@example.com\": mention"));
}

TEST(Person, IsNeverFollowedOverASharedDevice) {
  TestRegion region;
  fill(region);
  const auto address = find(region, {"ip=192.0.2.1"});
  ASSERT_TRUE(address);
  EXPECT_THAT(ties(*address), UnorderedElementsAre("192.0.2.1: subject"));
  EXPECT_EQ(address->records, 2u);
}

TEST(Person, IsNotKnownHere) {
  TestRegion region;
  fill(region);
  const auto nobody = find(region, {"email=nobody@example.com", "phone=+1"});
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, base::Code::not_found);
  EXPECT_EQ(nobody.error().message.find("nobody@"), std::string::npos);
}

}  // namespace
}  // namespace countersign::privacy
