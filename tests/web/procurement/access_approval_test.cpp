#include "web/procurement/access_approval.h"

#include "tests/web/auth/test_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::procurement {
namespace {

using base::Code;
using ::testing::SizeIs;

class AccessApproval : public auth::AccessTest {
 protected:
  AccessApproval() {
    EXPECT_TRUE(requests_.add({"Vera Visitor", "vera@visitor.example", "Visitor Corp", "to look"}, {}));
    id_ = requests_.list()->front().id;
    wish_.tenants = {base::TenantId("acme")};
    wish_.expires = at(1'000'086'400);
    wish_.period = auth::Period{at(0), *wish_.expires};
  }

  trust::Requests open() {
    return trust::Requests::open({trust::folder_in(folder_.path()),
                                  [this](const boost::json::object&) -> base::Result<void> {
                                    if (full_) return base::fail(Code::resource_exhausted, "no room");
                                    return {};
                                  },
                                  30, [this] { return now_; }, crypto::system_entropy()})
        .value();
  }

  base::Result<ApprovedAccess> approve() {
    const auth::Administrator administrator{access_.store, record_, access_.clock, entropy_, {}};
    return approve_access(requests_, administrator, {"admin", {}}, id_, wish_);
  }

  bool full_ = false;
  std::function<void()> meanwhile_;
  /// What happens when the account is recorded.
  const auth::Record record_ = [this](const auth::Account* whose, std::string_view type,
                                      boost::json::object members) {
    if (meanwhile_ && type == "user.provisioned") meanwhile_();
    return access_.record(whose, type, std::move(members));
  };
  trust::Requests requests_ = open();
  std::string id_;
  auth::NewAccount wish_;
};

TEST_F(AccessApproval, MakesAnAuditorAndDecides) {
  const auto approved = approve();
  ASSERT_TRUE(approved) << approved.error().message;
  EXPECT_EQ(approved->request.account, approved->invited.account.id);
  EXPECT_EQ(approved->request.expires, wish_.expires);
  const auto account = stored(approved->invited.account);
  EXPECT_EQ(account.name, "vera@visitor.example");
  EXPECT_EQ(account.display_name, "Vera Visitor");
  EXPECT_EQ(account.role, ingest::Role::auditor);
  EXPECT_EQ(account.expires, wish_.expires);
  EXPECT_TRUE(account.invitation);
  EXPECT_EQ(approve().error().code, Code::failed_precondition);
  EXPECT_THAT(*access_.store.all(), SizeIs(1));
}

TEST_F(AccessApproval, OfAnAddressWithAnAccountChangesNothing) {
  add("vera@visitor.example");
  EXPECT_EQ(approve().error().code, Code::already_exists);
  EXPECT_EQ(requests_.find(id_)->decision, trust::Decision::pending);
  EXPECT_THAT(*access_.store.all(), SizeIs(1));
}

TEST_F(AccessApproval, LeavesNoAccountWhereSomebodyElseHasDecidedMeanwhile) {
  auto other = open();
  meanwhile_ = [&] { ASSERT_TRUE(other.refuse(id_, "no", {"other", {}})); };
  EXPECT_EQ(approve().error().code, Code::failed_precondition);
  EXPECT_THAT(*access_.store.all(), SizeIs(0));
  EXPECT_EQ(count("user.provisioned"), 1u);
  EXPECT_EQ(count("user.deprovisioned"), 1u);
  EXPECT_EQ(requests_.find(id_)->decision, trust::Decision::refused);
}

TEST_F(AccessApproval, LeavesNoAccountWhereTheRequestIsGoneMeanwhile) {
  auto other = open();
  meanwhile_ = [&] { ASSERT_TRUE(other.remove(id_, {"other", {}})); };
  EXPECT_EQ(approve().error().code, Code::not_found);
  EXPECT_THAT(*access_.store.all(), SizeIs(0));
}

TEST_F(AccessApproval, IsNoneWhereTheAccountCannotBeRecorded) {
  records_fail_ = true;
  EXPECT_EQ(approve().error().code, Code::resource_exhausted);
  EXPECT_THAT(*access_.store.all(), SizeIs(0));
  EXPECT_EQ(requests_.find(id_)->decision, trust::Decision::pending);
}

TEST_F(AccessApproval, KeepsTheAccountOfADecisionThatIsYetToBeRecorded) {
  meanwhile_ = [&] { full_ = true; };
  EXPECT_EQ(approve().error().code, Code::resource_exhausted);
  ASSERT_THAT(*access_.store.all(), SizeIs(1));
  full_ = false;
  const auto request = *requests_.find(id_);
  EXPECT_EQ(request.decision, trust::Decision::approved);
  EXPECT_EQ(request.account, access_.store.all()->front().id);
}

}  // namespace
}  // namespace countersign::procurement
