#include "web/admin/act.h"

#include "tests/web/admin/asker.h"

#include <gtest/gtest.h>

namespace countersign::admin {
namespace {

using base::Code;

ingest::Operator who(ingest::Role role, bool all_tenants) {
  ingest::Operator out;
  out.role = role;
  out.all_tenants = all_tenants;
  return out;
}

TEST(Admins, AreOfThatRoleAndNoOther) {
  for (const auto role : {ingest::Role::auditor, ingest::Role::analyst, ingest::Role::privacy,
                          ingest::Role::application, ingest::Role::provisioner})
    EXPECT_EQ(admins(who(role, true))->status, 403);
  EXPECT_FALSE(admins(who(ingest::Role::admin, false)));
  EXPECT_EQ(admins_of_all(who(ingest::Role::admin, false))->status, 403);
  EXPECT_EQ(admins_of_all(who(ingest::Role::analyst, true))->status, 403);
  EXPECT_FALSE(admins_of_all(who(ingest::Role::admin, true)));
}

TEST(WhoWaited, DoesNothingWithRightsThatHeHasNoMore) {
  const auto before = admin_of({"acme", "globex"});
  EXPECT_TRUE(has_same_rights(admin_of({"acme", "globex"}), before));
  EXPECT_FALSE(has_same_rights(admin_of({"acme"}), before));
  EXPECT_FALSE(has_same_rights(admin_of({}), before));
  EXPECT_FALSE(has_same_rights(before, admin_of({})));
  EXPECT_FALSE(has_same_rights(admin_of({"acme", "globex"}, "a2"), before));
  auto limited = admin_of({"acme", "globex"});
  auto person = std::make_shared<endpoints::SignedIn>(*limited.person);
  person->period = ingest::Period{{1}, {2}};
  limited.person = person;
  EXPECT_FALSE(has_same_rights(limited, before));
  auto auditor = admin_of({"acme", "globex"});
  auto who = std::make_shared<ingest::Operator>(*auditor.who);
  who->role = ingest::Role::auditor;
  auditor.who = who;
  EXPECT_FALSE(has_same_rights(auditor, before));
}

TEST(AdminFailure, SaysByTheCodeWhatHappenedAndNothingOfFiles) {
  const auto status = [](Code code) { return failure({code, "/data/registry.json is full"}).status; };
  EXPECT_EQ(status(Code::not_found), 404);
  EXPECT_EQ(status(Code::already_exists), 409);
  EXPECT_EQ(status(Code::failed_precondition), 409);
  EXPECT_EQ(status(Code::unavailable), 503);
  EXPECT_EQ(status(Code::resource_exhausted), 507);
  EXPECT_EQ(status(Code::internal), 500);
  for (const auto code : {Code::not_found, Code::already_exists, Code::failed_precondition, Code::unavailable,
                          Code::resource_exhausted, Code::internal, Code::data_loss})
    EXPECT_EQ(failure({code, "/data/registry.json is full"}).body.find("registry"), std::string::npos);
  EXPECT_NE(failure({Code::invalid_argument, "a secret is missing"}).body.find("a secret is missing"),
            std::string::npos);
}

}  // namespace
}  // namespace countersign::admin
