#include "exporters/jsonl/retired.h"

#include "exporters/bundle/export_bundle.h"
#include "exporters/jsonl/lines.h"
#include "exporters/verify/layout.h"
#include "exporters/verify/verify_bundle.h"
#include "ledger/privacy/erasures.h"
#include "ledger/privacy/holds.h"
#include "ledger/retention/keep.h"
#include "ledger/store/recorded.h"
#include "tests/exporters/bundle_fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace countersign::verify {
namespace {

namespace fs = std::filesystem;
using namespace testing;
using record::Profile;

constexpr std::int64_t kDay = 86'400;

/// 40 records of acme, of which those of types `challenge.*` are retired: four of five.
class RetiredRecords : public ::testing::Test {
 protected:
  void SetUp() override {
    before_ = fixture_.make_folder(fixture_.request());
    first_received_ = fixture_.received(0);
    for (std::uint64_t seq = 0; seq < 40; ++seq) received_.push_back(fixture_.received(seq));
    retention::RuleBook book;
    ASSERT_TRUE(
        book.set(base::TenantId("acme"), {"hipaa",
                                          *retention::parse_span("6 years"),
                                          *retention::parse_span("12 months"),
                                          {{"challenge.*", "custom", *retention::parse_span("90 days")}}}));
    fixture_.region.pass(100 * kDay);
    const privacy::Holds holds(fixture_.region.dir() / "holds");
    privacy::Erasures erasures(fixture_.region.dir() / "erasures");
    auto writer = fixture_.region.open_writer();
    retention::KeepReport report;
    const auto kept = retention::keep_to_rules(*writer,
                                               {fixture_.region.files(),
                                                &book,
                                                &holds,
                                                &erasures,
                                                fixture_.region.clock(),
                                                [] { return std::string(32, 'a'); },
                                                {}},
                                               report);
    ASSERT_TRUE(kept) << kept.error().message;
    ASSERT_EQ(report.retired.size(), 1u);
    ASSERT_EQ(report.retired.front().records, 32u);
    retired_ = report.retired.front();
  }
  /// As the daemon records it.
  void record_it() {
    const auto recorded = store::recorded(retired_);
    auto event = record::prepare_event(
        {{"id", recorded.id},
         {"time", base::format_rfc3339(recorded.time)},
         {"type", "records.retired"},
         {"tenant", base::kSystemTenant},
         {"action", {{"name", "retention retire"}, {"resource", "acme"}, {"context", recorded.context}}}},
        {base::SourceName(std::string(store::kApplianceSource)), record::Proof::none},
        record::Vocabulary::system);
    ASSERT_TRUE(event);
    std::vector<record::PreparedEvent> batch;
    batch.push_back(std::move(*event));
    auto writer = fixture_.region.open_writer();
    ASSERT_TRUE(TestRegion::append(*writer, std::move(batch)));
  }

  bundle::BundleRequest request() {
    auto out = fixture_.request();
    out.period.from = {0};
    out.clock = fixture_.region.clock();
    return out;
  }
  VerifyReport verify(const fs::path& folder) {
    VerifyOptions options;
    options.certificates = {fixture_.signer.certificate.fingerprint()};
    options.log_vkeys = {fixture_.log_vkey()};
    return std::move(*verify_bundle(folder, options, {}));
  }
  static std::string failure_of(const VerifyReport& report) {
    for (const auto& check : report.checks) {
      if (check.state == CheckState::failed) return check.name + ": " + check.sentence;
    }
    return "";
  }
  VerifyReport verified(const fs::path& folder) {
    auto report = verify(folder);
    EXPECT_EQ(report.verdict, Verdict::verified) << failure_of(report);
    return report;
  }
  /// What fails after a change of one file, all signed anew by the operator.
  std::string after_edit(std::string_view name, const std::string& old, const std::string& with) {
    const auto folder = fixture_.make_folder(request());
    auto text = read_whole(folder / name);
    const auto at = text.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    text.replace(at, old.size(), with);
    write_whole(folder / name, text);
    reseal(folder, fixture_.signer);
    return failure_of(verify(folder));
  }

  BundleFixture fixture_;
  store::RetirementStatement retired_;
  fs::path before_;
  base::Timestamp first_received_;
  std::vector<base::Timestamp> received_;
};

TEST_F(RetiredRecords, StandInABundleByPlaceAndHashWithTheRuleThatTookThem) {
  bundle::BundleSummary summary;
  const auto made = fixture_.make(request(), &summary);
  EXPECT_EQ(summary.records, 40u);
  const auto report = verified(made);
  EXPECT_EQ(report.records, 40u);
  ASSERT_EQ(report.retired.size(), 1u);
  EXPECT_EQ(report.retired.front().rule, "custom");
  const auto& complete = report.promises.front();
  EXPECT_TRUE(complete.proven);
  EXPECT_NE(complete.sentence.find("32 records with numbers between 0 and 39 (challenge.delivered, "
                                   "challenge.failed, challenge.sent, challenge.verified)"),
            std::string::npos)
      << complete.sentence;
  EXPECT_NE(complete.sentence.find("under the rule custom, which keeps 90 days"), std::string::npos);
  const auto folder = fixture_.make_folder(request());
  std::string lines = read_whole(folder / layout::kRecords);
  std::string_view rest = lines, line;
  std::size_t retired = 0, shown = 0;
  while (jsonl::take_line(rest, line)) ++(jsonl::is_retired_record(line) ? retired : shown);
  EXPECT_EQ(retired, 32u);
  EXPECT_EQ(shown, 8u);
}

TEST_F(RetiredRecords, HaveTheRootThatTheOlderBundleHas) {
  EXPECT_EQ(verified(before_).records, 40u);
  EXPECT_TRUE(verified(before_).retired.empty());
  EXPECT_EQ(read_whole(before_ / layout::kCheckpoint),
            read_whole(fixture_.make_folder(request()) / layout::kCheckpoint));
}

TEST_F(RetiredRecords, StandBesideFiltersAndProfiles) {
  for (const auto profile : {Profile::none, Profile::pseudonymous, Profile::masked, Profile::full}) {
    auto asked = request();
    asked.profile = profile;
    EXPECT_EQ(verified(fixture_.make(asked)).retired.size(), 1u) << record::to_string(profile);
  }
  auto asked = request();
  asked.filter = {{"type", "challenge.sent"}};
  const auto report = verified(fixture_.make(asked));
  EXPECT_EQ(report.withheld, 8u);
  EXPECT_EQ(report.records, 40u);
}

TEST_F(RetiredRecords, AreNoBoundaryOfAPeriod) {
  for (std::size_t from = 0; from < 20; from += 3) {
    auto asked = request();
    asked.period = {received_[from], received_[from + 15]};
    const auto folder = fixture_.make_folder(asked);
    const auto report = verified(folder);
    EXPECT_GE(report.records, 15u);
    EXPECT_LE(report.records, 24u) << "what is left tells within four records where the period ends";
    EXPECT_EQ(read_whole(folder / layout::kBoundary).find("retired"), std::string::npos);
  }
  // A record that is there, passed off as a retired one at the edge, hides nothing.
  auto asked = request();
  asked.period = {received_[5], received_[15]};
  const auto folder = fixture_.make_folder(asked);
  auto lines = read_whole(folder / layout::kBoundary);
  const auto last = lines.substr(lines.find('\n') + 1);
  std::string hidden;
  jsonl::append_retired_record(
      hidden, {19, 0, record::record_hash(std::string_view(last).substr(0, last.size() - 1))});
  write_whole(folder / layout::kBoundary, lines.substr(0, lines.find('\n') + 1) + hidden + "\n");
  reseal(folder, fixture_.signer);
  EXPECT_NE(failure_of(verify(folder)).find("boundary: "), std::string::npos);
}

TEST_F(RetiredRecords, CannotBeMadeOfRecordsThatAreThere) {
  const auto folder = fixture_.make_folder(request());
  const auto lines = read_whole(folder / layout::kRecords);
  std::string_view rest = lines, line;
  std::string shown;
  std::uint64_t seq = 0;
  while (jsonl::take_line(rest, line) && shown.empty()) {
    if (!jsonl::is_retired_record(line)) shown = line;
    ++seq;
  }
  ASSERT_FALSE(shown.empty());
  std::string hidden;
  const auto hash = record::record_hash(shown);
  jsonl::append_retired_record(hidden, {seq - 2, 0, hash});
  for (const auto part : {0, 1, 7}) {
    std::string other;
    jsonl::append_retired_record(other, {seq - 2, static_cast<std::uint64_t>(part), hash});
    EXPECT_NE(after_edit(layout::kRecords, shown, other), "") << part;
  }
}

TEST_F(RetiredRecords, AreHeldToTheirNumberAndRoot) {
  const auto gone = read_whole(fixture_.make_folder(request()) / layout::kRetired);
  EXPECT_NE(after_edit(layout::kRetired, "\"records\":32", "\"records\":31").find("retired: "),
            std::string::npos);
  const auto root = gone.substr(gone.find("\"root\":\"") + 8, 10);
  EXPECT_NE(after_edit(layout::kRetired, root, "AAAAAAAAAA"), "");
  EXPECT_NE(after_edit(layout::kRetired, "\"begin\":0", "\"begin\":1"), "");
  EXPECT_NE(after_edit(layout::kRetired, "\"begin\":0", "\"begin\": 0"), "");
  EXPECT_NE(after_edit(layout::kRetired, gone, ""), "");
  EXPECT_NE(after_edit(layout::kRecords, "{\"retired\":{\"seq\":0,", "{\"retired\":{\"seq\":1,"), "");
  EXPECT_NE(after_edit(layout::kEvidence, "\"retired\": 32", "\"retired\": 31"), "");
  const auto folder = fixture_.make_folder(request());
  fs::remove(folder / layout::kRetired);
  reseal(folder, fixture_.signer);
  EXPECT_NE(failure_of(verify(folder)), "");
}

TEST_F(RetiredRecords, AreHeldToTheTimesThatTheLogSignedAndToTheirRule) {
  const auto part = *jsonl::read_retired_part([&] {
    auto line = read_whole(fixture_.make_folder(request()) / layout::kRetired);
    line.pop_back();
    return line;
  }());
  const auto time_text = [](base::Timestamp time) { return base::format_rfc3339(time); };
  // Retired a day earlier than the rule allows, and longer kept by the word of whoever signs than it was.
  const base::Timestamp early{part.last_received.micros + 89 * kDay * 1'000'000};
  EXPECT_NE(after_edit(layout::kRetired, time_text(part.retired), time_text(early)).find("keeps 90 days"),
            std::string::npos);
  EXPECT_NE(
      after_edit(layout::kRetired, "\"keep\":\"90 days\"", "\"keep\":\"6 years\"").find("keeps 6 years"),
      std::string::npos);
  EXPECT_NE(after_edit(layout::kRetired, "\"keep\":\"90 days\"", "\"keep\":\"a while\""), "");
  // Said to be older than the checkpoints show.
  const base::Timestamp older{part.first_received.micros - 30 * kDay * 1'000'000};
  const auto line = read_whole(fixture_.make_folder(request()) / layout::kRetired);
  const auto times = "\"first_received\":\"" + time_text(part.first_received) + "\",\"last_received\":\"" +
                     time_text(part.last_received) + "\"";
  ASSERT_NE(line.find(times), std::string::npos) << line;
  const base::Timestamp later{part.last_received.micros + 2 * kDay * 1'000'000};
  EXPECT_NE(after_edit(layout::kRetired, "\"last_received\":\"" + time_text(part.last_received),
                       "\"last_received\":\"" + time_text(later))
                .find("signed at other times"),
            std::string::npos);
  EXPECT_NE(after_edit(layout::kRetired, times,
                       "\"first_received\":\"" + time_text(older) + "\",\"last_received\":\"" +
                           time_text(older) + "\"")
                .find("signed at other times"),
            std::string::npos);
}

TEST_F(RetiredRecords, AreComparedWithWhatTheSystemLogRecorded) {
  const auto state_of = [](const VerifyReport& report) { return report.find("retired_recorded"); };
  const auto before = verified(fixture_.make(request()));
  ASSERT_TRUE(state_of(before) == nullptr || state_of(before)->state == CheckState::not_claimed);
  record_it();
  const auto report = verified(fixture_.make(request()));
  ASSERT_NE(state_of(report), nullptr);
  EXPECT_EQ(state_of(report)->state, CheckState::passed) << state_of(report)->sentence;
  const auto later = base::format_rfc3339({retired_.retired.micros + 1});
  EXPECT_NE(
      after_edit(layout::kRetired, "\"rule\":\"custom\"", "\"rule\":\"pci_dss\"").find("retired_recorded"),
      std::string::npos);
  EXPECT_NE(
      after_edit(layout::kRetired, "\"keep\":\"90 days\"", "\"keep\":\"89 days\"").find("retired_recorded"),
      std::string::npos);
  EXPECT_NE(
      after_edit(layout::kRetired, base::format_rfc3339(retired_.retired), later).find("retired_recorded"),
      std::string::npos);
}

TEST(RetiredLines, AreReadAsTheyWereWritten) {
  const jsonl::RetiredPart part{5,           9,           1,   {"login.failed"}, 3,        {},
                                {1'000'000}, {2'000'000}, {3}, "hipaa",          "6 years"};
  std::string text;
  jsonl::append_retired_part(text, part);
  EXPECT_EQ(*jsonl::read_retired_part(text), part);
  for (std::size_t at = 0; at < text.size(); ++at) EXPECT_FALSE(jsonl::read_retired_part(text.substr(0, at)));
  std::string line;
  jsonl::append_retired_record(line, {7, 1, {}});
  EXPECT_EQ(jsonl::read_retired_record(line)->seq, 7u);
  for (const auto* wrong :
       {"", "{}", "{\"retired\":{\"seq\":-1,\"part\":0,\"hash\":\"\"}}", "{\"retired\":[]}"})
    EXPECT_FALSE(jsonl::read_retired_record(wrong)) << wrong;
  EXPECT_FALSE(jsonl::read_retired_record(line + " "));
}

}  // namespace
}  // namespace countersign::verify
