#include "web/provisioning/provisioning.h"

#include "ledger/base/file.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_call.h"
#include "ledger/store/work.h"
#include "ledger/vault/vault_writer.h"
#include "tests/web/provisioning/provider.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace countersign::provisioning {
namespace {

using scim::at;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Provisioning, KeepsEverythingOverARestart) {
  Provider provider;
  const auto ana = provider.create(
      "/Users", fmt::format(R"({{"schemas":["{}","{}"],"userName":"Ana@example.com",
    "externalId":"E1","{}":{{"department":"Ops","manager":{{"value":"m-1"}}}}}})",
                            scim::kUserSchema, scim::kEnterpriseSchema, scim::kEnterpriseSchema));
  const auto bob = provider.create_user("bob@example.com");
  const auto group = provider.create_group("Admins", {bob, ana});
  const auto all = [&] {
    std::string out;
    for (const auto* path : {"/Users", "/Groups", "/Users?filter=externalId%20eq%20%22E1%22",
                             "/Users?filter=userName%20eq%20%22ana%40EXAMPLE.com%22",
                             "/Groups?filter=displayName%20eq%20%22admins%22"})
      out += provider.get(path).body + "\n";
    const auto one = provider.get("/Users/" + ana);
    return out + one.body + scim::header(one, "ETag");
  };
  const auto before = all();
  EXPECT_THAT(before, HasSubstr(R"("totalResults":2)"));
  EXPECT_THAT(before, HasSubstr(R"("department":"Ops")"));
  EXPECT_THAT(before, Not(HasSubstr(R"("totalResults":0)")));
  provider.restart();
  EXPECT_EQ(all(), before);
  EXPECT_EQ(provider
                .send("POST", "/Users",
                      fmt::format(R"({{"schemas":["{}"],"userName":"BOB@example.com"}})", scim::kUserSchema))
                .status,
            409);
  const auto carol = provider.create_user("carol");
  EXPECT_EQ(at(provider.get("/Users"), "/Resources/2/id"), fmt::format(R"("{}")", carol)) << "at the end";
  EXPECT_EQ(at(provider.get("/Users/" + bob), "/groups/0/value"), fmt::format(R"("{}")", group));
}

TEST(Provisioning, SaysNothingOfAPersonOutsideOfTheVault) {
  Provider provider;
  const auto ana = provider.create("/Users", fmt::format(R"({{"schemas":["{}"],"userName":"ana@example.com",
    "externalId":"ana-external","displayName":"Ana User","phoneNumbers":[{{"value":"+14255550100"}}]}})",
                                                         scim::kUserSchema));
  provider.create_group("Admins", {ana});
  EXPECT_EQ(provider.get("/Users").status, 200);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(provider.region.dir().path())) {
    if (!entry.is_regular_file()) continue;
    const auto content = *base::read_file(entry.path(), 1u << 30);
    for (const auto* value : {"ana@example", "ana-external", "Ana User", "4255550100"})
      EXPECT_EQ(content.find(value), std::string::npos) << entry.path() << " has " << value;
  }
  const auto state = *base::read_file(provider.region.files().scim(), 1u << 30);
  EXPECT_THAT(state, HasSubstr("Admins"));
  EXPECT_THAT(state, HasSubstr(ana));
}

TEST(Provisioning, LeavesARecordMoreRatherThanLessWhereItsStateCannotBeWritten) {
  Provider provider;
  const auto bob = provider.create_user("bob@example.com");
  provider.told();
  const auto body = fmt::format(R"({{"schemas":["{}"],"userName":"ana@example.com"}})", scim::kUserSchema);
  {
    auto other = sqlite::Connection::open(
        provider.region.files().scim(),
        {.access = sqlite::Access::read_write, .journal = sqlite::Journal::rollback});
    ASSERT_TRUE(other);
    const auto lock = sqlite::Transaction::begin(*other, sqlite::Transaction::Kind::write);
    ASSERT_TRUE(lock);
    EXPECT_EQ(provider.send("POST", "/Users", body).status, 503);
  }
  EXPECT_THAT(provider.error, HasSubstr("SQLite"));
  ASSERT_EQ(provider.told().size(), 1u) << "the evidence is there";
  EXPECT_EQ(at(provider.get("/Users"), "/totalResults"), "1") << "the user is not";
  provider.restart();
  EXPECT_EQ(at(provider.get("/Users"), "/totalResults"), "1");
  EXPECT_EQ(provider.send("POST", "/Users", body).status, 201);
  EXPECT_EQ(provider.told().size(), 1u);
  EXPECT_EQ(at(provider.get("/Users"), "/totalResults"), "2");
  EXPECT_EQ(at(provider.get("/Users/" + bob), "/userName"), R"("bob@example.com")");
  provider.expect_whole_ledger();
}

TEST(Provisioning, ChangesNothingThatCannotBeRecorded) {
  Provider provider;
  const auto ana = provider.create_user("ana@example.com");
  const auto before = provider.get("/Users/" + ana).body;
  provider.writer->stop();
  EXPECT_EQ(provider.patch("/Users/" + ana, R"({"op":"replace","path":"active","value":false})").status, 503);
  EXPECT_EQ(provider.send("DELETE", "/Users/" + ana).status, 503);
  EXPECT_EQ(provider.get("/Users/" + ana).body, before);
  provider.restart();
  EXPECT_EQ(provider.get("/Users/" + ana).body, before);
  EXPECT_EQ(provider.records(), 1u);
}

TEST(Provisioning, RefusesAUserWhoIsTooLargeForARecordBeforeAnythingIsChanged) {
  Provider provider;
  std::string emails;
  for (int i = 0; i < 50; ++i)
    emails += fmt::format(R"({}{{"value":"{}@example.com","display":"{}","type":"{}"}})", i == 0 ? "" : ",",
                          i, std::string(1000, 'd'), std::string(1000, 't'));
  const auto body = [&](std::string_view name, std::string_view phones) {
    return fmt::format(
        R"({{"schemas":["{}"],"userName":"{}","emails":[{}],"phoneNumbers":[{}],"roles":[{}]}})",
        scim::kUserSchema, name, emails, phones, phones);
  };
  const auto refused = provider.send("POST", "/Users", body("0@example.com", emails));
  EXPECT_EQ(refused.status, 413) << refused.body;
  EXPECT_EQ(refused.body.find("example.com"), std::string::npos);
  EXPECT_EQ(provider.records(), 0u);
  EXPECT_EQ(at(provider.get("/Users"), "/totalResults"), "0");
  EXPECT_EQ(provider.send("POST", "/Users", body("0@example.com", "")).status, 201);
  EXPECT_EQ(provider.records(), 1u);
}

TEST(Provisioning, KeepsSourcesAndTenantsApart) {
  Provider provider;
  const auto ana = provider.create_user("ana@example.com");
  provider.source = "entra";
  EXPECT_EQ(provider.get("/Users/" + ana).status, 404);
  EXPECT_EQ(at(provider.get("/Users"), "/totalResults"), "0");
  provider.create_user("ana@example.com");
  provider.source = "okta";
  provider.tenant = base::TenantId("globex");
  EXPECT_EQ(provider.get("/Users/" + ana).status, 404);
  provider.create_user("ana@example.com");
  EXPECT_EQ(provider.records(), 1u);
  provider.tenant = base::TenantId("acme");
  EXPECT_EQ(provider.records(), 2u);
  EXPECT_EQ(at(provider.get("/Users"), "/totalResults"), "1");
}

TEST(Provisioning, RefusesWhoMayNotSpeakOfTheTenant) {
  Provider provider;
  const auto status = [&] { return provider.get("/Users").status; };
  EXPECT_EQ(status(), 200);
  provider.proof = record::Proof::backfill;
  EXPECT_EQ(status(), 403) << "history is imported elsewhere";
  provider.proof = record::Proof::token;
  for (const auto* name : {"initech", "nobody"}) {
    provider.tenant = base::TenantId(name);
    EXPECT_EQ(status(), 403) << name;
  }
  provider.tenant = base::TenantId("far");
  EXPECT_EQ(status(), 421);
  EXPECT_THAT(provider.get("/Users").body, HasSubstr("us-1"));
  provider.source = "entra";
  provider.tenant = base::TenantId("globex");
  EXPECT_EQ(status(), 403);
}

TEST(Provisioning, KeepsToItsLimits) {
  Provider provider;
  provider.limits = {.users = 2, .groups = 1, .memberships = 1};
  provider.restart();
  const auto ana = provider.create_user("ana"), bob = provider.create_user("bob");
  const auto body = fmt::format(R"({{"schemas":["{}"],"userName":"carol"}})", scim::kUserSchema);
  EXPECT_EQ(provider.send("POST", "/Users", body).status, 413);
  const auto group = provider.create_group("Admins", {ana});
  EXPECT_EQ(provider
                .patch("/Groups/" + group,
                       fmt::format(R"({{"op":"add","path":"members","value":[{{"value":"{}"}}]}})", bob))
                .status,
            413);
  EXPECT_EQ(provider
                .send("POST", "/Groups",
                      fmt::format(R"({{"schemas":["{}"],"displayName":"B"}})", scim::kGroupSchema))
                .status,
            413);
  EXPECT_EQ(provider.records(), 4u);
  EXPECT_EQ(provider.patch("/Groups/" + group, R"({"op":"remove","path":"members"})").status, 204);
  EXPECT_EQ(provider.send("DELETE", "/Users/" + ana).status, 204);
  EXPECT_EQ(provider.send("POST", "/Users", body).status, 201);
}

TEST(Provisioning, KeepsMoreRostersThanItHasInMemory) {
  Provider provider;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < Provisioning::kRostersMax + 3; ++i) {
    ingest::Source one;
    one.name = base::SourceName(fmt::format("idp-{}", i));
    one.adapter = std::string(ingest::kNativeAdapter);
    provider.registry->put(std::move(one));
  }
  const auto as = [&](std::size_t i) { provider.source = fmt::format("idp-{}", i); };
  for (std::size_t i = 0; i < Provisioning::kRostersMax + 3; ++i) {
    as(i);
    ids.push_back(provider.create_user("ana@example.com"));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    as(i);
    EXPECT_EQ(at(provider.get("/Users"), "/Resources/0/id"), fmt::format(R"("{}")", ids[i]));
  }
}

TEST(Provisioning, FollowsARotationOfTheVaultsKeys) {
  Provider provider;
  const auto ana = provider.create_user("ana@example.com");
  const auto before = provider.get("/Users/" + ana).body;
  const auto rotated = store::call_on_ledger(
      *provider.writer, [](store::LedgerThread& here) -> base::Result<vault::VaultWriter::Reseal> {
        const vault::Kek kek(crypto::Secret(std::vector<std::uint8_t>(32, 3)));
        TRY(here.vault.begin_rotation(2, kek));
        TRY_ASSIGN(const auto done, here.vault.reseal(1'000));
        TRY_ASSIGN(const auto again, here.vault.reseal(1'000));
        static_cast<void>(done);
        TRY(here.vault.end_rotation());
        return again;
      });
  ASSERT_TRUE(rotated) << rotated.error().message;
  EXPECT_EQ(provider.get("/Users/" + ana).body, before);
  const auto bob = provider.create_user("bob@example.com");
  EXPECT_EQ(at(provider.get("/Users/" + bob), "/userName"), R"("bob@example.com")");
  provider.restart();
  EXPECT_EQ(provider.get("/Users/" + ana).body, before);
}

TEST(Provisioning, DoesNotOpenAFileThatIsNotItsOwn) {
  Provider provider;
  provider.create_user("ana");
  provider.provisioning.reset();
  const auto file = provider.region.files().scim();
  const auto open = [&] { return StateFile::open(file); };
  const auto change = [&](const char* sql) {
    auto db = sqlite::Connection::open(
        file, {.access = sqlite::Access::read_write, .journal = sqlite::Journal::rollback});
    ASSERT_TRUE(db && db->execute(sql));
  };
  change("PRAGMA user_version=2");
  EXPECT_EQ(open().error().code, base::Code::failed_precondition);
  change("PRAGMA application_id=7");
  EXPECT_EQ(open().error().code, base::Code::data_loss);
}

}  // namespace
}  // namespace countersign::provisioning
