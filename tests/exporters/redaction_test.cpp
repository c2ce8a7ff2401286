// What bundles show of personal values: profiles, scopes, and what the verifier sees when they show more.

#include "exporters/jsonl/disclosure_scope.h"
#include "exporters/jsonl/lines.h"
#include "exporters/jsonl/masks.h"
#include "exporters/verify/layout.h"
#include "exporters/verify/verify_bundle.h"
#include "ledger/record/event_view.h"
#include "ledger/record/mask.h"
#include "ledger/record/record.h"
#include "tests/exporters/bundle_fixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace countersign::verify {
namespace {

namespace fs = std::filesystem;
using jsonl::SeqRanges;
using record::Profile;
using testing::BundleFixture;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::read_whole;
using testing::reseal;
using testing::write_whole;

std::string describe(const VerifyReport& report) {
  std::string text = report.sentence + "\n";
  for (const auto& check : report.checks)
    text += fmt::format("  {} {}: {}\n", to_string(check.state), check.name, check.sentence);
  return text;
}

/// Which check failed, and why; empty where none did.
std::string failure_of(const VerifyReport& report) {
  for (const auto& check : report.checks) {
    if (check.state == CheckState::failed) return check.name + ": " + check.sentence;
  }
  return {};
}

class Redaction : public ::testing::Test {
 protected:
  static BundleFixture& fixture() { return *shared; }
  static void SetUpTestSuite() { shared = std::make_unique<BundleFixture>(); }
  static void TearDownTestSuite() { shared.reset(); }

  VerifyReport verify(const fs::path& path) {
    auto report = verify_bundle(path, {.certificates = {fixture().signer.certificate.fingerprint()}}, {});
    EXPECT_TRUE(report) << report.error().message;
    return report ? std::move(*report) : VerifyReport{};
  }
  VerifyReport verified(const fs::path& path) {
    auto report = verify(path);
    EXPECT_EQ(report.verdict, Verdict::verified) << describe(report);
    return report;
  }
  fs::path open(Profile profile, jsonl::DisclosureScope scope = {}) {
    auto request = fixture().request();
    request.profile = profile;
    request.scope = std::move(scope);
    if (!request.scope.empty()) request.recipient = "Jo Auditor";
    return folder_ = fixture().make_folder(request);
  }
  void edit(std::string_view name, const std::function<void(std::string&)>& change) {
    auto content = read_whole(folder_ / name);
    const auto before = content;
    change(content);
    ASSERT_NE(content, before) << name;
    write_whole(folder_ / name, content);
  }
  void replace(std::string_view name, const std::string& old, const std::string& with) {
    edit(name, [&](std::string& text) {
      for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + with.size()))
        text.replace(at, old.size(), with);
    });
  }
  /// Which check sees the edits after everything was signed anew.
  std::string seen() {
    reseal(folder_, fixture().signer);
    const auto report = verify(folder_);
    EXPECT_EQ(report.verdict, Verdict::failed) << describe(report);
    return failure_of(report);
  }
  /// Lets evidence.json claim another scope than the bundle was made with.
  std::string with_scope(const std::string& scope) {
    replace(layout::kEvidence, "\"personal_values\": \"full\",",
            "\"personal_values\": \"full\",\n    \"disclosure\": " + scope + ",");
    return seen();
  }

  static inline std::unique_ptr<BundleFixture> shared;
  fs::path folder_;
};

/// All files of a bundle but its keys and proofs, in which hashes and signatures stand.
std::string contents(const fs::path& folder) {
  std::string out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) out += read_whole(entry.path());
  }
  return out;
}

std::vector<std::string> tokens_in(const std::string& records) {
  std::vector<std::string> out;
  std::string_view lines = records, line;
  while (jsonl::take_line(lines, line)) {
    const auto record = record::read_record(line);
    EXPECT_TRUE(record);
    EXPECT_TRUE(record::for_each_token(*record::read_event(record->event),
                                       [&](const record::TokenAt& at) { out.emplace_back(at.token); }));
  }
  return out;
}

TEST_F(Redaction, ShowsInEachProfileWhatItSays) {
  const auto tokens = tokens_in(read_whole(open(Profile::pseudonymous) / layout::kRecords));
  ASSERT_GT(tokens.size(), 100U);
  for (const auto profile : {Profile::none, Profile::pseudonymous, Profile::masked, Profile::full}) {
    const auto report = verified(open(profile));
    const auto all = contents(folder_);
    EXPECT_EQ(report.profile, record::to_string(profile));
    EXPECT_EQ(report.records, 40U);
    EXPECT_EQ(report.withheld, profile == Profile::none ? 40U : 0U);
    EXPECT_EQ(report.masks > 0, profile == Profile::masked);
    EXPECT_EQ(report.disclosures > 0, profile == Profile::full);
    EXPECT_EQ(all.find("user17@example.com") != std::string::npos, profile == Profile::full);
    EXPECT_EQ(all.find("u•••@example.com") != std::string::npos, profile == Profile::masked);
    const bool shows_tokens = std::any_of(tokens.begin(), tokens.end(), [&](const auto& token) {
      return all.find(token) != std::string::npos;
    });
    EXPECT_EQ(shows_tokens, profile != Profile::none);
  }
}

TEST_F(Redaction, ProvesNumberAndPlaceWithTheProfileNoneForAnyPeriod) {
  const auto begin = fixture().request().period.from, end = fixture().request().period.to;
  for (const auto& [from, to] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
           {0, 40}, {0, 1}, {0, 0}, {7, 31}, {12, 12}, {39, 40}, {40, 40}}) {
    auto request = fixture().request();
    request.profile = Profile::none;
    request.period.from = from == 0    ? begin
                          : from == 40 ? base::Timestamp{end.micros - 1}
                                       : fixture().received(from);
    request.period.to = to == 40 ? end : to == 0 ? base::Timestamp{begin.micros + 1} : fixture().received(to);
    if (from == to && from == 12) request.period.from = {fixture().received(12).micros - 1};
    const auto report = verified(fixture().make(request));
    EXPECT_EQ(report.withheld, to - from);
    EXPECT_EQ(report.boundary_withheld, from != 0 || to != 40);
    const auto& complete = report.promises.front();
    EXPECT_TRUE(complete.proven);
    EXPECT_EQ(complete.sentence.find("operator's statement") != std::string::npos, report.boundary_withheld);
  }
}

TEST_F(Redaction, SeesABoundaryOfTheProfileNoneThatIsAnotherRecord) {
  auto request = fixture().request();
  request.profile = Profile::none;
  request.period = {fixture().received(7), fixture().received(31)};
  folder_ = fixture().make_folder(request);
  edit(layout::kBoundary, [](std::string& text) { text.replace(text.find("\"seq\":6"), 7, "\"seq\":5"); });
  EXPECT_THAT(seen(), HasSubstr("boundary: "));
  folder_ = fixture().make_folder(request);
  edit(layout::kBoundary, [](std::string& text) {
    const auto at = text.find("\"hash\":\"") + 8;
    text[at] = text[at] == 'A' ? 'B' : 'A';
  });
  EXPECT_NE(seen(), "");
}

TEST_F(Redaction, RefusesWhatContradictsItself) {
  const auto refused = [&](Profile profile, jsonl::DisclosureScope scope,
                           std::vector<jsonl::FilterTerm> filter) {
    auto request = fixture().request();
    request.profile = profile;
    request.scope = std::move(scope);
    request.filter = std::move(filter);
    const auto made = fixture().try_make(request);
    EXPECT_FALSE(fs::exists(request.output));
    return made ? "" : made.error().message;
  };
  const jsonl::DisclosureScope email{{record::Kind::email}, {}, {}};
  EXPECT_THAT(refused(Profile::none, email, {}), HasSubstr("shows no value"));
  EXPECT_THAT(refused(Profile::pseudonymous, email, {}), HasSubstr("shows no value"));
  EXPECT_THAT(refused(Profile::none, {}, {{"type", "login.failed"}}),
              HasSubstr("filter would choose nothing"));
  EXPECT_THAT(refused(Profile::full, {{}, *SeqRanges::parse("38-40"), {}}, {}),
              HasSubstr("record 40 is not"));
  EXPECT_THAT(refused(Profile::full, {{}, *SeqRanges::parse("0"), {}}, {{"type", "challenge.verified"}}),
              HasSubstr("does not choose record 0"));
}

TEST_F(Redaction, OpensWhatTheScopeNamesAndNothingElse) {
  const auto kinds_shown = [&](const jsonl::DisclosureScope& scope) {
    const auto report = verified(open(Profile::full, scope));
    std::vector<std::string> out;
    std::string_view lines, line;
    const auto text =
        fs::exists(folder_ / layout::kDisclosures) ? read_whole(folder_ / layout::kDisclosures) : "";
    for (lines = text; jsonl::take_line(lines, line);)
      out.emplace_back(line.substr(line.find("\"kind\":\"") + 8, 5));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    EXPECT_THAT(read_whole(folder_ / layout::kEvidence), HasSubstr("\"recipient\": \"Jo Auditor\""));
    EXPECT_EQ(report.recipient, "Jo Auditor");
    return out;
  };
  using record::Kind;
  EXPECT_EQ(kinds_shown({{Kind::email, Kind::phone}, {}, {}}), (std::vector<std::string>{"email", "phone"}));
  EXPECT_EQ(verified(open(Profile::full, {{Kind::email}, {}, {}})).disclosures, 40U);
  EXPECT_EQ(verified(open(Profile::full, {{}, *SeqRanges::parse("0"), {}})).disclosures, 7U);
  EXPECT_EQ(verified(open(Profile::full, {{Kind::email}, *SeqRanges::parse("0,5-7"), {}})).disclosures, 4U);
  EXPECT_EQ(verified(open(Profile::masked, {{Kind::email}, *SeqRanges::parse("0,5-7"), {}})).masks, 4U);
  const auto tokens = tokens_in(read_whole(open(Profile::pseudonymous) / layout::kRecords));
  EXPECT_EQ(verified(open(Profile::full, {{}, {}, std::vector{tokens.at(3)}})).disclosures, 1U);
}

TEST_F(Redaction, CountsTheRecordsThatHoldTheSameValues) {
  // Records 0 to 39 have a person, a device and an address of their own; attributes stand in every eleventh.
  auto request = fixture().request();
  request.profile = Profile::full;
  request.scope.records = *SeqRanges::parse("0");
  bundle::BundleSummary summary;
  fixture().make(request, &summary);
  EXPECT_EQ(summary.also_opened, 3U);
}

TEST_F(Redaction, AMaskEditedIsSeen) {
  open(Profile::masked);
  replace(layout::kMasks, "u•••@example.com", "v•••@example.com");
  EXPECT_THAT(seen(), HasSubstr("events_table: "));
}

TEST_F(Redaction, AValueInPlaceOfAMaskIsSeen) {
  open(Profile::masked);
  const std::string mask = R"("masked":"u•••@example.com"})", value = R"("masked":"user17@example.com"})";
  edit(layout::kMasks, [&](std::string& text) { text.replace(text.find(mask), mask.size(), value); });
  const auto why = seen();
  EXPECT_THAT(why, HasSubstr("masks: "));
  EXPECT_THAT(why, HasSubstr("has not the form that a mask of the kind email has"));
  EXPECT_THAT(why, Not(HasSubstr("user17")));
}

TEST_F(Redaction, AMaskRemovedOrOfAnotherKindIsSeen) {
  open(Profile::masked);
  edit(layout::kMasks, [](std::string& text) { text.erase(0, text.find('\n') + 1); });
  EXPECT_NE(seen(), "");
  open(Profile::masked);
  edit(layout::kMasks, [](std::string& text) {
    const auto at = text.find("\"kind\":\"email\",\"masked\":\"u•••@example.com\"");
    text.replace(at, std::string_view("\"kind\":\"email\"").size(), "\"kind\":\"user\"");
  });
  EXPECT_THAT(seen(), HasSubstr("another kind"));
}

TEST_F(Redaction, AMaskOfATokenThatStandsNowhereIsSeen) {
  open(Profile::masked);
  std::string line;
  jsonl::append_mask(line, {std::string(43, 'A'), record::Kind::email, "a•••@example.com"});
  edit(layout::kMasks, [&](std::string& text) { text += line + "\n"; });
  EXPECT_THAT(seen(), HasSubstr("masks: 1 masked values stand in no record"));
}

TEST_F(Redaction, TwoMasksOfOneTokenAreSeen) {
  open(Profile::masked);
  edit(layout::kMasks, [](std::string& text) {
    const auto begin = text.rfind('\n', text.find("u•••@example.com")) + 1;
    auto again = text.substr(begin, text.find('\n', begin) + 1 - begin);
    again.replace(again.find("u•••@"), std::string_view("u•••@").size(), "v•••@");
    text += again;
  });
  EXPECT_THAT(seen(), HasSubstr("masked in two ways"));
}

TEST_F(Redaction, ValuesBesideAnotherProfileAreSeen) {
  const auto disclosures = read_whole(open(Profile::full) / layout::kDisclosures);
  const auto masks = read_whole(open(Profile::masked) / layout::kMasks);
  write_whole(folder_ / layout::kDisclosures, disclosures);
  EXPECT_THAT(seen(), HasSubstr("some are disclosed"));
  for (const auto profile : {Profile::pseudonymous, Profile::full, Profile::none}) {
    open(profile);
    write_whole(folder_ / layout::kMasks, masks);
    EXPECT_THAT(seen(), HasSubstr("does not say that personal values are masked"));
  }
}

TEST_F(Redaction, AnotherProfileThanTheBundleHasIsSeen) {
  const auto claim = [&](Profile made, std::string_view claimed) {
    open(made);
    replace(layout::kEvidence, fmt::format("\"personal_values\": \"{}\"", record::to_string(made)),
            fmt::format("\"personal_values\": \"{}\"", claimed));
    return seen();
  };
  EXPECT_THAT(claim(Profile::pseudonymous, "none"), HasSubstr("shows no record"));
  EXPECT_THAT(claim(Profile::none, "pseudonymous"), HasSubstr("does not claim to be filtered"));
  EXPECT_NE(claim(Profile::full, "masked"), "");
  EXPECT_NE(claim(Profile::full, "pseudonymous"), "");
  EXPECT_NE(claim(Profile::masked, "full"), "");
  for (const auto* word : {"disclosed", "withheld", "open", ""})
    EXPECT_THAT(claim(Profile::full, word), HasSubstr("evidence: "));
}

TEST_F(Redaction, ADisclosureBeyondTheScopeIsSeen) {
  for (const auto* scope : {R"({
      "kinds": "email"
    })",
                            R"({
      "records": "0-38"
    })",
                            R"({
      "tokens": []
    })"}) {
    open(Profile::full);
    const auto why = with_scope(scope);
    EXPECT_THAT(why, HasSubstr("disclosures: "));
    EXPECT_THAT(why, HasSubstr("beyond the scope")) << scope;
  }
  // One value more than was chosen, with table and figures as they would be.
  open(Profile::full, {{record::Kind::email, record::Kind::phone}, {}, {}});
  replace(layout::kEvidence, "\"email,phone\"", "\"email\"");
  EXPECT_THAT(seen(), HasSubstr("a value of the kind phone is shown"));
  open(Profile::masked, {{}, *SeqRanges::parse("0-1"), {}});
  replace(layout::kEvidence, "\"records\": \"0-1\"", "\"records\": \"0\"");
  EXPECT_THAT(seen(), HasSubstr("masks: "));
}

TEST_F(Redaction, AScopeThatIsNotSpelledAsItMustBeIsSeen) {
  for (const auto* scope :
       {"{}", "{\n      \"kinds\": \"phone,email\"\n    }", "{\n      \"records\": \"1,0\"\n    }",
        "{\n      \"kinds\": \"\"\n    }", "{\n      \"who\": \"all\"\n    }"}) {
    open(Profile::full);
    EXPECT_THAT(with_scope(scope), HasSubstr("evidence: ")) << scope;
  }
}

TEST(BundleOfBefore, VerifiesAsItDidThen) {
  const fs::path folder = fs::path(COUNTERSIGN_TEST_DATA) / "bundles-before-profiles";
  auto fingerprint = read_whole(folder / "signer.txt");
  fingerprint.pop_back();
  const VerifyOptions options{.certificates = {*base::digest_from_hex(fingerprint)}};
  for (const auto& [name, profile, disclosures] :
       std::vector<std::tuple<std::string, std::string, std::uint64_t>>{
           {"disclosed.zip", "full", 11}, {"withheld.zip", "pseudonymous", 0}, {"access.zip", "full", 5}}) {
    const auto report = verify_bundle(folder / name, options, {});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->verdict, Verdict::verified) << describe(*report);
    EXPECT_EQ(report->profile, profile);
    EXPECT_EQ(report->disclosures, disclosures);
    EXPECT_EQ(report->records, 3U);
  }
}

TEST(MaskLine, HasOneSpelling) {
  std::string line;
  jsonl::append_mask(line, {std::string(43, 'A'), record::Kind::email, "a•••@example.com"});
  EXPECT_EQ(line,
            R"({"token":")" + std::string(43, 'A') + R"(","kind":"email","masked":"a•••@example.com"})");
  const auto read = jsonl::read_mask(line);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->masked, "a•••@example.com");
  for (std::size_t cut = 0; cut < line.size(); ++cut)
    EXPECT_FALSE(jsonl::read_mask(line.substr(0, cut))) << cut;
  EXPECT_FALSE(jsonl::read_mask(line + " "));
  EXPECT_FALSE(jsonl::read_mask(R"({"token":")" + std::string(43, 'A') +
                                R"(","kind":"email","masked":"a\u2022\u2022\u2022@example.com"})"));
}

TEST(SeqRanges, AreReadAndWrittenInOneSpelling) {
  EXPECT_EQ(SeqRanges::parse("17,42-50")->to_text(), "17,42-50");
  EXPECT_EQ(SeqRanges::parse("9,3-5,4-7,8,0")->to_text(), "0,3-9");
  EXPECT_TRUE(SeqRanges::parse("")->empty());
  const auto ranges = *SeqRanges::parse("3,5-7,1000000000000");
  for (const auto seq : {3U, 5U, 6U, 7U}) EXPECT_TRUE(ranges.contains(seq)) << seq;
  for (const auto seq : {0U, 2U, 4U, 8U}) EXPECT_FALSE(ranges.contains(seq)) << seq;
  EXPECT_TRUE(ranges.contains(1'000'000'000'000));
  for (const auto* bad : {",", "1,", ",1", "1,,2", "a", "1-", "-1", "2-1", "1 ,2", "+1", "0x1", "1-2-3",
                          "18446744073709551615", "99999999999999999999"}) {
    const auto refused = SeqRanges::parse(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, base::Code::invalid_argument) << bad;
  }
  EXPECT_EQ(SeqRanges::parse("0-10000").error().code, base::Code::resource_exhausted);
  EXPECT_EQ(SeqRanges::parse("0-9999")->to_text(), "0-9999");
}

TEST(Kinds, AreReadInAnyOrder) {
  EXPECT_EQ(jsonl::to_text(*jsonl::parse_kinds("phone,email,phone")), "email,phone");
  for (const auto* bad : {"mail", "email,", ",email", "Email", "email phone"})
    EXPECT_FALSE(jsonl::parse_kinds(bad)) << bad;
}

}  // namespace
}  // namespace countersign::verify
