#include "reports/trust/statement.h"

#include "reports/engine/catalogue.h"
#include "reports/trust/statement_text.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace countersign::trust {
namespace {

using base::Timestamp;
using documents::Confidentiality;
using documents::Document;
using documents::Version;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::int64_t kSecond = 1'000'000, kHour = 3'600 * kSecond, kDay = 24 * kHour;
const Timestamp kNow = *base::parse_rfc3339("2026-04-02T09:00:00Z");

Timestamp ago(std::int64_t micros) { return {kNow.micros - micros}; }

class Trust : public ::testing::Test {
 protected:
  Trust() {
    subject_.vendor = "Example Inc.";
    for (const auto* id : {"PRIVILEGED-MFA", "OTP-SINGLE-USE", "RESIDENCY-KEPT", "LEDGER-VERIFIED"}) {
      subject_.controls.push_back(reports::Catalogue::built_in().find(id));
      test(id, "passed", 60 * kSecond);
    }
    for (const auto& [name, value] : {std::pair("region", "eu-1"),
                                      {"regions_kept", "1"},
                                      {"records", "1204"},
                                      {"verified", "good"},
                                      {"witnesses", "2"},
                                      {"timestamps", "yes"}})
      figure(name, value);
    figure("verified_at", base::format_rfc3339(ago(2 * kHour)));
    figure("checkpoint_at", base::format_rfc3339(ago(10 * kSecond)));
  }

  void set(const std::string& name, const std::string& value) {
    ASSERT_TRUE(facts_.set(name, {value, "figure:any", kNow})) << name;
  }
  void figure(const std::string& name, const std::string& value) { set("figure." + name, value); }
  void test(const std::string& id, const std::string& state, std::int64_t micros_ago) {
    set(fmt::format("control.{}.state", id), state);
    set(fmt::format("control.{}.items", id), "12");
    set(fmt::format("control.{}.exceptions", id), state == "failed" ? "3" : "0");
    set(fmt::format("control.{}.tested", id), base::format_rfc3339(ago(micros_ago)));
  }

  /// One with one version, which holds between these days.
  Document& add(const std::string& kind, Confidentiality confidentiality, const char* from,
                const char* until) {
    Document document;
    document.id = fmt::format("{:032}", documents_.size());
    document.kind = kind;
    document.title = "Title of " + kind;
    document.confidentiality = confidentiality;
    Version version;
    version.number = 1;
    version.sha256.bytes.fill(static_cast<std::uint8_t>(documents_.size() + 1));
    version.issuer = "Example Auditors LLP";
    if (from != nullptr) version.valid_from = *documents::parse_day(from);
    if (until != nullptr) version.valid_until = *documents::parse_day(until);
    document.versions.push_back(version);
    documents_.push_back(std::move(document));
    return documents_.back();
  }

  Statement make() const { return statement_of(subject_, facts_, documents_, kNow); }
  Item item(std::string_view id) const {
    const auto all = make().items;
    return *std::ranges::find(all, id, &Item::id);
  }

  Subject subject_;
  answers::Facts facts_;
  std::vector<Document> documents_;
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

TEST_F(Trust, TellsTheSixThingsInTheirOrder) {
  std::vector<std::string> ids;
  for (const auto& one : make().items) ids.push_back(one.id);
  EXPECT_THAT(ids, ElementsAre("soc2-type2", "hipaa-baa", "pci-dss", "gdpr-dpa", "data-residency",
                               "audit-log-export"));
  EXPECT_TRUE(make().is_known);
  EXPECT_EQ(make().as_of, kNow);
}

TEST_F(Trust, ShowsADocumentThatIsValidWithWhatItsControlsFound) {
  add("soc2-type2", Confidentiality::nda, "2025-07-01", "2026-06-30");
  const auto soc2 = item("soc2-type2");
  EXPECT_EQ(soc2.state, State::shown);
  EXPECT_EQ(soc2.issuer, "Example Auditors LLP");
  EXPECT_EQ(soc2.valid_from, "2025-07-01");
  EXPECT_EQ(soc2.valid_until, "2026-06-30");
  EXPECT_THAT(soc2.sha256, SizeIs(64));
  EXPECT_EQ(soc2.document, "") << "under an NDA";
  EXPECT_THAT(soc2.controls,
              ElementsAre("PRIVILEGED-MFA", "OTP-SINGLE-USE", "RESIDENCY-KEPT", "LEDGER-VERIFIED"));
  EXPECT_EQ(soc2.sentence,
            "A SOC 2 Type II report is on file and valid. Of 4 controls mapped to SOC 2, 4 passed.");
}

TEST_F(Trust, SaysHowManyControlsFailedBesideADocumentThatIsValid) {
  add("soc2-type2", Confidentiality::nda, nullptr, nullptr);
  test("OTP-SINGLE-USE", "failed", kSecond);
  test("LEDGER-VERIFIED", "nothing", kSecond);
  const auto soc2 = item("soc2-type2");
  EXPECT_EQ(soc2.state, State::exceptions);
  EXPECT_THAT(soc2.sentence, HasSubstr("2 passed, 1 failed, 1 had nothing to test."));
  EXPECT_EQ(make().count("failed"), 1u);
  EXPECT_EQ(make().count("nothing"), 1u);
}

TEST_F(Trust, SaysWhatIsNotValid) {
  EXPECT_EQ(item("hipaa-baa").state, State::missing);
  EXPECT_THAT(item("hipaa-baa").sentence, HasSubstr("No business associate agreement (BAA) is on file."));
  add("hipaa-baa", Confidentiality::nda, "2026-05-01", nullptr);
  EXPECT_EQ(item("hipaa-baa").state, State::not_yet);
  add("gdpr-dpa", Confidentiality::open, nullptr, "2026-04-01");
  EXPECT_EQ(item("gdpr-dpa").state, State::expired);
  EXPECT_EQ(item("gdpr-dpa").document, "") << "nobody is given one that has expired";
  test("PRIVILEGED-MFA", "failed", kSecond);
  EXPECT_EQ(item("gdpr-dpa").state, State::expired) << "a failure makes it no better";
}

TEST_F(Trust, CountsADocumentThatIsInternalForNothing) {
  add("pci-aoc", Confidentiality::internal, nullptr, nullptr);
  EXPECT_EQ(item("pci-dss").state, State::missing);
  EXPECT_EQ(item("pci-dss").sha256, "");
  EXPECT_THAT(make().documents, IsEmpty());
}

TEST_F(Trust, GivesDocumentsThatArePublicAndValidToEverybody) {
  add("sub-processors", Confidentiality::open, nullptr, "2026-12-31");
  add("gdpr-dpa", Confidentiality::nda, nullptr, nullptr);
  add("policy", Confidentiality::open, nullptr, "2026-04-01");
  auto& removed = add("other", Confidentiality::open, nullptr, nullptr);
  removed.versions.front().has_contents = false;
  auto& nda = add("policy", Confidentiality::open, nullptr, nullptr);
  nda.is_nda = true;
  const auto made = make();
  ASSERT_THAT(made.documents, SizeIs(2));
  EXPECT_EQ(made.documents[0].kind, "sub-processors");
  EXPECT_EQ(made.documents[1].id, nda.id);
  EXPECT_EQ(made.sub_processors.state, State::shown);
  EXPECT_EQ(made.sub_processors.document, made.documents[0].id);
  EXPECT_EQ(made.sub_processors.sentence, "A list of sub-processors is on file and valid.");
}

TEST_F(Trust, TellsATestOfLongAgoNotAsThePresent) {
  test("OTP-SINGLE-USE", "passed", kTestsLastUs);
  EXPECT_EQ(make().count("passed"), 4u);
  test("OTP-SINGLE-USE", "passed", kTestsLastUs + 1);
  const auto made = make();
  EXPECT_EQ(made.count("untested"), 1u);
  EXPECT_EQ(made.controls[1].tested, ago(kTestsLastUs + 1)) << "when it was tested is told all the same";
  EXPECT_THAT(item("soc2-type2").sentence, HasSubstr("1 was not tested in the last 3 hours"));
}

TEST_F(Trust, KnowsNothingOfAControlWithoutATime) {
  facts_.erase("control.OTP-SINGLE-USE.tested");
  EXPECT_EQ(make().count("untested"), 1u);
  facts_.erase("control.PRIVILEGED-MFA.state");
  EXPECT_EQ(make().count("untested"), 2u);
}

TEST_F(Trust, SaysWhereRecordsAreAndWhetherTheyStayedThere) {
  EXPECT_EQ(item("data-residency").state, State::shown);
  EXPECT_EQ(
      item("data-residency").sentence,
      "Records of authentication are kept in the region eu-1. The appliance that keeps them keeps no "
      "other region. Of 12 exports and pins of the last 30 days, none took records to where they may not "
      "be.");
  test("RESIDENCY-KEPT", "nothing", kSecond);
  EXPECT_EQ(item("data-residency").state, State::shown);
  test("RESIDENCY-KEPT", "failed", kSecond);
  EXPECT_EQ(item("data-residency").state, State::exceptions);
  EXPECT_THAT(item("data-residency").sentence, HasSubstr("exceptions were noted: 3."));
  test("RESIDENCY-KEPT", "passed", 4 * kHour);
  EXPECT_EQ(item("data-residency").state, State::unknown);
  std::erase_if(subject_.controls, [](const auto* one) { return one->id == "RESIDENCY-KEPT"; });
  EXPECT_EQ(item("data-residency").state, State::shown);
  EXPECT_THAT(item("data-residency").sentence, Not(HasSubstr("none took")));
  facts_.erase("figure.region");
  EXPECT_EQ(item("data-residency").state, State::unknown);
}

TEST_F(Trust, SaysHowTheLogWasVerified) {
  auto log = item("audit-log-export");
  EXPECT_EQ(log.state, State::shown);
  EXPECT_THAT(log.sentence,
              HasSubstr("The last verification of the log, 2026-04-02 07:00 UTC, found it intact."));
  EXPECT_THAT(log.sentence, HasSubstr("Witnesses that have cosigned it lately: 2."));
  EXPECT_THAT(log.controls, ElementsAre("LEDGER-VERIFIED"));
  figure("verified", "bad");
  log = item("audit-log-export");
  EXPECT_EQ(log.state, State::exceptions);
  EXPECT_THAT(log.sentence, HasSubstr("did not find it intact"));
  figure("verified", "never");
  facts_.erase("figure.verified_at");
  EXPECT_EQ(item("audit-log-export").state, State::unknown);
  EXPECT_THAT(item("audit-log-export").sentence, HasSubstr("was not verified yet"));
  facts_.erase("figure.verified");
  EXPECT_EQ(item("audit-log-export").state, State::unknown);
}

TEST_F(Trust, ShowsNoVerificationOfLongAgo) {
  figure("verified_at", base::format_rfc3339(ago(8 * kDay + kSecond)));
  EXPECT_EQ(item("audit-log-export").state, State::expired);
  EXPECT_THAT(item("audit-log-export").sentence, HasSubstr("That is more than 8 days ago."));
}

TEST_F(Trust, SaysWhereTheLogHasExceptionsOrNothing) {
  test("LEDGER-VERIFIED", "failed", kSecond);
  EXPECT_EQ(item("audit-log-export").state, State::exceptions);
  figure("witnesses", "0");
  figure("timestamps", "no");
  EXPECT_THAT(item("audit-log-export").sentence, HasSubstr("No witness has cosigned it lately."));
  EXPECT_THAT(item("audit-log-export").sentence, Not(HasSubstr("timestamp")));
  facts_.erase("figure.checkpoint_at");
  EXPECT_EQ(item("audit-log-export").state, State::missing);
  facts_.erase("figure.records");
  EXPECT_EQ(item("audit-log-export").state, State::exceptions) << "the control failed";
  test("LEDGER-VERIFIED", "passed", kSecond);
  EXPECT_EQ(item("audit-log-export").state, State::unknown);
}

TEST_F(Trust, IsUnknownInAllWhereNothingIsKnown) {
  subject_.contact = "trust@example.com";
  const auto made = nothing_known(subject_, ago(kDay));
  EXPECT_FALSE(made.is_known);
  EXPECT_EQ(made.as_of, ago(kDay));
  ASSERT_THAT(made.items, SizeIs(6));
  for (const auto& one : made.items) EXPECT_EQ(one.state, State::unknown) << one.id;
  EXPECT_EQ(made.sub_processors.state, State::unknown);
  EXPECT_EQ(made.verification.result, "unknown");
  EXPECT_THAT(made.controls, IsEmpty());
  const auto told = to_json(made);
  EXPECT_EQ(told.at("state"), "unknown");
  EXPECT_EQ(told.at("since"), "2026-04-01T09:00:00.000000Z");
  EXPECT_FALSE(told.contains("as_of"));
  EXPECT_THAT(to_text(made), HasSubstr("nothing is known at the moment, since 2026-04-01T09:00:00"));
}

TEST_F(Trust, IsToldToProgramsAndTerminals) {
  add("sub-processors", Confidentiality::open, nullptr, "2026-12-31");
  test("OTP-SINGLE-USE", "failed", kSecond);
  const auto told = to_json(make());
  EXPECT_EQ(told.at("as_of"), "2026-04-02T09:00:00.000000Z");
  EXPECT_EQ(told.at("controls").at("failed"), 1);
  EXPECT_EQ(told.at("controls").at("list").at(1).at("state"), "failed");
  EXPECT_EQ(told.at("verification").at("result"), "good");
  EXPECT_EQ(told.at("sub_processors").at("file"),
            "/v1/trust/documents/00000000000000000000000000000000/file");
  EXPECT_FALSE(told.contains("contact"));
  const auto text = to_text(make());
  EXPECT_THAT(text, HasSubstr("SOC 2 Type II     not there\n    No SOC 2 Type II report is on file."));
  EXPECT_THAT(text, HasSubstr("Controls: 3 passed, 1 failed"));
  EXPECT_THAT(text, HasSubstr("    failed            OTP-SINGLE-USE\n"));
  EXPECT_THAT(text, HasSubstr("For everybody: Title of sub-processors (sub-processors)"));
}

TEST_F(Trust, NeverSpeaksOfCompliance) {
  for (const auto* kind : {"soc2-type2", "hipaa-baa", "pci-aoc", "gdpr-dpa", "sub-processors"})
    add(kind, Confidentiality::open, nullptr, "2026-12-31");
  for (const auto* state : {"passed", "failed", "nothing", "untested"}) {
    for (const auto* control : subject_.controls) test(control->id, state, kSecond);
    for (const auto* verified : {"good", "bad", "never"}) {
      figure("verified", verified);
      EXPECT_THAT(lower(boost::json::serialize(to_json(make()))), Not(HasSubstr("complian")));
      EXPECT_THAT(lower(to_text(make())), Not(HasSubstr("complian")));
    }
  }
}

}  // namespace
}  // namespace countersign::trust
