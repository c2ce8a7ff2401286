#include "exporters/bundle/export_bundle.h"
#include "exporters/verify/layout.h"
#include "exporters/verify/verify_bundle.h"
#include "ledger/tree/key_chain.h"
#include "ledger/tree/note.h"
#include "tests/exporters/bundle_fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>

namespace countersign::verify {
namespace {

namespace fs = std::filesystem;

using testing::BundleFixture;
using testing::read_whole;
using testing::reseal;
using testing::sample_event;
using testing::TestRegion;
using testing::write_whole;
using tree::CheckpointKey;

crypto::Ed25519Key key_from(base::Bytes seed) {
  return std::move(crypto::Ed25519Key::from_seed(seed)).value();
}

/// Bundles of a log whose keys were rotated: log, clock, log, with records under each.
class RotatedKeys : public ::testing::Test {
 protected:
  static void append(store::Writer& writer, std::uint64_t first) {
    std::vector<record::PreparedEvent> events;
    for (std::uint64_t n = first; n < first + 10; ++n) events.push_back(sample_event(n));
    ASSERT_TRUE(TestRegion::append(writer, std::move(events)));
  }
  static void SetUpTestSuite() {
    shared = std::make_unique<BundleFixture>();
    auto& region = shared->region;
    first_vkey = shared->log_vkey();
    before = shared->make(shared->request());
    first_log.assign(region.log_key().seed().begin(), region.log_key().seed().end());
    first_clock.assign(region.clock_key().seed().begin(), region.clock_key().seed().end());
    auto writer = region.open_writer();
    ASSERT_TRUE(region.take_over(*writer, CheckpointKey::log, 41));
    append(*writer, 1000);
    second_vkey = shared->log_vkey();
    ASSERT_TRUE(region.take_over(*writer, CheckpointKey::clock, 42));
    append(*writer, 1010);
    ASSERT_TRUE(region.take_over(*writer, CheckpointKey::log, 43));
    append(*writer, 1020);
    writer->stop();
    newest_vkey = shared->log_vkey();
  }
  static void TearDownTestSuite() { shared.reset(); }

  static VerifyReport check(const fs::path& path, VerifyOptions options) {
    options.threads = 2;
    auto report = verify_bundle(path, options, {});
    EXPECT_TRUE(report) << report.error().message;
    return report ? std::move(*report) : VerifyReport{};
  }
  static std::string failed(const VerifyReport& report) {
    for (const auto& one : report.checks) {
      if (one.state == CheckState::failed) return one.name + ": " + one.sentence;
    }
    return {};
  }
  fs::path open() { return folder_ = shared->make_folder(shared->request()); }
  /// What is wrong after an edit that whoever holds the signer's key has signed anew.
  std::string resealed(VerifyOptions options) {
    reseal(folder_, shared->signer);
    return failed(check(folder_, std::move(options)));
  }
  std::string resealed() { return resealed({.log_vkeys = {newest_vkey}}); }
  fs::path rotation(int number) const { return folder_ / fmt::format("{}{}", layout::kRotations, number); }

  static inline std::unique_ptr<BundleFixture> shared;
  static inline std::string first_vkey, second_vkey, newest_vkey;
  static inline std::vector<std::uint8_t> first_log, first_clock;
  static inline fs::path before;
  fs::path folder_;
};

TEST_F(RotatedKeys, AreFoundFromAnyKeyThatTheReaderKept) {
  const auto bundle = shared->make(shared->request());
  for (const auto& vkey : {first_vkey, second_vkey, newest_vkey}) {
    const auto report = check(bundle, {.log_vkeys = {vkey}});
    EXPECT_EQ(report.verdict, Verdict::verified) << failed(report);
  }
  const auto other = key_from(std::vector<std::uint8_t>(32, 99));
  const auto stranger =
      tree::NoteVerifier::make("log.example.com/eu-1/acme", tree::NoteKeyType::ed25519, other.public_key());
  EXPECT_EQ(check(bundle, {.log_vkeys = {stranger->to_vkey()}}).verdict, Verdict::failed);
}

TEST_F(RotatedKeys, LeaveEarlierBundlesAsTheyWere) {
  const auto report = check(before, {.log_vkeys = {first_vkey}});
  EXPECT_EQ(report.verdict, Verdict::verified) << failed(report);
  EXPECT_EQ(check(before, {.log_vkeys = {newest_vkey}}).verdict, Verdict::failed);
}

TEST_F(RotatedKeys, TieACheckpointThatWasKeptToTheLog) {
  const auto region = shared->region.files();
  auto ledger = std::move(*store::LedgerReader::open(region.ledger()));
  const auto kept = (*ledger.checkpoint_covering(*ledger.log(base::TenantId("acme")), 1))->note;
  const auto bundle = shared->make(shared->request());
  const auto report = check(bundle, {.log_vkeys = {newest_vkey}, .known_checkpoints = {kept}});
  EXPECT_EQ(report.verdict, Verdict::verified) << failed(report);
}

TEST_F(RotatedKeys, NeedEveryEndorsement) {
  for (int number = 1; number <= 3; ++number) {
    open();
    fs::remove(rotation(number));
    EXPECT_TRUE(resealed().starts_with("log_keys")) << number;
  }
  open();
  fs::remove_all(folder_ / "keys" / "rotations");
  EXPECT_TRUE(resealed().starts_with("log_keys"));
  open();
  write_whole(rotation(4), read_whole(rotation(3)));
  EXPECT_TRUE(resealed().starts_with("log_keys")) << "one too many";
}

TEST_F(RotatedKeys, AreNotTakenFromAnAlteredEndorsementOrOneByAnotherKey) {
  const auto other = key_from(std::vector<std::uint8_t>(32, 99));
  open();
  auto note = read_whole(rotation(1));
  auto rotation_text = *tree::parse_rotation(tree::parse_note(note)->text);
  for (const bool altered : {true, false}) {
    open();
    if (altered) {
      note = read_whole(rotation(1));
      note[note.find("\nlog\n") + 8] ^= 1;
    } else {
      note = tree::sign_rotation(rotation_text, other, &other);
    }
    write_whole(rotation(1), note);
    EXPECT_TRUE(resealed().starts_with("log_keys"));
  }
  // A key of the forger's, endorsed by the forger: whole in itself, but nothing that was pinned leads to it.
  open();
  const auto log = base::LogName{"log.example.com/eu-1/acme"};
  const auto clock = key_from(first_clock);
  const auto forged = tree::KeyChain::make(log, other.public_key(), clock.public_key(), {}).value();
  write_whole(folder_ / layout::kLogKeys, forged.vkeys());
  fs::remove_all(folder_ / "keys" / "rotations");
  for (const auto& vkey : {first_vkey, second_vkey, newest_vkey})
    EXPECT_TRUE(resealed({.log_vkeys = {vkey}}).starts_with("log_keys"));
}

TEST_F(RotatedKeys, RefuseACheckpointThatARetiredKeySignedLater) {
  open();
  const auto body = tree::read_checkpoint_body(read_whole(folder_ / layout::kCheckpoint)).value();
  write_whole(folder_ / layout::kCheckpoint,
              tree::sign_checkpoint(body, key_from(first_log), key_from(first_clock), 1'767'300'000));
  EXPECT_TRUE(resealed().starts_with("checkpoint")) << resealed();
}

TEST_F(RotatedKeys, MustAllBeListed) {
  open();
  auto text = read_whole(folder_ / layout::kLogKeys);
  write_whole(folder_ / layout::kLogKeys, text.substr(text.find('\n') + 1));
  EXPECT_TRUE(resealed().starts_with("log_keys"));
  open();
  write_whole(folder_ / layout::kLogKeys, text.substr(0, text.rfind('\n', text.size() - 2) + 1));
  EXPECT_TRUE(resealed().starts_with("log_keys"));
}

}  // namespace
}  // namespace countersign::verify
