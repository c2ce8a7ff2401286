#include "exporters/verify/residency.h"

#include "exporters/jsonl/lines.h"
#include "exporters/verify/layout.h"
#include "exporters/verify/verify_bundle.h"
#include "ledger/base/encoding.h"
#include "ledger/record/record.h"
#include "ledger/tree/checkpoint.h"
#include "tests/exporters/bundle_fixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::verify {
namespace {

namespace fs = std::filesystem;
using testing::BundleFixture;
using ::testing::HasSubstr;
using testing::read_whole;
using testing::reseal;
using testing::write_whole;

constexpr base::Timestamp at(std::int64_t second) { return {second * 1'000'000}; }
const jsonl::Period kPeriod{at(100), at(200)};

SystemRecord added(std::int64_t second) { return {1, at(second), SystemRecord::What::added, {}, {}, {}, {}}; }
SystemRecord moved(std::int64_t second, const std::string& from, const std::string& to) {
  return {2, at(second), SystemRecord::What::moved, base::RegionId(from), base::RegionId(to), "why", {}};
}

ResidencyFacts facts() {
  return {base::TenantId("acme"),
          base::RegionId("eu"),
          {"log.example.com/eu/acme"},
          kPeriod,
          0,
          0,
          at(300),
          base::RegionId("eu"),
          "event",
          SystemLogHead{}};
}

/// `eu 10-100, us 100-`.
std::string pins(const std::vector<SystemRecord>& records) {
  std::string out;
  const auto second = [](const std::optional<base::Timestamp>& time) {
    return time ? std::to_string(time->micros / 1'000'000) : std::string();
  };
  const auto made = residency_of(facts(), records);
  for (const auto& pin : made.pins)
    out += fmt::format("{}{} {}-{}", out.empty() ? "" : ", ", pin.region.value(), second(pin.from),
                       second(pin.until));
  return made.gaps == 0 ? out : fmt::format("{}; {} missing", out, made.gaps);
}

TEST(Residency, FollowsThePinThroughMoves) {
  EXPECT_EQ(pins({added(10)}), "eu 10-");
  EXPECT_EQ(pins({added(10), moved(150, "eu", "us")}), "eu 10-150, us 150-");
  EXPECT_EQ(pins({added(10), moved(150, "eu", "us"), moved(160, "us", "eu")}),
            "eu 10-150, us 150-160, eu 160-");
  EXPECT_EQ(pins({moved(150, "us", "eu")}), "us -150, eu 150-") << "it was added elsewhere";
  EXPECT_EQ(pins({added(10), moved(150, "eu", "us"), moved(160, "ap", "eu")}),
            "eu 10-150, us 150-, ap -160, eu 160-")
      << "moves between other regions are not recorded here";
  EXPECT_EQ(pins({}), "");
}

TEST(Residency, LeavesOutPinsThatDoNotTouchThePeriod) {
  EXPECT_EQ(pins({added(10), moved(100, "eu", "us")}), "us 100-") << "the period begins when the pin ends";
  EXPECT_EQ(pins({added(10), moved(200, "eu", "us")}), "eu 10-200");
  EXPECT_EQ(pins({added(200)}), "");
}

TEST(Residency, SeesThatAMoveIsMissing) {
  EXPECT_EQ(pins({added(10), moved(120, "eu", "us"), moved(150, "eu", "us")}),
            "eu 10-120, us 120-, eu -150, us 150-; 1 missing");
  EXPECT_EQ(pins({added(10), moved(150, "us", "eu")}), "eu 10-, us -150, eu 150-; 1 missing");
  EXPECT_EQ(pins({moved(150, "eu", "us")}), "eu -150, us 150-; 1 missing");
  EXPECT_EQ(pins({moved(150, "us", "ap")}), "us -150, ap 150-; 1 missing");
}

TEST(Residency, ReadsADestinationBehindWhateverElseARecordSays) {
  const auto note = destination_note(base::RegionId("us-1"));
  EXPECT_EQ(destination_in("received to, withheld" + note), base::RegionId("us-1"));
  EXPECT_EQ(destination_in("profile auditor" + note + "; more"), base::RegionId("us-1"));
  EXPECT_FALSE(destination_in("received to, withheld"));
  EXPECT_FALSE(destination_in("x; destination="));
  EXPECT_FALSE(destination_in("x; destination=Not A Place"));
}

TEST(Residency, IsReadInOneSpellingOnly) {
  auto given = facts();
  given.system_log = SystemLogHead{{"log.example.com/eu/_system"}, 3, {}, 300};
  auto exported = added(120);
  exported.what = SystemRecord::What::exported;
  exported.destination = base::RegionId("us");
  const auto text = format_residency(residency_of(given, {added(10), moved(150, "eu", "us"), exported}));
  const auto read = parse_residency(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->system_log->size, 3U);
  EXPECT_EQ(read->event, "event");
  for (const auto& [what, other] : std::initializer_list<std::pair<std::string, std::string>>{
           {"\"size\": 3", "\"size\":  3"},
           {"\"size\": 3", "\"size\": 3.0"},
           {"\"moves_missing\": 0", "\"moves_missing\": 0,\n  \"more\": 1"},
           {"\"crossed_border\": false", "\"crossed_border\": true"},
           {"\"format\": \"countersign-residency/1\"", "\"format\": \"countersign-residency/2\""},
           {"\"kept_in\": \"eu\"", "\"kept_in\": \"us\""},
           {"not that nothing else is", "and that nothing else is"},
           {"\"destination\": \"eu\"", "\"destination\": \"E U\""}}) {
    auto changed = text;
    const auto place = changed.find(what);
    ASSERT_NE(place, std::string::npos) << what;
    changed.replace(place, what.size(), other);
    EXPECT_EQ(parse_residency(changed).error().code, base::Code::data_loss) << other;
  }
  for (const std::string other : {"", "{}", "[]", "null", "{\"scope\":7}"})
    EXPECT_FALSE(parse_residency(other));
}

TEST(ResidencyProofs, AreReadInOneSpellingOnly) {
  const ResidencyProofs proofs{"note\n", {{7, {base::Digest{}, base::Digest{}}}, {9, {}}}};
  const auto text = format_residency_proofs(proofs);
  const auto read = parse_residency_proofs(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->places.size(), 2U);
  EXPECT_EQ(read->places[0].path.size(), 2U);
  EXPECT_FALSE(parse_residency_proofs(text + " "));
  EXPECT_FALSE(parse_residency_proofs("{}"));
}

/// A region whose system log tells of acme, and of a tenant `other`, and a bundle of acme.
class ResidencyInABundle : public ::testing::Test {
 protected:
  ResidencyInABundle() : fixture_(2, 3) {
    system("tenant.added", "acme");
    system("tenant.added", "other");
    system("tenant.moved", "acme", "from=eu-1 to=us-1");
    system("tenant.moved", "other", "from=eu-1 to=us-1");
    system("tenant.moved", "acme", "from=us-1 to=eu-1");
    system("export.performed", "acme", "received; destination=de");
    system("export.performed", "acme", "received; destination=eu-1");
    system("export.performed", "other", "received; destination=ch");
    system("export.performed", "acme", "of before destinations were recorded");
    system("tenant.moved", "acme", "from=eu-1 to=ap-1 address=https://ap.example.com");
  }

  void system(const std::string& type, const std::string& tenant, const std::string& context = "") {
    boost::json::object event{{"id", fmt::format("{}/{}", type, ++events_)},
                              {"time", "2026-01-01T00:00:00Z"},
                              {"type", type},
                              {"tenant", "_system"},
                              {"action", {{"name", "a command"}, {"resource", tenant}}}};
    if (!context.empty()) event["action"].as_object()["context"] = context;
    if (type == "tenant.moved") {
      event["actor"] = {{"id", "operator"}};
      event["outcome"] = {{"reason", "contract_change"}};
    }
    auto prepared = record::prepare_event(event, {base::SourceName("countersign"), record::Proof::none},
                                          record::Vocabulary::system);
    ASSERT_TRUE(prepared) << prepared.error().front().reason;
    const auto writer = fixture_.region.open_writer();
    ASSERT_TRUE(testing::TestRegion::append(*writer, {std::move(*prepared)}));
    writer->stop();
  }

  fs::path open(const std::string& destination = "") {
    auto request = fixture_.request();
    request.profile = record::Profile::full;
    request.residency = {base::RegionId(destination), "event-of-this-export"};
    return folder_ = fixture_.make_folder(request);
  }
  void edit(std::string_view name, const std::string& what, const std::string& other) {
    auto content = read_whole(folder_ / name);
    const auto place = content.find(what);
    ASSERT_NE(place, std::string::npos) << what;
    write_whole(folder_ / name, content.replace(place, what.size(), other));
  }
  VerifyReport verify() {
    auto report = verify_bundle(folder_, {.certificates = {fixture_.signer.certificate.fingerprint()}}, {});
    EXPECT_TRUE(report);
    return report ? std::move(*report) : VerifyReport{};
  }
  Check resealed() {
    reseal(folder_, fixture_.signer);
    const auto report = verify();
    const auto* check = report.find("residency");
    EXPECT_NE(check, nullptr);
    if (check == nullptr) return {};
    EXPECT_EQ(check->state == CheckState::failed, report.verdict == Verdict::failed) << report.sentence;
    return *check;
  }
  std::string sentence_of_failure() {
    const auto check = resealed();
    EXPECT_EQ(check.state, CheckState::failed) << check.sentence;
    return check.sentence;
  }

  std::vector<std::string> lines() {
    std::vector<std::string> out;
    const auto text = read_whole(folder_ / layout::kResidencyRecords);
    std::string_view rest = text, line;
    while (jsonl::take_line(rest, line)) out.emplace_back(line);
    return out;
  }
  /// Takes a record out of all three files, as somebody would who has this program and the signer's key.
  void leave_out(std::size_t index) {
    auto all = lines();
    auto proofs = parse_residency_proofs(read_whole(folder_ / layout::kResidencyProofs)).value();
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(index));
    proofs.places.erase(proofs.places.begin() + static_cast<std::ptrdiff_t>(index));
    const auto stated = parse_residency(read_whole(folder_ / layout::kResidency)).value();
    std::vector<SystemRecord> records;
    std::string text;
    for (const auto& line : all) {
      records.push_back(*read_system_record(line, stated.system_log->log, stated.tenant).value());
      text += line + "\n";
    }
    write_whole(folder_ / layout::kResidencyRecords, text);
    write_whole(folder_ / layout::kResidencyProofs, format_residency_proofs(proofs));
    write_whole(folder_ / layout::kResidency, format_residency(residency_of(stated, records)));
  }

  BundleFixture fixture_;
  fs::path folder_;
  int events_ = 0;
};

TEST_F(ResidencyInABundle, IsStatedFromRecordsOfThisTenantAlone) {
  open("de");
  const auto report = verify();
  EXPECT_EQ(report.verdict, Verdict::verified) << report.sentence;
  EXPECT_THAT(
      report.find("residency")->sentence,
      HasSubstr("pinned to eu-1, then us-1, then eu-1, then ap-1 in the period, moved 3 times, and 1 of 3 "
                "exports left eu-1; this export goes to de"));
  const auto text = read_whole(folder_ / layout::kResidency);
  EXPECT_THAT(text, HasSubstr("\"without_destination\": 1"));
  EXPECT_THAT(text, HasSubstr("\"event\": \"event-of-this-export\""));
  EXPECT_EQ(lines().size(), 7U);
  for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
    if (!entry.is_regular_file() || entry.path().filename() == layout::kVerifyPage) continue;
    EXPECT_EQ(read_whole(entry.path()).find("\"other\""), std::string::npos) << entry.path();
    EXPECT_EQ(read_whole(entry.path()).find("destination=ch"), std::string::npos) << entry.path();
  }
}

TEST_F(ResidencyInABundle, HoldsExportsOfThePeriodOnly) {
  auto request = fixture_.request();
  request.period.to = fixture_.received(5);
  folder_ = fixture_.make_folder(request);
  EXPECT_EQ(verify().verdict, Verdict::verified);
  EXPECT_EQ(lines().size(), 4U) << "the pins of all times, and no export";
}

TEST_F(ResidencyInABundle, AMoveLeftOutOfTheStatementIsSeen) {
  open();
  const auto text = read_whole(folder_ / layout::kResidency);
  const auto begin = text.find("    {\n      \"recorded\"", text.find("\"moves\": ["));
  const auto end = text.find("    {\n      \"recorded\"", begin + 1);
  write_whole(folder_ / layout::kResidency, text.substr(0, begin) + text.substr(end));
  EXPECT_THAT(sentence_of_failure(), HasSubstr("a pin, a move or an export was left out or altered"));
}

TEST_F(ResidencyInABundle, AnAlteredDestinationIsSeen) {
  open();
  edit(layout::kResidency, "\"destination\": \"de\"", "\"destination\": \"fr\"");
  EXPECT_THAT(sentence_of_failure(), HasSubstr("left out or altered"));
  edit(layout::kResidencyRecords, "destination=de", "destination=fr");
  EXPECT_THAT(sentence_of_failure(), HasSubstr("is not in the system log: it was altered"));
}

TEST_F(ResidencyInABundle, AnAlteredRegionIsSeen) {
  open();
  edit(layout::kResidencyRecords, "to=us-1", "to=eu-2");
  EXPECT_THAT(sentence_of_failure(), HasSubstr("it was altered"));
}

TEST_F(ResidencyInABundle, AMoveLeftOutEverywhereBreaksTheChainOfPins) {
  open();
  leave_out(2);  // us-1 to eu-1, between two moves away from eu-1
  const auto check = resealed();
  EXPECT_EQ(check.state, CheckState::not_claimed);
  EXPECT_THAT(check.sentence, HasSubstr("1 recorded moves do not begin where the one before ended"));
  EXPECT_EQ(parse_residency(read_whole(folder_ / layout::kResidency))->tenant.value(), "acme");
}

/// What inclusion cannot prove is said in the statement itself.
TEST_F(ResidencyInABundle, ALastMoveLeftOutEverywhereIsNotSeenAndTheStatementSaysSo) {
  open();
  leave_out(6);
  const auto check = resealed();
  EXPECT_EQ(check.state, CheckState::passed);
  EXPECT_THAT(check.sentence, HasSubstr("That no further record of it exists is not proven"));
  EXPECT_THAT(read_whole(folder_ / layout::kResidency), HasSubstr("one that is missing at the end is not"));
}

TEST_F(ResidencyInABundle, RecordsAndProofsBelongTogether) {
  open();
  const auto all = lines();
  std::string without, doubled;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i != 3) without += all[i] + "\n";
    doubled += all[i] + "\n";
  }
  write_whole(folder_ / layout::kResidencyRecords, without);
  EXPECT_THAT(sentence_of_failure(), HasSubstr("not in the order of the system log"));
  write_whole(folder_ / layout::kResidencyRecords, doubled + all.back() + "\n");
  EXPECT_THAT(sentence_of_failure(), HasSubstr("a record without a proof"));
  write_whole(folder_ / layout::kResidencyRecords, doubled.substr(0, doubled.size() - all.back().size() - 1));
  EXPECT_THAT(sentence_of_failure(), HasSubstr("its proof is there"));
}

TEST_F(ResidencyInABundle, ARecordThatDoesNotBelongThereIsRefused) {
  open();
  auto ledger = store::LedgerReader::open(fixture_.region.files().ledger()).value();
  const auto log = ledger.log(base::TenantId("_system")).value();
  const auto others = ledger.record(log, base::seq_at(1)).value();
  ASSERT_NE(others.find("\"other\""), std::string::npos);
  auto proofs = parse_residency_proofs(read_whole(folder_ / layout::kResidencyProofs)).value();
  proofs.places[1] = {1, tree::inclusion_path(1, log.size, ledger.nodes(log)).value()};
  write_whole(folder_ / layout::kResidencyProofs, format_residency_proofs(proofs));
  edit(layout::kResidencyRecords, lines()[1], others);
  EXPECT_THAT(sentence_of_failure(), HasSubstr("does not belong there"));
}

TEST_F(ResidencyInABundle, ACheckpointOfAnotherLogOrKeyIsRefused) {
  open();
  auto proofs = parse_residency_proofs(read_whole(folder_ / layout::kResidencyProofs)).value();
  const auto stated = parse_residency(read_whole(folder_ / layout::kResidency))->system_log.value();
  const auto with = [&](std::string note) {
    auto changed = proofs;
    changed.checkpoint = std::move(note);
    write_whole(folder_ / layout::kResidencyProofs, format_residency_proofs(changed));
    return sentence_of_failure();
  };
  with(read_whole(folder_ / layout::kCheckpoint));
  const auto stranger = std::move(crypto::Ed25519Key::from_seed(std::vector<std::uint8_t>(32, 9))).value();
  with(tree::sign_checkpoint({stated.log, stated.size, stated.root}, stranger, fixture_.region.clock_key(),
                             stated.time));
  EXPECT_THAT(with(fixture_.region.signer()(stated.log, stated.size, stated.root, stated.time + 1)),
              HasSubstr("not the one that the statement names"));
}

TEST_F(ResidencyInABundle, AStatementOfAnotherBundleIsRefused) {
  const auto one = open();
  const auto kept = read_whole(one / layout::kResidency);
  auto request = fixture_.request();
  request.period.from = fixture_.received(2);
  folder_ = fixture_.make_folder(request);
  write_whole(folder_ / layout::kResidency, kept);
  EXPECT_THAT(sentence_of_failure(), HasSubstr("not about what evidence.json is about"));
}

TEST_F(ResidencyInABundle, FilesThatWereTakenOutAreMissed) {
  open();
  for (const auto name : {layout::kResidencyRecords, layout::kResidencyProofs, layout::kResidency}) {
    const auto kept = read_whole(folder_ / name);
    fs::remove(folder_ / name);
    EXPECT_THAT(sentence_of_failure(), HasSubstr("missing"));
    write_whole(folder_ / name, kept);
  }
  for (const auto name : {layout::kResidencyRecords, layout::kResidencyProofs, layout::kResidency})
    fs::remove(folder_ / name);
  EXPECT_EQ(resealed().state, CheckState::not_claimed);
}

TEST(ResidencyWithoutASystemLog, IsStatedAsNotBacked) {
  BundleFixture fixture(1, 3);
  const auto folder = fixture.make_folder(fixture.request());
  const auto report = verify_bundle(folder, {.certificates = {fixture.signer.certificate.fingerprint()}}, {});
  EXPECT_EQ(report->verdict, Verdict::verified);
  EXPECT_EQ(report->find("residency")->state, CheckState::not_claimed);
  EXPECT_FALSE(fs::exists(folder / layout::kResidencyRecords));
  EXPECT_THAT(read_whole(folder / layout::kResidency), HasSubstr("no checkpoint covered a system log"));
}

TEST(BundleOfBefore, StillVerifies) {
  const fs::path archive = fs::path(COUNTERSIGN_TEST_DATA) / "bundle-1" / "before-residency.zip";
  const auto signer =
      base::digest_from_hex("918af8944a27e673ccb492f6eadae0c3e7abd6a99d9e85c87f296912153afcb2");
  const auto report = verify_bundle(archive, {.certificates = {*signer}}, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->verdict, Verdict::verified) << report->sentence;
  EXPECT_EQ(report->records, 3U);
  EXPECT_EQ(report->find("residency")->state, CheckState::not_claimed);
}

}  // namespace
}  // namespace countersign::verify
