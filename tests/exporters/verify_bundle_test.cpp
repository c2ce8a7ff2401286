#include "exporters/verify/verify_bundle.h"

#include "exporters/verify/evidence.h"
#include "exporters/verify/layout.h"
#include "exporters/verify/proofs.h"
#include "ledger/tree/checkpoint.h"
#include "tests/exporters/bundle_fixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace countersign::verify {
namespace {

namespace fs = std::filesystem;
using testing::BundleFixture;
using ::testing::HasSubstr;
using testing::read_whole;
using testing::reseal;
using testing::TestAuthority;
using testing::TestSigner;
using testing::write_whole;

constexpr std::int64_t kSecond = 1'000'000;

VerifyReport verify(const fs::path& path, const VerifyOptions& options) {
  auto report = verify_bundle(path, options, {});
  EXPECT_TRUE(report) << report.error().message;
  return report ? std::move(*report) : VerifyReport{};
}

VerifyOptions trusting(const TestSigner& signer) {
  return {.certificates = {signer.certificate.fingerprint()}};
}

std::string describe(const VerifyReport& report) {
  std::string text = report.sentence + "\n";
  for (const auto& check : report.checks)
    text += fmt::format("  {} {}: {}\n", to_string(check.state), check.name, check.sentence);
  return text;
}

#define EXPECT_VERDICT(report, wanted)                                                     \
  do {                                                                                     \
    const VerifyReport& expected_of = (report);                                            \
    EXPECT_EQ(to_string(expected_of.verdict), to_string(wanted)) << describe(expected_of); \
  } while (false)

bool proven(const VerifyReport& report, std::string_view word) {
  return std::any_of(report.promises.begin(), report.promises.end(),
                     [&](const Promise& one) { return one.word == word && one.proven; });
}

/// Which check failed; empty where none did.
std::string failed_check(const VerifyReport& report) {
  for (const auto& check : report.checks) {
    if (check.state == CheckState::failed) return check.name;
  }
  return {};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin) + 1;
    lines.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line;
  return text;
}

TEST(VerifyBundle, AcceptsWhatTheExporterWritesInEveryForm) {
  BundleFixture fixture;
  for (const auto format : {bundle::ArchiveFormat::zip, bundle::ArchiveFormat::tar_zst}) {
    for (const auto profile : {record::Profile::pseudonymous, record::Profile::full}) {
      auto request = fixture.request(format);
      request.profile = profile;
      bundle::BundleSummary summary;
      const auto report = verify(fixture.make(request, &summary), trusting(fixture.signer));
      EXPECT_VERDICT(report, Verdict::verified);
      EXPECT_EQ(report.records, 40U);
      EXPECT_EQ(summary.records, 40U);
      EXPECT_EQ(report.disclosures, summary.disclosures);
      EXPECT_EQ(profile == record::Profile::full, summary.disclosures > 0);
      EXPECT_TRUE(proven(report, "complete") && proven(report, "unaltered") && proven(report, "signed by"));
      EXPECT_FALSE(proven(report, "existed before"));
    }
  }
}

TEST(VerifyBundle, AcceptsAnUnpackedFolder) {
  BundleFixture fixture;
  const auto folder = fixture.make_folder(fixture.request());
  EXPECT_VERDICT(verify(folder, trusting(fixture.signer)), Verdict::verified);
}

TEST(VerifyBundle, TellsAnIntactBundleOfSomebodyFromAVerifiedOne) {
  BundleFixture fixture;
  const auto archive = fixture.make(fixture.request());
  const auto unknown = verify(archive, {});
  EXPECT_VERDICT(unknown, Verdict::intact_but_identity_not_checked);
  EXPECT_FALSE(proven(unknown, "signed by"));
  EXPECT_TRUE(proven(unknown, "complete"));
  EXPECT_VERDICT(verify(archive, {.log_vkeys = {fixture.log_vkey()}}), Verdict::verified);
  const auto stranger = verify(archive, trusting(TestSigner()));
  EXPECT_VERDICT(stranger, Verdict::failed);
  EXPECT_EQ(failed_check(stranger), "signer");
}

TEST(VerifyBundle, NamesTheTimestampAuthorityOnlyWhenItIsVouchedFor) {
  BundleFixture fixture;
  const TestAuthority authority(fixture.region.dir() / "tsa"), other(fixture.region.dir() / "other-tsa");
  auto request = fixture.request();
  request.timestamp = authority.call();
  bundle::BundleSummary summary;
  const auto archive = fixture.make(request, &summary);
  ASSERT_TRUE(summary.timestamped);
  auto options = trusting(fixture.signer);
  const auto unknown = verify(archive, options);
  EXPECT_VERDICT(unknown, Verdict::intact_but_identity_not_checked);
  EXPECT_FALSE(proven(unknown, "existed before"));
  options.timestamp_authorities = authority.roots();
  const auto report = verify(archive, options);
  EXPECT_VERDICT(report, Verdict::verified);
  EXPECT_TRUE(proven(report, "existed before"));
  EXPECT_EQ(report.timestamp, summary.timestamped);
  EXPECT_THAT(report.find("timestamp")->sentence, HasSubstr("CN=Test TSA,O=Test"));
  options.timestamp_authorities = other.roots();
  EXPECT_EQ(failed_check(verify(archive, options)), "timestamp");
}

TEST(VerifyBundle, NoticesThatATimestampWasTakenOut) {
  BundleFixture fixture;
  const TestAuthority authority(fixture.region.dir() / "tsa");
  auto request = fixture.request();
  request.timestamp = authority.call();
  const auto folder = fixture.make_folder(request);
  auto options = trusting(fixture.signer);
  options.timestamp_authorities = authority.roots();
  EXPECT_VERDICT(verify(folder, options), Verdict::verified);
  fs::remove(folder / layout::kTimestamp);
  const auto report = verify(folder, options);
  EXPECT_VERDICT(report, Verdict::failed);
  EXPECT_EQ(failed_check(report), "timestamp");
  EXPECT_THAT(report.sentence, HasSubstr("it was taken out"));
}

TEST(VerifyBundle, RefusesATimestampFromAnotherBundle) {
  BundleFixture fixture;
  const TestAuthority authority(fixture.region.dir() / "tsa");
  auto request = fixture.request();
  request.timestamp = authority.call();
  const auto one = fixture.make_folder(request);
  request.output = fixture.region.dir() / "second.zip";
  const auto two = fixture.make_folder(request);
  fs::copy_file(one / layout::kTimestamp, two / layout::kTimestamp, fs::copy_options::overwrite_existing);
  EXPECT_EQ(failed_check(verify(two, trusting(fixture.signer))), "timestamp");
}

/// So many that several threads check them.
TEST(VerifyBundle, NamesTheFirstOfManyCheckpointsThatIsWrong) {
  BundleFixture fixture(40, 1);
  const auto folder = fixture.make_folder(fixture.request());
  auto options = trusting(fixture.signer);
  options.threads = 3;
  EXPECT_VERDICT(verify(folder, options), Verdict::verified);
  auto lines = lines_of(read_whole(folder / layout::kCheckpoints));
  ASSERT_EQ(lines.size(), 40U);
  for (const std::size_t at : {35U, 22U}) {
    // The last signature's last byte: the clock's.
    auto& line = lines[at];
    const auto end = line.rfind("\\n\"}");
    line[end - 5] = line[end - 5] == 'A' ? 'B' : 'A';
    write_whole(folder / layout::kCheckpoints, joined(lines));
    reseal(folder, fixture.signer);
    const auto report = verify(folder, options);
    EXPECT_EQ(failed_check(report), "commit_times");
    EXPECT_THAT(report.find("commit_times")->sentence,
                HasSubstr(fmt::format("the checkpoint of size {} in", at + 1)));
  }
}

TEST(VerifyBundle, ProvesAPeriodByTheRecordsAtItsBoundaries) {
  BundleFixture fixture;
  auto request = fixture.request();
  request.period = {fixture.received(7), fixture.received(23)};
  bundle::BundleSummary summary;
  const auto folder = fixture.make_folder(request);
  const auto report = verify(folder, trusting(fixture.signer));
  EXPECT_VERDICT(report, Verdict::verified);
  EXPECT_TRUE(report.records > 0 && report.records < 40) << report.records;
  EXPECT_EQ(lines_of(read_whole(folder / layout::kBoundary)).size(), 2U);
}

TEST(VerifyBundle, ProvesThatAPeriodIsEmpty) {
  BundleFixture fixture;
  // Between two groups, before the first record, and after the last.
  const auto between = fixture.received(19);
  for (const auto& period :
       {jsonl::Period{{between.micros + 1}, {between.micros + 2}}, jsonl::Period{{0}, {kSecond}},
        jsonl::Period{{between.micros + 3600 * kSecond}, {between.micros + 7200 * kSecond}}}) {
    auto request = fixture.request();
    request.period = period;
    request.profile = record::Profile::full;
    const auto folder = fixture.make_folder(request);
    const auto report = verify(folder, trusting(fixture.signer));
    EXPECT_VERDICT(report, Verdict::verified);
    EXPECT_EQ(report.records, 0U);
    EXPECT_EQ(read_whole(folder / layout::kRecords), "");
    // Without the records at the boundary nothing proves the emptiness.
    write_whole(folder / layout::kBoundary, "");
    reseal(folder, fixture.signer);
    EXPECT_EQ(failed_check(verify(folder, trusting(fixture.signer))), "boundary");
  }
}

TEST(VerifyBundle, ProvesThatALogIsEmpty) {
  BundleFixture fixture;
  auto request = fixture.request();
  request.tenant = base::TenantId("nobody");
  EXPECT_EQ(fixture.try_make(request).error().code, base::Code::failed_precondition);
  request.sign_empty_log = fixture.region.signer();
  const auto report = verify(fixture.make(request), trusting(fixture.signer));
  EXPECT_VERDICT(report, Verdict::verified);
  EXPECT_EQ(report.records, 0U);
}

TEST(VerifyBundle, AcceptsAFilteredBundleAndCountsWhatItWithholds) {
  BundleFixture fixture;
  auto request = fixture.request();
  request.filter = {
      {"type", "challenge.failed"}, {"type", "challenge.verified"}, {"challenge.factor", "sms"}};
  request.profile = record::Profile::full;
  bundle::BundleSummary summary;
  const auto folder = fixture.make_folder(request);
  const auto report = verify(folder, trusting(fixture.signer));
  EXPECT_VERDICT(report, Verdict::verified);
  EXPECT_EQ(report.records, 40U);
  EXPECT_GT(report.withheld, 20U);
  EXPECT_LT(report.withheld, 40U);
  const auto rows = lines_of(read_whole(folder / layout::kEvents));
  EXPECT_EQ(rows.size(), 1 + report.records - report.withheld);
  EXPECT_EQ(lines_of(read_whole(folder / layout::kRecords)).size(), 40U);
}

TEST(VerifyBundle, SeesARecordThatTheFilterShouldHaveLeftOut) {
  BundleFixture fixture;
  auto request = fixture.request();
  request.filter = {{"type", "challenge.failed"}};
  const auto filtered = fixture.make_folder(request);
  const auto full = fixture.make_folder(fixture.request());
  auto lines = lines_of(read_whole(filtered / layout::kRecords));
  const auto all = lines_of(read_whole(full / layout::kRecords));
  ASSERT_NE(lines[4], all[4]);
  lines[4] = all[4];
  write_whole(filtered / layout::kRecords, joined(lines));
  reseal(filtered, fixture.signer);
  const auto report = verify(filtered, trusting(fixture.signer));
  ASSERT_TRUE(report.first_wrong) << describe(report);
  EXPECT_EQ(report.first_wrong->seq, 4U);
}

TEST(VerifyBundle, LeavesOutWhatNoCheckpointCoversAndSaysSo) {
  BundleFixture fixture(1, 5);
  auto request = fixture.request();
  const auto folder = fixture.make_folder(request);
  const auto evidence = parse_evidence(read_whole(folder / layout::kEvidence)).value();
  EXPECT_EQ(evidence.checkpoint_size, 5U);
  EXPECT_EQ(evidence.beyond_checkpoint, 0U);
  EXPECT_EQ(evidence.requested_by, "ana@example.com");
}

TEST(VerifyBundle, ComparesWithCheckpointsThatWereKeptElsewhere) {
  BundleFixture fixture;
  auto ledger = store::LedgerReader::open(fixture.region.files().ledger()).value();
  const auto head = ledger.log(base::TenantId("acme")).value();
  auto request = fixture.request();
  const auto archive = fixture.make(request);
  auto options = trusting(fixture.signer);
  for (const std::uint64_t size : {10U, 20U, 30U, 40U}) {
    const auto row = ledger.checkpoint_covering(head, size).value();
    ASSERT_EQ(row->size, size);
    options.known_checkpoints.push_back(row->note);
  }
  EXPECT_VERDICT(verify(archive, options), Verdict::verified);
  const auto sign = fixture.region.signer();
  for (const std::uint64_t size : {10U, 25U, 30U, 40U, 41U}) {
    options.known_checkpoints = {sign(head.name, size, base::Digest{}, 1'770'000'000)};
    EXPECT_EQ(failed_check(verify(archive, options)), "known_checkpoints") << size;
  }
}

/// Each edit is followed by new manifests and a new signature with the same key: only the claims themselves
/// can show it.
class Tampering : public ::testing::Test {
 protected:
  fs::path open(record::Profile profile = record::Profile::pseudonymous) {
    auto request = fixture().request();
    request.profile = profile;
    return folder_ = fixture().make_folder(request);
  }
  void edit(std::string_view name, const std::function<void(std::string&)>& change) {
    auto content = read_whole(folder_ / name);
    const auto before = content;
    change(content);
    ASSERT_NE(content, before);
    write_whole(folder_ / name, content);
  }
  void edit_records(const std::function<void(std::vector<std::string>&)>& change) {
    edit(layout::kRecords, [&](std::string& text) {
      auto lines = lines_of(text);
      change(lines);
      text = joined(lines);
    });
  }
  VerifyReport resealed() {
    reseal(folder_, fixture().signer);
    auto report = verify(folder_, trusting(fixture().signer));
    EXPECT_VERDICT(report, Verdict::failed);
    return report;
  }
  std::uint64_t first_wrong() {
    const auto report = resealed();
    EXPECT_TRUE(report.first_wrong) << describe(report);
    return report.first_wrong ? report.first_wrong->seq : 999;
  }

  /// One region for all tests of the suite: they only read it.
  static BundleFixture& fixture() { return *shared; }
  static void SetUpTestSuite() { shared = std::make_unique<BundleFixture>(); }
  static void TearDownTestSuite() { shared.reset(); }

  static inline std::unique_ptr<BundleFixture> shared;
  fs::path folder_;
};

TEST_F(Tampering, IsNotSeenInAnUneditedBundle) {
  open();
  reseal(folder_, fixture().signer);
  EXPECT_VERDICT(verify(folder_, trusting(fixture().signer)), Verdict::verified);
}

TEST_F(Tampering, SwappedRecordsAreNamed) {
  open();
  edit_records([](auto& lines) { std::swap(lines[12], lines[13]); });
  EXPECT_EQ(first_wrong(), 12U);
}

TEST_F(Tampering, ARecordRemovedFromTheMiddleIsNamed) {
  open();
  edit_records([](auto& lines) { lines.erase(lines.begin() + 17); });
  EXPECT_EQ(first_wrong(), 17U);
}

TEST_F(Tampering, ARecordRemovedFromTheBeginningIsNamed) {
  open();
  edit_records([](auto& lines) { lines.erase(lines.begin()); });
  EXPECT_EQ(first_wrong(), 0U);
}

TEST_F(Tampering, RecordsRemovedFromTheEndAreMissed) {
  open();
  edit_records([](auto& lines) { lines.resize(38); });
  EXPECT_THAT(resealed().find("completeness")->sentence, HasSubstr("38 to 39 are missing"));
}

TEST_F(Tampering, AnAddedRecordIsNamed) {
  open();
  edit_records([](auto& lines) { lines.push_back(lines.back()); });
  EXPECT_EQ(first_wrong(), 40U);
}

TEST_F(Tampering, AnEditedRecordIsNamed) {
  open();
  edit_records([](auto& lines) {
    const auto at = lines[21].find("challenge.");
    ASSERT_NE(at, std::string::npos);
    const auto type = lines[21].find("\"type\":\"challenge.");
    lines[21].replace(type + 18, lines[21].find('"', type + 18) - type - 18, "expired");
  });
  // Its link still holds; the one behind it no longer does.
  EXPECT_EQ(first_wrong(), 22U);
}

TEST_F(Tampering, AnEditedLastRecordIsSeen) {
  open();
  edit_records([](auto& lines) {
    const auto at = lines[39].find("\"attempt\":");
    lines[39][at + 10] = '9';
  });
  EXPECT_THAT(failed_check(resealed()), ::testing::AnyOf("records", "completeness"));
}

TEST_F(Tampering, ACheckpointOfAnotherKeyIsSeen) {
  open();
  const auto seed = std::vector<std::uint8_t>(32, 9);
  const auto other = std::move(crypto::Ed25519Key::from_seed(seed)).value();
  const auto body = tree::read_checkpoint_body(read_whole(folder_ / layout::kCheckpoint)).value();
  edit(layout::kCheckpoint, [&](std::string& note) {
    note = tree::sign_checkpoint(body, other, fixture().region.clock_key(), 1);
  });
  EXPECT_EQ(failed_check(resealed()), "checkpoint");
  // The other key's vkey in the bundle makes it consistent in itself: the pinned key tells.
  const auto log = body.origin;
  const auto keys =
      tree::log_verifiers(log, other.public_key(), fixture().region.clock_key().public_key()).value();
  edit(layout::kLogKeys,
       [&](std::string& text) { text = keys.log.to_vkey() + "\n" + keys.clock.to_vkey() + "\n"; });
  reseal(folder_, fixture().signer);
  EXPECT_EQ(failed_check(verify(folder_, {.log_vkeys = {fixture().log_vkey()}})), "log_keys");
}

TEST_F(Tampering, AnEditedTableIsSeen) {
  open();
  edit(layout::kEvents, [](std::string& text) { text.replace(text.find(",no,"), 4, ",yes,"); });
  const auto report = resealed();
  EXPECT_EQ(failed_check(report), "events_table");
  EXPECT_THAT(report.find("events_table")->sentence, HasSubstr("from line 2 on"));
}

TEST_F(Tampering, ARowAddedToTheTableIsSeen) {
  open();
  edit(layout::kEvents, [](std::string& text) { text += "40,\r\n"; });
  EXPECT_THAT(resealed().find("events_table")->sentence, HasSubstr("from line 42 on"));
}

TEST_F(Tampering, ARowRemovedFromTheTableIsSeen) {
  open();
  edit(layout::kEvents, [](std::string& text) { text.resize(text.rfind("39,2026")); });
  EXPECT_EQ(failed_check(resealed()), "events_table");
}

TEST_F(Tampering, AWrongFigureIsSeen) {
  for (const auto& figure : {std::pair{"\"challenge.failed\": 8", "\"challenge.failed\": 7"},
                             {"\"missing\": 0", "\"missing\": 1"},
                             {"\"withheld\": 0", "\"withheld\": 1"},
                             {"\"late\": ", "\"late\": 1"}}) {
    open();
    edit(layout::kEvidence, [&](std::string& text) {
      text.replace(text.find(figure.first), strlen(figure.first), figure.second);
    });
    EXPECT_EQ(failed_check(resealed()), "figures") << figure.first;
  }
}

TEST_F(Tampering, AWiderPeriodThanTheRecordsProveIsSeen) {
  auto request = fixture().request();
  request.period = {fixture().received(7), fixture().received(39)};
  folder_ = fixture().make_folder(request);
  edit(layout::kEvidence, [](std::string& text) {
    const auto at = text.find("\"from\": \"");
    text.replace(at + 9, 4, "2025");
  });
  EXPECT_EQ(failed_check(resealed()), "boundary");
}

TEST_F(Tampering, AnEditedQueryNoLongerHasItsHash) {
  open();
  edit(layout::kEvidence, [](std::string& text) {
    const auto at = text.find("\"text\": \"\"");
    text.replace(at, 10, "\"text\": \"x\"");
  });
  EXPECT_EQ(failed_check(resealed()), "evidence");
}

TEST_F(Tampering, AFieldAddedToTheEvidenceIsSeen) {
  open();
  edit(layout::kEvidence, [](std::string& text) { text.insert(2, "  \"audited_by\": \"nobody\",\n"); });
  EXPECT_EQ(failed_check(resealed()), "evidence");
}

TEST_F(Tampering, AWrongDisclosureIsSeen) {
  open(record::Profile::full);
  edit(layout::kDisclosures,
       [](std::string& text) { text.replace(text.find("@example.com"), 12, "@example.org"); });
  const auto report = resealed();
  EXPECT_EQ(failed_check(report), "disclosures");
  EXPECT_THAT(report.find("disclosures")->sentence, HasSubstr("not the one that its token stands for"));
}

TEST_F(Tampering, ADisclosureThatStandsInNoRecordIsSeen) {
  auto request = fixture().request();
  request.profile = record::Profile::full;
  const auto all = lines_of(read_whole(fixture().make_folder(request) / layout::kDisclosures));
  request = fixture().request();
  request.profile = record::Profile::full;
  request.period = {fixture().received(0), {fixture().received(0).micros + 1}};
  folder_ = fixture().make_folder(request);
  edit(layout::kDisclosures, [&](std::string& text) { text += all.back(); });
  EXPECT_EQ(failed_check(resealed()), "disclosures");
}

TEST_F(Tampering, AMissingDisclosureChangesTheTable) {
  open(record::Profile::full);
  edit(layout::kDisclosures, [](std::string& text) { text.erase(0, text.find('\n') + 1); });
  EXPECT_EQ(failed_check(resealed()), "events_table");
}

TEST_F(Tampering, AnEditedCommitTimeIsSeen) {
  open();
  edit(layout::kCheckpoints, [](std::string& text) {
    const auto at = text.find("\"time\":");
    text[at + 7] = '2';
  });
  EXPECT_EQ(failed_check(resealed()), "commit_times");
}

TEST_F(Tampering, ACommitCheckpointOfOtherRecordsIsSeen) {
  open();
  const auto sign = fixture().region.signer();
  const auto body = tree::read_checkpoint_body(read_whole(folder_ / layout::kCheckpoint)).value();
  edit(layout::kCheckpoints, [&](std::string& text) {
    auto lines = lines_of(text);
    const auto first = jsonl::read_checkpoint(lines[0].substr(0, lines[0].size() - 1)).value();
    lines[0].clear();
    jsonl::append_checkpoint(
        lines[0], {first.size, first.time, sign(body.origin, first.size, base::Digest{}, first.time)});
    lines[0] += "\n";
    text = joined(lines);
  });
  EXPECT_EQ(first_wrong(), 9U);
}

TEST_F(Tampering, AnEditedProofIsSeen) {
  open();
  edit(layout::kProofs, [](std::string& text) {
    auto proofs = parse_proofs(text).value();
    proofs.last->path[0].bytes[0] ^= 1;
    text = format_proofs(proofs);
  });
  EXPECT_EQ(failed_check(resealed()), "completeness");
  open();
  edit(layout::kProofs, [](std::string& text) {
    auto proofs = parse_proofs(text).value();
    proofs.previous->path[0].bytes[0] ^= 1;
    text = format_proofs(proofs);
  });
  EXPECT_EQ(failed_check(resealed()), "consistency");
}

TEST_F(Tampering, AnAddedFileIsSeen) {
  open();
  write_whole(folder_ / "data/more.csv", "more");
  EXPECT_EQ(failed_check(verify(folder_, trusting(fixture().signer))), "file_list");
  fs::remove(folder_ / "data/more.csv");
  write_whole(folder_ / "more.txt", "more");
  EXPECT_EQ(failed_check(verify(folder_, trusting(fixture().signer))), "file_list");
}

TEST_F(Tampering, AResignedBundleIsNotTheSigners) {
  open();
  const TestSigner other;
  reseal(folder_, other);
  EXPECT_EQ(failed_check(verify(folder_, trusting(fixture().signer))), "signer");
  EXPECT_VERDICT(verify(folder_, trusting(other)), Verdict::verified);
}

/// Large enough for several blocks on several threads.
TEST(VerifyBundle, NamesTheFirstWrongRecordOfManyBlocks) {
  BundleFixture fixture(3, 4000);
  auto request = fixture.request(bundle::ArchiveFormat::tar_zst);
  request.profile = record::Profile::full;
  const auto folder = fixture.make_folder(request);
  auto options = trusting(fixture.signer);
  options.threads = 3;
  const auto archived = verify(request.output, options);
  EXPECT_VERDICT(archived, Verdict::verified);
  EXPECT_EQ(archived.records, 12'000U);
  auto lines = lines_of(read_whole(folder / layout::kRecords));
  std::swap(lines[11'000], lines[11'001]);
  lines[9'000].insert(lines[9'000].find("\"challenge."), " ");
  write_whole(folder / layout::kRecords, joined(lines));
  const auto report = verify(folder, options);
  EXPECT_VERDICT(report, Verdict::failed);
  ASSERT_TRUE(report.first_wrong) << describe(report);
  EXPECT_EQ(report.first_wrong->seq, 9'000U);
  // Every first record of a block in its turn would do: without one of them the chain has a gap.
  for (const std::size_t seq : {1'400U, 2'800U, 7'001U}) {
    auto fewer = lines_of(read_whole(folder / layout::kRecords));
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(seq));
    write_whole(folder / layout::kRecords, joined(fewer));
    EXPECT_EQ(verify(folder, options).first_wrong->seq, seq);
    fewer.insert(fewer.begin() + static_cast<std::ptrdiff_t>(seq), lines[seq]);
    write_whole(folder / layout::kRecords, joined(fewer));
  }
}

TEST(VerifyBundle, SaysWhereThereIsNothing) {
  EXPECT_EQ(verify_bundle("/nowhere/at/all.zip", {}, {}).error().code, base::Code::not_found);
  BundleFixture fixture(1, 2);
  EXPECT_EQ(verify_bundle(fixture.make(fixture.request()), {.log_vkeys = {"nonsense"}}, {}).error().code,
            base::Code::invalid_argument);
}

TEST(VerifyReport, IsJsonWithEveryCheckAndPromise) {
  BundleFixture fixture(1, 2);
  const auto report = verify(fixture.make(fixture.request()), trusting(fixture.signer));
  const auto json = report.to_json();
  EXPECT_EQ(json.at("verdict").as_string(), "verified");
  EXPECT_EQ(json.at("promises").as_array().size(), 4U);
  EXPECT_EQ(json.at("checks").as_array().size(), report.checks.size());
}

}  // namespace
}  // namespace countersign::verify
