#include "apps/evidence_facts.h"

#include "apps/system_events.h"
#include "ledger/base/file.h"
#include "ledger/crypto/ed25519.h"
#include "ledger/projection/index.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/witness/cosignature_book.h"
#include "reports/answers/fact_names.h"
#include "reports/engine/catalogue.h"
#include "tests/support/test_region.h"
#include "web/standing/standing_book.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace countersign::apps {
namespace {

using base::Code;
using base::Timestamp;
using testing::TestRegion;

constexpr std::int64_t kHour = 3'600'000'000;
const base::RegionId kRegion("eu-1");
const base::TenantId kAcme("acme"), kEmpty("empty");

/// A region with records of a tenant of the first of January 2026, as it is asked for a day later.
class EvidenceFacts : public ::testing::Test {
 protected:
  EvidenceFacts() {
    config_.data = region_.dir() / "data";
    config_.heads = region_.dir().path();
    config_.regions = {kRegion, base::RegionId("us-1")};
    for (const auto& region : config_.regions) config_.places[region] = {region_.files().folder, false};
    const auto path = region_.dir() / "registry";
    for (const auto& tenant : {kAcme, kEmpty})
      EXPECT_TRUE(ingest::add_tenant(path, tenant, kRegion, {}, base::system_clock()));
    registry_ = *ingest::Registry::load(path);
    now_ = base::parse_rfc3339("2026-01-02T00:00:00Z").value();
    append(0, 60, "app");
    append(60, 5, "other");
    EXPECT_TRUE(append_system_events(*writer_, {system_event_now("ledger.started")}));
  }

  void append(std::uint64_t first, std::uint64_t count, const std::string& source) {
    std::vector<record::PreparedEvent> batch;
    for (auto n = first; n < first + count; ++n) batch.push_back(testing::sample_event(n, "acme", source));
    ASSERT_TRUE(TestRegion::append(*writer_, std::move(batch)));
  }
  void system_event(const std::string& type, const std::string& reason = "") {
    boost::json::object members{{"action", {{"name", "do"}, {"resource", "all"}}}};
    if (!reason.empty()) members["outcome"] = {{"reason", reason}};
    ASSERT_TRUE(append_system_events(*writer_, {system_event_now(type, members)}));
  }
  /// With checkpoints, and the index level.
  void settle() {
    writer_->stop();
    writer_.reset();
    auto index = projection::Index::open(region_.files().index());
    auto reader = store::LedgerReader::open(region_.files().ledger());
    ASSERT_TRUE(index && reader);
    ASSERT_TRUE(index->advance(*reader, 100'000));
  }
  base::Result<answers::Facts> gather(const base::TenantId& tenant = kAcme) const {
    return evidence_facts(config_, registry_, kRegion, tenant, documents_, now_);
  }
  /// A fact's value; `-` where it is not known.
  std::string value(const std::string& name, const base::TenantId& tenant = kAcme) const {
    const auto facts = gather(tenant);
    EXPECT_TRUE(facts) << facts.error().message;
    const auto* fact = facts ? facts->find(name) : nullptr;
    return fact == nullptr ? "-" : fact->value;
  }
  void put_policy(ingest::Tenant tenant) { registry_.put(std::move(tenant)); }

  TestRegion region_;
  std::unique_ptr<store::Writer> writer_ = region_.open_writer();
  Config config_;
  ingest::Registry registry_;
  standing::Book book_{region_.files().folder};
  std::map<std::string, std::string> documents_;
  Timestamp now_;
};

standing::Run run_at(Timestamp time, std::map<std::string, standing::Run::Control, std::less<>> controls) {
  standing::Run out;
  out.time = out.until = time;
  out.from = {time.micros - 720 * kHour};
  out.controls = std::move(controls);
  return out;
}

TEST_F(EvidenceFacts, CountTheTenantsLog) {
  settle();
  const std::map<std::string, std::string> expected{
      {"figure.region", "eu-1"},       {"figure.regions_kept", "2"},
      {"figure.records", "65"},        {"figure.sources", "2"},
      {"figure.challenges", "13"},     {"figure.factors_used", "sms, totp, whatsapp"},
      {"figure.verified", "never"},    {"figure.verified_at", "-"},
      {"figure.backup_at", "-"},       {"figure.witnesses", "0"},
      {"figure.timestamps", "no"},     {"figure.streams", "0"},
      {"figure.single_sign_on", "no"}, {"figure.provisioning", "no"}};
  for (const auto& [name, text] : expected) EXPECT_EQ(value(name), text) << name;
  EXPECT_EQ(value("figure.first_record").substr(0, 20), "2026-01-01T00:00:00.");
  EXPECT_EQ(value("figure.last_record").substr(0, 20), "2026-01-01T00:00:00.");
  EXPECT_LT(value("figure.first_record"), value("figure.last_record"));
  EXPECT_EQ(value("figure.checkpoint_at"), "2026-01-01T00:00:00.000000Z");
  for (const auto* name : {"records", "sources", "challenges"})
    EXPECT_EQ(value(std::string("figure.") + name, kEmpty), "0") << name;
  for (const auto* name : {"first_record", "last_record", "checkpoint_at"})
    EXPECT_EQ(value(std::string("figure.") + name, kEmpty), "-") << name;
  EXPECT_EQ(value("figure.factors_used", kEmpty), "");
  now_.micros += 31 * 24 * kHour;
  EXPECT_EQ(value("figure.records"), "65");
  EXPECT_EQ(value("figure.sources"), "2");
  EXPECT_EQ(value("figure.challenges"), "0") << "they were a month ago";
  EXPECT_EQ(value("figure.factors_used"), "");
}

TEST_F(EvidenceFacts, TellOfTheApplianceAsItIsSetUp) {
  settle();
  config_.timestamp.url = "https://tsa.example.com";
  config_.oidc.emplace_back();
  StreamSettings all, records, elsewhere, another;
  all.what = records.what = elsewhere.what = another.what = StreamSettings::What::records;
  all.regions = records.regions = another.regions = {kRegion};
  elsewhere.regions = {base::RegionId("us-1")};
  records.tenants = {"acme"};
  another.tenants = {"globex"};
  config_.streams = {all, records, elsewhere, another};
  ingest::Operator provisioner;
  provisioner.name = "idp";
  provisioner.role = ingest::Role::provisioner;
  registry_.put(provisioner);
  for (const auto* name : {"timestamps", "single_sign_on", "provisioning"})
    EXPECT_EQ(value(std::string("figure.") + name), "yes") << name;
  EXPECT_EQ(value("figure.streams"), "2");
  provisioner.expires = now_;
  registry_.put(provisioner);
  EXPECT_EQ(value("figure.provisioning"), "no");
}

TEST_F(EvidenceFacts, CountWitnessesThatCosignNow) {
  settle();
  auto book =
      witness::CosignatureBook::open_to_write(witness::CosignatureBook::file_of(region_.files().folder))
          .value();
  const auto log = base::log_name("log.example.com", kRegion, kAcme);
  const auto now_s = now_.micros / 1'000'000;
  constexpr std::int64_t kDay_s = 86'400;
  // One cosigned what is newest, long ago; one something older an hour ago; one that long ago; one nothing.
  const std::map<std::string, witness::CosignatureBook::Cosigned> cosigned{
      {"newest", {65, now_s - 9 * kDay_s}},
      {"lately", {60, now_s - 3'600}},
      {"gone", {60, now_s - 2 * kDay_s}}};
  std::uint8_t fill = 1;
  for (const auto* name : {"newest", "lately", "gone", "silent"}) {
    const std::vector<std::uint8_t> seed(32, ++fill);
    const auto key = tree::NoteVerifier::make(name, tree::NoteKeyType::cosignature,
                                              crypto::Ed25519Key::from_seed(seed)->public_key());
    ASSERT_TRUE(key);
    config_.cosigning.witnesses.push_back({name, *key, "https://w.example.com", {}});
    if (const auto one = cosigned.find(name); one != cosigned.end()) {
      ASSERT_TRUE(book.add(log, *key, one->second, "line\n"));
    }
  }
  EXPECT_EQ(value("figure.witnesses"), "2");
}

TEST_F(EvidenceFacts, TellWhatTheSystemLogSaysOfUpkeep) {
  system_event("ledger.verified", "record 7 of the log of a tenant: it is altered");
  system_event("backup.performed");
  settle();
  EXPECT_EQ(value("figure.verified"), "bad");
  EXPECT_EQ(value("figure.backup_at").substr(0, 20), "2026-01-01T00:00:00.");
  writer_ = region_.open_writer();
  region_.pass(3'600);
  system_event("ledger.verified", "intact");
  settle();
  EXPECT_EQ(value("figure.verified"), "good");
  EXPECT_EQ(value("figure.verified_at").substr(0, 17), "2026-01-01T01:00:");
}

TEST_F(EvidenceFacts, TellOfTheNewestReportOfTheTenant) {
  const auto report = [&](const std::string& resource, const std::string& context) {
    const boost::json::object members{
        {"action", {{"name", "report"}, {"resource", resource}, {"context", context}}}};
    ASSERT_TRUE(append_system_events(*writer_, {system_event_now("report.performed", members)}));
  };
  const std::string a(64, 'a'), b(64, 'b');
  report("acme",
         "soc2 CC6.1, occurred 2025-01-01T00:00:00Z to 2025-02-01T00:00:00Z, 1 controls, 1 with "
         "exceptions, sha256=" +
             b);
  region_.pass(3'600);
  report("acme",
         "hipaa 164.312(a),164.312(d), occurred 2025-12-01T00:00:00Z to 2026-01-01T00:00:00.5Z, 12 "
         "controls, 3 with exceptions, sha256=" +
             a);
  report("acme-2",
         "soc2 CC6.1, occurred 2025-01-01T00:00:00Z to 2025-02-01T00:00:00Z, 1 controls, 1 with "
         "exceptions, sha256=" +
             b);
  settle();
  const std::map<std::string, std::string> expected{{"sha256", a},
                                                    {"from", "2025-12-01T00:00:00.000000Z"},
                                                    {"until", "2026-01-01T00:00:00.500000Z"},
                                                    {"framework", "hipaa"},
                                                    {"controls", "12"},
                                                    {"exceptions", "3"}};
  for (const auto& [name, text] : expected) {
    EXPECT_EQ(value("report." + name), text) << name;
    EXPECT_EQ(value("report." + name, kEmpty), "-") << name;
  }
  EXPECT_EQ(value("report.made").substr(0, 17), "2026-01-01T01:00:");
  EXPECT_EQ(gather()->find("report.sha256")->cites, "report:newest");

  writer_ = region_.open_writer();
  region_.pass(3'600);
  report("acme", "something else");
  settle();
  EXPECT_EQ(value("report.sha256"), "-") << "of the newest one nothing is known, and an older one is not it";
}

TEST_F(EvidenceFacts, TellOfEachControlByTheNewestTest) {
  settle();
  EXPECT_EQ(value("control.PRIVILEGED-MFA.state"), "untested");
  EXPECT_EQ(value("control.PRIVILEGED-MFA.items"), "-");
  const Timestamp then{now_.micros - kHour};
  ASSERT_TRUE(book_.put(kAcme,
                        run_at(then, {{"PRIVILEGED-MFA", {"passing", 12, 0}},
                                      {"OTP-LIFETIME", {"nothing_to_test", 0, 0}},
                                      {"CODE-GUESSING", {"failing", 3, 3}}}),
                        "{}"));
  EXPECT_EQ(value("control.PRIVILEGED-MFA.state"), "passed");
  EXPECT_EQ(value("control.PRIVILEGED-MFA.items"), "12");
  EXPECT_EQ(value("control.PRIVILEGED-MFA.exceptions"), "0");
  EXPECT_EQ(value("control.PRIVILEGED-MFA.tested"), "2026-01-01T23:00:00.000000Z");
  EXPECT_EQ(value("control.PRIVILEGED-MFA.until"), "2026-01-01T23:00:00.000000Z");
  EXPECT_EQ(value("control.PRIVILEGED-MFA.from"), "2025-12-02T23:00:00.000000Z");
  EXPECT_EQ(value("control.OTP-LIFETIME.state"), "nothing");
  EXPECT_EQ(value("control.OTP-SINGLE-USE.state"), "untested");
  EXPECT_EQ(value("control.CODE-GUESSING.state"), "-") << "a detection is no control";
  EXPECT_EQ(value("control.PRIVILEGED-MFA.state", kEmpty), "untested");
  // What is watched is known sooner, and goes for these controls alone.
  const Timestamp later{then.micros + 60'000'000};
  ASSERT_TRUE(book_.put_watched(kAcme, run_at(later, {{"PRIVILEGED-MFA", {"failing", 13, 1}}})));
  EXPECT_EQ(value("control.PRIVILEGED-MFA.state"), "failed");
  EXPECT_EQ(value("control.PRIVILEGED-MFA.exceptions"), "1");
  EXPECT_EQ(value("control.OTP-LIFETIME.state"), "nothing");
  ASSERT_TRUE(book_.put(kAcme, run_at(now_, {{"PRIVILEGED-MFA", {"passing", 13, 0}}}), "{}"));
  EXPECT_EQ(value("control.PRIVILEGED-MFA.state"), "passed") << "the last test of all came after";
  const auto as_of = gather()->find("control.PRIVILEGED-MFA.state")->as_of;
  EXPECT_EQ(as_of, now_);
  now_.micros += 193 * kHour;
  EXPECT_EQ(value("control.PRIVILEGED-MFA.state"), "untested") << "nobody knows what it is today";
  ASSERT_TRUE(base::write_file_durably(region_.files().folder / "standing" / "acme.watch.json", "{}",
                                       base::FileMode::secret));
  EXPECT_EQ(gather().error().code, Code::data_loss);
}

TEST_F(EvidenceFacts, HaveThePolicyWithItsDefaults) {
  settle();
  EXPECT_EQ(value("policy.access.factors"), "sms, whatsapp, voice, email, totp, passkey, push");
  EXPECT_EQ(value("policy.access.step_up.actions"), "");
  EXPECT_EQ(value("policy.access.step_up.window_s"), "900");
  EXPECT_EQ(value("policy.access.audit_access.four_eyes"), "false");
  EXPECT_EQ(value("policy.sharing.auditor"), "pseudonymous");
  EXPECT_EQ(value("policy.retention.keep"), "forever");
  EXPECT_EQ(value("policy.retention.types"), "");
  EXPECT_EQ(value("policy.region"), "eu-1");
  auto tenant = *registry_.tenant(kAcme);
  tenant.access =
      ingest::AccessPolicy::parse({{"factors", {"totp", "passkey"}}, {"audit_access", {{"four_eyes", true}}}})
          .value();
  tenant.retention.rule = "custom";
  tenant.retention.types = {{"challenge.*", "custom", {}}, {"login.*", "custom", {}}};
  put_policy(tenant);
  EXPECT_EQ(value("policy.access.factors"), "totp, passkey");
  EXPECT_EQ(value("policy.access.audit_access.four_eyes"), "true");
  EXPECT_EQ(value("policy.retention.rule"), "custom");
  EXPECT_EQ(value("policy.retention.types"), "challenge.*, login.*");
  EXPECT_EQ(value("policy.access.factors", kEmpty), "sms, whatsapp, voice, email, totp, passkey, push");
  // More than a fact holds is not cut off.
  boost::json::array actions;
  for (int i = 0; i < 200; ++i)
    actions.push_back(("action-with-a-rather-long-name." + std::to_string(i)).c_str());
  tenant.access = ingest::AccessPolicy::parse({{"step_up", {{"actions", actions}}}}).value();
  put_policy(tenant);
  EXPECT_EQ(value("policy.access.step_up.actions"), "-");
}

TEST_F(EvidenceFacts, CiteWhereTheyCanBeLookedUpAndNameNobody) {
  ASSERT_NO_FATAL_FAILURE(system_event("ledger.verified", "intact"));
  system_event("backup.performed");
  const boost::json::object report{
      {"action",
       {{"name", "report"},
        {"resource", "acme"},
        {"context",
         "soc2 CC6.1, occurred 2025-12-01T00:00:00Z to 2026-01-01T00:00:00Z, 1 controls, 0 with "
         "exceptions, sha256=" +
             std::string(64, 'a')}}}};
  ASSERT_TRUE(append_system_events(*writer_, {system_event_now("report.performed", report)}));
  settle();
  std::map<std::string, standing::Run::Control, std::less<>> all;
  for (const auto& one : reports::Catalogue::built_in().definitions()) all[one.id] = {"passing", 1, 0};
  ASSERT_TRUE(book_.put(kAcme, run_at(now_, all), "{}"));
  documents_ = {{"document.soc2-type2.state", "valid"}, {"document.soc2-type2.title", "SOC 2 of 2026"}};
  const auto facts = gather().value();
  EXPECT_EQ(facts.find("document.soc2-type2.state")->cites, "document:soc2-type2");
  EXPECT_EQ(facts.find("control.PRIVILEGED-MFA.items")->cites, "control:PRIVILEGED-MFA");
  EXPECT_EQ(facts.find("policy.access.step_up.window_s")->cites, "policy:access.step_up.window_s");
  EXPECT_EQ(facts.find("figure.records")->cites, "figure:records");
  EXPECT_EQ(facts.find("report.made")->cites, "report:newest");
  std::set<std::string> controls;
  for (const auto& [name, fact] : facts.all()) {
    EXPECT_EQ(answers::FactNames::built_in().why_not(name), "") << name;
    for (const auto* personal : {"user-1", "@example.com", "+1415555", "192.0.2.", "device-"})
      EXPECT_EQ(fact.value.find(personal), std::string::npos) << name;
    if (name.starts_with("control.") && name.ends_with(".state")) controls.insert(name);
  }
  for (const auto& one : reports::Catalogue::built_in().definitions()) {
    if (one.kind == reports::Kind::control) {
      EXPECT_TRUE(controls.contains("control." + one.id + ".state")) << one.id;
    }
  }
}

TEST_F(EvidenceFacts, AreNotToldWhereAPartCannotBeRead) {
  EXPECT_EQ(gather(base::TenantId("nobody")).error().code, Code::not_found);
  EXPECT_EQ(gather().error().code, Code::unavailable) << "there is no index";
  settle();
  EXPECT_TRUE(gather());
  documents_ = {{"figure.records", "9000"}};
  EXPECT_FALSE(gather()) << "no document says how many records there are";
  documents_ = {{"document.other.title", std::string(5'000, 'x')}};
  EXPECT_FALSE(gather());
  documents_.clear();
  EXPECT_EQ(evidence_facts(config_, registry_, base::RegionId("ap-1"), kAcme, {}, now_).error().code,
            Code::not_found);
  std::filesystem::resize_file(region_.files().index(), 4'096);
  EXPECT_FALSE(gather());
}

TEST_F(EvidenceFacts, AreNotCountedByAnIndexThatIsBeingMade) {
  settle();
  std::filesystem::remove(region_.files().index());
  auto index = projection::Index::open(region_.files().index());
  auto reader = store::LedgerReader::open(region_.files().ledger());
  ASSERT_TRUE(index->advance(*reader, 10));
  EXPECT_EQ(gather().error().code, Code::unavailable);
  ASSERT_TRUE(index->advance(*reader, 100'000));
  EXPECT_EQ(value("figure.challenges"), "13");
}

}  // namespace
}  // namespace countersign::apps
