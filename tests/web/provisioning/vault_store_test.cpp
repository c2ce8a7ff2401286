#include "web/provisioning/vault_store.h"

#include "ledger/base/encoding.h"
#include "tests/support/test_region.h"
#include "tests/web/scim/store_contract.h"
#include "web/provisioning/evidence.h"
#include "web/scim/resource.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace countersign::provisioning {
namespace {

namespace json = boost::json;

using scim::Kind;
using testing::TestRegion;

const base::TenantId kAcme("acme");

TEST(VaultStore, KeepsTheContractBeforeAnythingIsRecorded) {
  const TestRegion region;
  auto vault = vault::VaultReader::open(region.files().vault(), region.keys());
  ASSERT_TRUE(vault);
  Roster roster;
  VaultStore store(roster, *vault, kAcme, {});
  scim::expect_store_contract(store);
  roster.undo();
  EXPECT_TRUE(roster.all(Kind::user).empty());
  EXPECT_TRUE(roster.all(Kind::group).empty());
  EXPECT_EQ(roster.memberships(), 0u);
}

/// Records each document at once, so that it is read from the vault.
class Recording : public scim::Store {
 public:
  Recording(Roster& roster, VaultStore& store, vault::VaultReader& vault, store::Writer& writer)
      : roster_(roster), store_(store), vault_(vault), writer_(writer) {}

  base::Result<std::optional<json::object>> find(Kind kind, std::string_view id) override {
    return store_.find(kind, id);
  }
  base::Result<std::vector<json::object>> find_by(Kind kind, const scim::IndexTerm& term) override {
    return store_.find_by(kind, term);
  }
  base::Result<void> scan(Kind kind, std::uint64_t skip, const Visit& visit) override {
    return store_.scan(kind, skip, visit);
  }
  base::Result<std::uint64_t> count(Kind kind) override { return store_.count(kind); }
  base::Result<std::vector<scim::GroupName>> groups_of(std::string_view id) override {
    return store_.groups_of(id);
  }
  base::Result<void> create(Kind kind, const json::object& document) override {
    TRY(store_.create(kind, document));
    return record();
  }
  base::Result<void> replace(Kind kind, const json::object& document, std::string_view expected) override {
    TRY(store_.replace(kind, document, expected));
    return record();
  }
  base::Result<void> remove(Kind kind, std::string_view id, std::string_view expected) override {
    TRY(store_.remove(kind, id, expected));
    return record();
  }

  int recorded = 0;

 private:
  base::Result<void> record() {
    for (const auto& [place, before] : roster_.changed()) {
      const auto* entry = roster_.find(place);
      if (place.first == Kind::group || entry == nullptr) continue;
      const auto text = payload_of(*entry->document);
      const json::object event{{"id", fmt::format("e{}", ++recorded)},
                               {"time", "2026-01-31T09:30:00Z"},
                               {"type", "user.provisioned"},
                               {"tenant", "acme"}};
      std::vector<record::PreparedEvent> batch;
      batch.push_back(*record::prepare_event(event, {base::SourceName("okta"), record::Proof::token},
                                             record::Vocabulary::source, {{}, text}));
      EXPECT_TRUE(TestRegion::append(writer_, std::move(batch)));
      TRY_ASSIGN(const auto token, vault_.find(kAcme, record::Kind::raw, text));
      EXPECT_TRUE(token);
      auto kept = *entry;
      TRY_ASSIGN(kept.token, base::digest_from_base64url(*token));
      kept.document = nullptr;
      roster_.put(place, std::move(kept));
    }
    roster_.settle();
    return {};
  }

  Roster& roster_;
  VaultStore& store_;
  vault::VaultReader& vault_;
  store::Writer& writer_;
};

TEST(VaultStore, KeepsTheContractWithWhatStandsInTheVault) {
  TestRegion region;
  const auto writer = region.open_writer();
  auto vault = vault::VaultReader::open(region.files().vault(), region.keys());
  ASSERT_TRUE(vault);
  Roster roster;
  VaultStore store(roster, *vault, kAcme, {});
  Recording recording(roster, store, *vault, *writer);
  scim::expect_store_contract(recording);
  EXPECT_GE(recording.recorded, 4);
  for (const auto& [number, entry] : roster.all(Kind::user)) EXPECT_FALSE(entry.document);
}

TEST(Roster, UndoesEverythingSinceItWasSettled) {
  const auto user = [](std::string_view id, std::string_view name) {
    return entry_of(Kind::user, json::object{{"id", json::string_view(id.data(), id.size())},
                                             {"userName", json::string_view(name.data(), name.size())}});
  };
  Roster roster;
  roster.add(Kind::user, user("a", "Ana"));
  roster.add(Kind::user, user("b", "Bob"));
  roster.add(Kind::group,
             entry_of(Kind::group, json::object{{"id", "g"},
                                                {"displayName", "Ops"},
                                                {"members", json::array{json::object{{"value", "a"}},
                                                                        json::object{{"value", "b"}}}}}));
  roster.settle();
  roster.leave_groups("a");
  roster.remove({Kind::user, 1});
  roster.put({Kind::user, 2}, user("b", "Robert"));
  roster.add(Kind::user, user("c", "ana"));
  EXPECT_EQ(roster.groups_of("a").size(), 0u);
  EXPECT_EQ(roster.memberships(), 1u);
  EXPECT_EQ(roster.changed().size(), 4u);
  roster.undo();
  EXPECT_TRUE(roster.changed().empty());
  EXPECT_EQ(roster.all(Kind::user).size(), 2u);
  EXPECT_EQ(roster.groups_of("a").size(), 1u);
  EXPECT_EQ(roster.memberships(), 2u);
  EXPECT_EQ(roster.found_by(Kind::user, {scim::Index::user_name, "ana"}), std::vector<Roster::Number>{1});
  EXPECT_EQ(roster.found_by(Kind::user, {scim::Index::user_name, "bob"}), std::vector<Roster::Number>{2});
  EXPECT_TRUE(roster.found_by(Kind::user, {scim::Index::user_name, "robert"}).empty());
}

}  // namespace
}  // namespace countersign::provisioning
