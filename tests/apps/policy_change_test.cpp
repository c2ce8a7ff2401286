#include "apps/policy_change.h"

#include "collector/endpoints/policy_document.h"
#include "ledger/base/file.h"
#include "ledger/base/json.h"
#include "ledger/policy/history.h"
#include "ledger/record/prepare.h"
#include "ledger/record/record.h"
#include "ledger/retention/rules.h"
#include "tests/support/temp_dir.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace countersign::apps {
namespace {

namespace fs = std::filesystem;

using base::TenantId;

const TenantId kAcme("acme");
const PolicyAuthor kBy{PolicyAuthor::How::command, "ana"};

/// A data folder with the tenant acme, and no daemon.
class PolicyFiles : public ::testing::Test {
 protected:
  PolicyFiles() {
    config_.data = dir_.path() / "data";
    config_.regions = {base::RegionId("eu-1")};
    config_.places[base::RegionId("eu-1")] = {config_.data / "eu-1", false};
    EXPECT_TRUE(
        ingest::add_tenant(config_.registry(), kAcme, base::RegionId("eu-1"), {}, base::system_clock()));
  }

  fs::path outbox() const { return config_.region_files(base::RegionId("eu-1")).folder / "outbox"; }

  /// What waits to be recorded, in the order of the outbox.
  std::vector<boost::json::object> waiting() const {
    std::vector<fs::path> names;
    std::error_code none;
    for (const auto& one : fs::directory_iterator(outbox(), none)) names.push_back(one.path());
    std::sort(names.begin(), names.end());
    std::vector<boost::json::object> out;
    for (const auto& name : names)
      out.push_back(base::parse_json(*base::read_file(name, 1 << 20), {})->value.as_object());
    return out;
  }

  /// The history that the records will tell.
  policy::TenantHistory history() const {
    policy::PolicyHistory out;
    std::uint64_t seq = 0;
    for (const auto& event : waiting()) {
      const auto prepared = record::prepare_event(
          event, {base::SourceName("countersign"), record::Proof::none}, record::Vocabulary::system);
      EXPECT_TRUE(prepared);
      std::string record;
      record::write_record({.log = "audit.example.com/eu-1/_system",
                            .seq = base::seq_at(seq),
                            .prev = {},
                            .received = {static_cast<std::int64_t>(1'000 + seq)},
                            .source = "countersign",
                            .proof = "none",
                            .event = prepared->json},
                           record);
      EXPECT_TRUE(out.add(record));
      ++seq;
    }
    return out.of(kAcme);
  }

  ingest::Tenant now() const {
    auto registry = *ingest::Registry::load(config_.registry());
    registry.put(*retention::RuleBook::load(config_.retention()));
    return *registry.tenant(kAcme);
  }

  boost::json::object shown() const {
    auto out = base::parse_json(endpoints::policy_document(now()), {})->value.as_object();
    out.erase("tenant");
    out.erase("region");
    return out;
  }

  base::Result<PolicyChanged> put(std::string_view document) {
    return change_policies(config_, kAcme, kBy, [&](ingest::Tenant& tenant) -> base::Result<void> {
      const auto wish = endpoints::read_policy(document, tenant);
      if (!wish) return base::fail(base::Code::invalid_argument, wish.error().detail);
      wish->put_into(tenant);
      return {};
    });
  }

  testing::TempDir dir_;
  Config config_;
};

TEST_F(PolicyFiles, TellEachChangeSoThatItsHistoryIsWhatWasShown) {
  std::vector<boost::json::object> documents{shown()};
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += fmt::format("{}\"area-{:03}.{}\"", i == 0 ? "" : ",", i, std::string(60, 'x'));
  // The longest that there are: a quotation mark is two bytes of a record.
  std::string settings;
  for (int i = 0; i < 20; ++i)
    settings += fmt::format("{}\"C{:02}.p={}\"", i == 0 ? "" : ",", i, [] {
      std::string quotes;
      for (int n = 0; n < 250; ++n) quotes += "\\\"";
      return quotes;
    }());
  for (
      const std::string& document :
      {std::string(
           R"({"access":{"factors":["totp"],"step_up":{"actions":["b","a.*"],"window_s":0},"lockout":{"attempts":3},)"
           R"("audit_access":{"window_s":60,"single_records":true,"four_eyes":true}},)"
           R"("sharing":{"auditor":"none","admin":"masked"},"attributes":{"not_personal":["plan","order.id"]},)"
           R"("monitoring":{"parameters":["A.b=[\"x, after y\",\"z\"]","C.d=1, after []"]},)"
           R"("retention":{"rule":"hipaa","keep":"7 years","types":[{"types":"login.*","rule":"pci_dss"},)"
           R"({"types":"challenge.*","keep":"90 days"}]}})"),
       std::string(
           R"({"retention":{"rule":"custom","keep":"18 months","types":[{"types":"challenge.*","keep":"1 day"}]}})"),
       R"({"access":{"step_up":{"actions":[)" + many + "]}}}",
       R"({"monitoring":{"parameters":[)" + settings + "]}}", std::string("{}")}) {
    const auto changed = put(document);
    ASSERT_TRUE(changed) << changed.error().message;
    EXPECT_TRUE(changed->changed());
    documents.push_back(shown());
  }
  const auto versions = history().versions();
  ASSERT_EQ(versions.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(versions[i].before, documents[i]) << i;
    EXPECT_EQ(versions[i].after, documents[i + 1]) << i;
  }
}

TEST_F(PolicyFiles, StayAsTheyAreWhereTheChangeIsNotRecorded) {
  const auto registry = *base::read_file(config_.registry(), 1 << 20);
  fs::create_directories(outbox().parent_path());
  std::ofstream(outbox()) << "no folder";
  EXPECT_FALSE(put(R"({"sharing":{"auditor":"none"},"retention":{"rule":"hipaa"}})"));
  EXPECT_EQ(*base::read_file(config_.registry(), 1 << 20), registry);
  EXPECT_FALSE(fs::exists(config_.retention()));
  fs::remove(outbox());
  ASSERT_TRUE(put(R"({"sharing":{"auditor":"none"},"retention":{"rule":"hipaa"}})"));
  EXPECT_EQ(now().sharing.of(ingest::Role::auditor), ingest::Allowance::none);
  EXPECT_EQ(now().retention.rule, "hipaa");
  EXPECT_EQ(history().in_force({1'000'000}), shown());
}

TEST_F(PolicyFiles, RecordNothingWhereNothingChanges) {
  const auto changed = put("{}");
  ASSERT_TRUE(changed);
  EXPECT_FALSE(changed->changed());
  EXPECT_TRUE(waiting().empty());
  EXPECT_FALSE(put(R"({"retention":{"rule":"none"}})"));
  EXPECT_TRUE(waiting().empty());
  EXPECT_EQ(
      change_policies(config_, TenantId("nobody"), kBy, [](ingest::Tenant&) { return base::Result<void>(); })
          .error()
          .code,
      base::Code::not_found);
}

TEST_F(PolicyFiles, SayWhatHoldsAfterACrashBetweenRecordAndFile) {
  const auto before = shown();
  const auto registry = *base::read_file(config_.registry(), 1 << 20);
  ASSERT_TRUE(put(R"({"access":{"lockout":{"attempts":3}},"retention":{"rule":"hipaa"}})"));
  // As a crash leaves it behind the records: the note is there, and the files are those of before.
  std::ofstream(config_.data / "policy.pending") << endpoints::policy_document(now());
  std::ofstream(config_.registry()) << registry;
  fs::remove(config_.retention());
  ASSERT_TRUE(settle_policies(config_));
  EXPECT_FALSE(fs::exists(config_.data / "policy.pending"));
  const auto told = history();
  ASSERT_EQ(told.versions().size(), 2u);
  EXPECT_EQ(told.versions().back().action, "policy found");
  EXPECT_EQ(told.versions().back().author, "");
  EXPECT_EQ(told.in_force({1'000'000}), before);
  EXPECT_EQ(shown(), before);
  ASSERT_TRUE(settle_policies(config_));
  EXPECT_EQ(history().versions().size(), 2u) << "once";
}

TEST_F(PolicyFiles, SayNothingMoreWhereTheChangeWasMadeBeforeTheCrash) {
  ASSERT_TRUE(put(R"({"access":{"lockout":{"attempts":3}}})"));
  std::ofstream(config_.data / "policy.pending") << endpoints::policy_document(now());
  ASSERT_TRUE(put(R"({"access":{"lockout":{"attempts":4}}})")) << "each change settles what was left";
  EXPECT_EQ(history().versions().size(), 2u);
  EXPECT_FALSE(fs::exists(config_.data / "policy.pending"));
}

TEST_F(PolicyFiles, AreOneForTheCommandOfRetentionAndTheDocument) {
  const PolicyAuthor by{PolicyAuthor::How::retention_command, "ana"};
  ASSERT_TRUE(change_retention(config_, kAcme, by, [](retention::RuleBook& book) {
    auto rules = retention::TenantRules();
    rules.rule = "pci_dss";
    rules.keep = {12, base::Span::Unit::months};
    rules.at_hand = {3, base::Span::Unit::months};
    return book.set(kAcme, rules);
  }));
  EXPECT_EQ(shown().at("retention").at("rule"), "pci_dss");
  ASSERT_TRUE(put(R"({"retention":{"rule":"hipaa"}})"));
  EXPECT_EQ(to_string(retention::RuleBook::load(config_.retention())->of(kAcme)),
            "hipaa: 6 years, 12 months at hand");
  EXPECT_EQ(history().versions().front().action, "retention set");
  EXPECT_EQ(history().in_force({1'000'000}), shown());
  const auto system = TenantId(std::string(base::kSystemTenant));
  ASSERT_TRUE(change_retention(config_, system, by, [&](retention::RuleBook& book) {
    auto rules = retention::TenantRules();
    rules.at_hand = {1, base::Span::Unit::days};
    return book.set(system, rules);
  }));
  EXPECT_EQ(waiting().back().at("action").at("resource"), "_system");
}

}  // namespace
}  // namespace countersign::apps
