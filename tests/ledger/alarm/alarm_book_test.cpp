#include "ledger/alarm/alarm_book.h"

#include "ledger/base/file.h"
#include "ledger/tree/checkpoint.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace countersign::alarm {
namespace {

namespace fs = std::filesystem;

const crypto::Ed25519Key& key(std::uint8_t seed) {
  static std::map<std::uint8_t, crypto::Ed25519Key> keys;
  const auto found = keys.find(seed);
  if (found != keys.end()) return found->second;
  return keys
      .emplace(seed, crypto::Ed25519Key::generate(
                         [seed](std::span<std::uint8_t> out) { std::fill(out.begin(), out.end(), seed); }))
      .first->second;
}

std::string note(std::uint64_t size, std::uint8_t root, std::int64_t time = 1'000) {
  base::Digest digest;
  digest.bytes.fill(root);
  return tree::sign_checkpoint({base::LogName{"log.example.com/eu-1/acme"}, size, digest}, key(1), key(2),
                               time);
}

Alarm sample(std::uint64_t theirs = 12, Kind kind = Kind::rollback) {
  return {{1'700'000'000'000'000},
          kind,
          "log.example.com/eu-1/acme",
          "witness alpha",
          note(10, 1),
          note(theirs, 2),
          "acme has 10 records here, but 12 were signed"};
}

class AlarmBookTest : public ::testing::Test {
 protected:
  testing::TempDir dir_;
  const fs::path folder_ = dir_ / "alarms";
  const AlarmBook book_{folder_};
};

TEST_F(AlarmBookTest, KeepsAnAlarmWithBothCheckpointsAsFiles) {
  EXPECT_TRUE(book_.list().value().alarms.empty());
  const auto alarm = sample();
  const auto id = book_.raise(alarm).value();
  ASSERT_TRUE(id);
  EXPECT_EQ(id->size(), 16u);
  const auto all = book_.list().value().alarms;
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].id, *id);
  EXPECT_EQ(all[0].alarm.time, alarm.time);
  EXPECT_EQ(all[0].alarm.kind, Kind::rollback);
  EXPECT_EQ(all[0].alarm.origin, alarm.origin);
  EXPECT_EQ(all[0].alarm.from, alarm.from);
  EXPECT_EQ(all[0].alarm.what, alarm.what);
  EXPECT_EQ(base::read_file(folder_ / *id / "ours.checkpoint", 9'999).value(), alarm.ours);
  EXPECT_EQ(base::read_file(folder_ / *id / "theirs.checkpoint", 9'999).value(), alarm.theirs);
  EXPECT_EQ(all[0].alarm.ours, alarm.ours);
  EXPECT_EQ(all[0].alarm.theirs, alarm.theirs);
  EXPECT_FALSE(all[0].acknowledged);
}

TEST_F(AlarmBookTest, OneContradictionIsOneAlarmAsLongAsItStands) {
  ASSERT_TRUE(book_.raise(sample(12)).value());
  EXPECT_FALSE(book_.raise(sample(12)).value()) << "the same again";
  auto later = sample(12);
  later.theirs = note(12, 2, 2'000);
  EXPECT_FALSE(book_.raise(later).value()) << "the same, signed again";
  EXPECT_FALSE(book_.raise(sample(15)).value()) << "the other side has grown";
  auto other = sample(12);
  other.from = "witness beta";
  EXPECT_TRUE(book_.raise(other).value());
  EXPECT_TRUE(book_.raise(sample(12, Kind::split_view)).value());
  other.origin = "log.example.com/eu-1/globex";
  EXPECT_TRUE(book_.raise(other).value());
  EXPECT_EQ(book_.list().value().alarms.size(), 4u);
}

TEST_F(AlarmBookTest, AfterAcknowledgementOnlySomethingNewRaisesTheAlarmAgain) {
  const auto id = book_.raise(sample(12)).value();
  ASSERT_TRUE(book_.acknowledge(*id, {{5}, "root", "the copy was stopped"}));
  EXPECT_FALSE(book_.raise(sample(12)).value()) << "what was seen to is not new";
  EXPECT_TRUE(book_.raise(sample(15)).value()) << "it goes on";
  const auto kept = book_.find(*id).value();
  ASSERT_TRUE(kept.acknowledged);
  EXPECT_EQ(kept.acknowledged->by, "root");
  EXPECT_EQ(kept.acknowledged->reason, "the copy was stopped");
  EXPECT_EQ(kept.acknowledged->time, base::Timestamp{5});
  const auto again = book_.acknowledge(*id, {{6}, "eve", "never mind"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::Code::already_exists);
  EXPECT_EQ(book_.find(*id).value().acknowledged->by, "root") << "the first one stays";
}

TEST_F(AlarmBookTest, AProofThatComesLaterIsKeptBesideTheAlarmWithoutOne) {
  auto unproven = sample();
  unproven.theirs.clear();
  ASSERT_TRUE(book_.raise(unproven).value());
  EXPECT_FALSE(book_.raise(unproven).value());
  EXPECT_TRUE(book_.raise(sample()).value());
  EXPECT_FALSE(book_.raise(unproven).value()) << "the one with the proof says it all";
}

TEST_F(AlarmBookTest, WhatACrashLeftIsNoAlarmAndInNobodysWay) {
  const auto id = book_.raise(sample()).value();
  fs::rename(folder_ / *id, folder_ / (".new-" + *id));
  fs::remove(folder_ / (".new-" + *id) / "alarm.json");
  EXPECT_TRUE(book_.list().value().alarms.empty());
  EXPECT_EQ(book_.raise(sample()).value(), id);
  EXPECT_FALSE(fs::exists(folder_ / (".new-" + *id)));
}

TEST_F(AlarmBookTest, ThreadsThatSeeTheSameRaiseOneAlarm) {
  std::atomic<int> fresh{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      const auto id = AlarmBook(folder_).raise(sample());
      if (id && *id) ++fresh;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(fresh, 1);
}

TEST_F(AlarmBookTest, IdsAreNoPaths) {
  ASSERT_TRUE(book_.raise(sample()).value());
  for (const auto* id : {"", "..", "../alarms", "0123456789abcdeg", "0123456789ABCDEF", "0123456789abcdef"}) {
    const auto found = book_.find(id);
    ASSERT_FALSE(found) << id;
    EXPECT_EQ(found.error().code, base::Code::not_found) << id;
    EXPECT_EQ(book_.acknowledge(id, {{1}, "a", "b"}).error().code, base::Code::not_found) << id;
  }
}

TEST_F(AlarmBookTest, OneThatCannotBeReadIsNamedAndHidesNoOther) {
  const auto id = book_.raise(sample()).value();
  auto other = sample();
  other.origin = "log.example.com/eu-1/globex";
  const auto sound = book_.raise(other).value();
  const auto expect_damaged = [&](const std::string& file) {
    const auto all = book_.list().value();
    ASSERT_EQ(all.alarms.size(), 1u);
    EXPECT_EQ(all.alarms[0].id, *sound);
    ASSERT_EQ(all.damaged.size(), 1u);
    EXPECT_NE(all.damaged[0].find(*id), std::string::npos) << all.damaged[0];
    EXPECT_NE(all.damaged[0].find(file), std::string::npos) << all.damaged[0];
  };
  const auto file = folder_ / *id / "alarm.json";
  ASSERT_TRUE(base::write_file_durably(file, "{}", base::FileMode::readable));
  expect_damaged("alarm.json");
  fs::remove(file);
  expect_damaged("alarm.json");
  EXPECT_TRUE(fs::exists(folder_ / *id / "theirs.checkpoint")) << "what is left of it stays";
}

TEST_F(AlarmBookTest, WhatWasDamagedIsRaisedAgainBesideIt) {
  const auto id = book_.raise(sample()).value();
  ASSERT_TRUE(base::write_file_durably(folder_ / *id / "alarm.json", "{", base::FileMode::readable));
  const auto again = book_.raise(sample()).value();
  ASSERT_TRUE(again);
  EXPECT_NE(*again, *id);
  EXPECT_FALSE(book_.raise(sample()).value()) << "once";
  ASSERT_TRUE(book_.acknowledge(*again, {{5}, "root", "seen"}));
  EXPECT_FALSE(book_.raise(sample()).value()) << "what was seen to is not new";
  EXPECT_EQ(base::read_file(folder_ / *id / "alarm.json", 99).value(), "{") << "nothing is overwritten";
}

}  // namespace
}  // namespace countersign::alarm
