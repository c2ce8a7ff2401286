#include "tests/ledger/privacy/people.h"
#include "tests/web/provisioning/provider.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace countersign::provisioning {
namespace {

using scim::at;

/// A provider that has told of ana and bob, both in a group, and erases whoever is named.
class ErasedUser : public ::testing::Test {
 protected:
  void SetUp() override {
    ana_ = provider_.create("/Users", kAna);
    bob_ = provider_.create_user("bob@example.com");
    group_ = provider_.create_group("Admins", {ana_, bob_});
    ASSERT_EQ(
        provider_.patch("/Users/" + ana_, R"({"op":"replace","path":"title","value":"Auditor"})").status,
        200);
  }

  /// With everything that a search for the subject finds; gives the sealed rows that went.
  std::vector<std::string> erase(const std::string& subject) {
    const auto found = testing::find(provider_.region, {subject});
    EXPECT_TRUE(found) << subject;
    const auto order = found->order(provider_.tenant);
    auto tokens = order.certain;
    tokens.insert(tokens.end(), order.unless_shared.begin(), order.unless_shared.end());
    auto rows = testing::sealed_rows(provider_.region, tokens);
    EXPECT_TRUE(testing::erase(*provider_.writer, order));
    return rows;
  }

  void expect_gone() {
    EXPECT_EQ(provider_.get("/Users/" + ana_).status, 404);
    EXPECT_EQ(at(provider_.get("/Users"), "/totalResults"), "1");
    EXPECT_EQ(
        at(provider_.get("/Groups/" + group_), "/members"),
        fmt::format(
            R"([{{"value":"{0}","$ref":"https://countersign.example.com/scim/v2/Users/{0}","type":"User"}}])",
            bob_));
    EXPECT_EQ(provider_.send("DELETE", "/Users/" + ana_).status, 404);
    EXPECT_EQ(at(provider_.get("/Users/" + bob_), "/userName"), R"("bob@example.com")");
  }

  static constexpr const char* kAna = R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName":"ana@example.com","externalId":"ana-external","displayName":"Ana User"})";

  Provider provider_;
  std::string ana_, bob_, group_;
};

TEST_F(ErasedUser, IsGoneFromUsersAndGroupsAndEveryFile) {
  EXPECT_EQ(provider_.payloads().size(), 3u);
  const auto rows = erase("email=ana@example.com");
  EXPECT_EQ(rows.size(), 5u) << "id, email, name and both documents";
  EXPECT_EQ(provider_.payloads(), (std::vector<std::string>{"-", provider_.payloads()[1], "-"}));
  provider_.told();
  expect_gone();
  EXPECT_TRUE(provider_.told().empty()) << "there is nobody left to tell of";
  const auto disk = testing::bytes_on_disk(provider_.region);
  for (const auto& row : rows) EXPECT_FALSE(testing::holds_a_part(disk, row));
  provider_.expect_whole_ledger();
}

TEST_F(ErasedUser, IsFoundByAnyOfItsIdentities) {
  EXPECT_EQ(erase("user=ana-external").size(), 5u);
  expect_gone();
}

TEST_F(ErasedUser, IsFoundByItsNewestNameWithAllBefore) {
  EXPECT_EQ(provider_
                .patch("/Users/" + ana_,
                       R"({"op":"replace","value":{"userName":"ana2@example.com","externalId":"other-id"}})")
                .status,
            200);
  EXPECT_EQ(provider_
                .patch("/Users/" + ana_,
                       R"({"op":"replace","value":{"userName":"ana3@example.com","externalId":null}})")
                .status,
            200);
  erase("email=ana3@example.com");
  for (const auto* subject :
       {"email=ana@example.com", "email=ana2@example.com", "user=ana-external", "user=other-id"})
    EXPECT_FALSE(testing::find(provider_.region, {subject})) << subject;
  auto payloads = provider_.payloads();
  EXPECT_EQ(std::count(payloads.begin(), payloads.end(), "-"), 4);
  EXPECT_EQ(payloads.size(), 5u) << "bob's stays";
  expect_gone();
}

TEST_F(ErasedUser, IsFoundByAnAddressBesideItsUserName) {
  const auto other = provider_.create("/Users", R"({"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName":"bob.other@tenant.example.com","emails":[{"value":"bob.other@example.com","primary":true}]})");
  erase("email=bob.other@example.com");
  EXPECT_FALSE(testing::find(provider_.region, {"email=bob.other@tenant.example.com"}));
  EXPECT_EQ(provider_.get("/Users/" + other).status, 404);
  EXPECT_EQ(provider_.get("/Users/" + ana_).status, 200);
}

TEST_F(ErasedUser, LeavesItsNameToAnother) {
  erase("email=ana@example.com");
  const auto again = provider_.create("/Users", kAna);
  EXPECT_NE(again, ana_);
  EXPECT_EQ(at(provider_.get("/Users?filter=userName%20eq%20%22ana%40example.com%22"), "/totalResults"), "1");
  EXPECT_EQ(provider_.get("/Users/" + ana_).status, 404);
}

TEST_F(ErasedUser, StaysGoneOverARestart) {
  erase("email=ana@example.com");
  provider_.restart();
  expect_gone();
  provider_.restart();
  expect_gone();
}

TEST_F(ErasedUser, IsNoMemberThatAClientCanAdd) {
  const auto other = provider_.create_group("Owners", {});
  erase("email=ana@example.com");
  EXPECT_EQ(provider_
                .patch("/Groups/" + other,
                       fmt::format(R"({{"op":"add","path":"members","value":[{{"value":"{}"}}]}})", ana_))
                .status,
            400);
  EXPECT_EQ(at(provider_.get("/Groups/" + other), "/members"), "");
  expect_gone();
}

TEST_F(ErasedUser, IsForgottenWithoutBeingAskedFor) {
  const auto state = [&] { return *base::read_file(provider_.region.files().scim(), 1u << 30); };
  EXPECT_NE(state().find(ana_), std::string::npos);
  erase("email=ana@example.com");
  ASSERT_TRUE(provider_.provisioning->forget_erased());
  EXPECT_EQ(state().find(ana_), std::string::npos) << "neither as a user nor as a member";
  EXPECT_NE(state().find(bob_), std::string::npos);
  expect_gone();
}

TEST_F(ErasedUser, IsForgottenInRostersThatAreNotLoaded) {
  erase("email=ana@example.com");
  provider_.restart();
  ASSERT_TRUE(provider_.provisioning->forget_erased());
  EXPECT_EQ(base::read_file(provider_.region.files().scim(), 1u << 30)->find(ana_), std::string::npos);
  expect_gone();
  ASSERT_TRUE(provider_.provisioning->forget_erased()) << "again is no harm";
  expect_gone();
}

}  // namespace
}  // namespace countersign::provisioning
