#include "ledger/mirror/follow.h"

#include "ledger/mirror/check_log.h"
#include "ledger/tree/note.h"
#include "tests/ledger/mirror/mirrored.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace countersign::mirror {
namespace {

using ::testing::HasSubstr;

TEST(Follower, TakesOverWhatALogAddsAndKeepsTheWidestTilesAlone) {
  ServedLog log;
  TempDir dir;
  auto follower = Follower::open(options(log, dir)).value();
  for (const auto size : {1u, 5u, 255u, 256u, 258u, 600u, 1024u, 66'000u}) {
    log.grow(size - log.size());
    log.publish();
    const auto done = follower.look(log.fetch(), kGoOn);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_FALSE(done->contradiction);
    EXPECT_EQ(done->size, size);
    EXPECT_EQ(follower.look(log.fetch(), kGoOn)->records, 0u) << "nothing is new";
    ASSERT_EQ(faults(log, dir), "");
    std::size_t tiles = 1;
    for (unsigned level = 0; level < 3; ++level)
      tiles += (level == 0 ? 2 : 1) *
               (tree::full_tiles(level, size) + (tree::partial_width(level, size) > 0 ? 1 : 0));
    EXPECT_EQ(files_of(dir).size(), tiles) << size;
  }
  EXPECT_EQ(log.asked["tile/entries/000"], 1) << "what is held is not asked for again";
}

TEST(Follower, GivesEveryWidthOfATileThatItHoldsAWiderOneOf) {
  ServedLog log;
  TempDir dir;
  log.grow(300);
  log.publish();
  auto follower = Follower::open(options(log, dir)).value();
  ASSERT_TRUE(follower.look(log.fetch(), kGoOn));
  const auto served = log.fetch(), held = follower.folder().fetch();
  for (const auto* kind : {"tile/0/", "tile/entries/"}) {
    for (int width = 1; width < 256; ++width) {
      const auto first = fmt::format("{}000.p/{}", kind, width);
      ASSERT_EQ(held(first, SIZE_MAX).value(), served(first, SIZE_MAX).value()) << first;
      const auto second = fmt::format("{}001.p/{}", kind, width);
      ASSERT_EQ(held(second, SIZE_MAX).has_value(), width <= 44) << second;
    }
  }
}

TEST(Follower, GoesOnAfterAFailureAtAnyRequest) {
  ServedLog log;
  TempDir dir;
  log.grow(200);
  log.publish();
  ASSERT_TRUE(Follower::open(options(log, dir))->look(log.fetch(), kGoOn));
  log.grow(900);
  log.publish();
  for (std::uint64_t at = 1; at < 100; ++at) {
    TempDir copy;
    fs::copy(dir / "mirror", copy / "mirror", fs::copy_options::recursive);
    const auto begun = log.requests;
    log.change = [&](const std::string&, std::string bytes) -> base::Result<std::string> {
      if (log.requests == begun + at) return base::fail(Code::unavailable, "the line is down");
      return bytes;
    };
    const auto done = Follower::open(options(log, copy))->look(log.fetch(), kGoOn);
    log.change = nullptr;
    if (done) {
      EXPECT_GT(at, 10u);
      return;
    }
    EXPECT_EQ(done.error().code, Code::unavailable);
    auto again = Follower::open(options(log, copy)).value();
    EXPECT_EQ(again.held()->size, 200u) << "nothing is half taken over";
    const auto then = again.look(log.fetch(), kGoOn);
    ASSERT_TRUE(then) << then.error().message;
    ASSERT_EQ(faults(log, copy), "") << at;
    ASSERT_FALSE(files_of(copy).contains("tile/0/000.p/200"));
  }
  FAIL() << "it never got through";
}

TEST(Follower, StopsWhenItIsToldTo) {
  ServedLog log;
  TempDir dir;
  log.grow(2'000);
  log.publish();
  auto follower = Follower::open(options(log, dir)).value();
  int asked = 0;
  const auto done = follower.look(log.fetch(), [&] { return ++asked == 3; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::aborted);
  EXPECT_FALSE(follower.held());
  log.asked.clear();
  ASSERT_TRUE(follower.look(log.fetch(), kGoOn));
  EXPECT_EQ(log.asked.count("tile/entries/000"), 0u) << "what was written is used again";
  EXPECT_EQ(faults(log, dir), "");
}

// --- What contradicts the mirror is never taken over.

struct Contradiction {
  ServedLog log, other;
  TempDir dir;

  /// The mirror holds the first 300 records; then the other log is shown, which has the first `common` of
  /// them.
  Followed after(std::uint64_t common, std::uint64_t more) {
    log.grow(300);
    log.publish();
    auto follower = Follower::open(options(log, dir)).value();
    EXPECT_TRUE(follower.look(log.fetch(), kGoOn));
    const auto before = files_of(dir);
    other.copy_from(log, common);
    other.grow(more, "-other");
    other.publish();
    auto done = follower.look(other.fetch(), kGoOn);
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_EQ(files_of(dir), before);
    EXPECT_EQ(follower.folder().checkpoint().value(), log.note());
    // The log of before is still followed.
    log.grow(10);
    log.publish();
    EXPECT_EQ(follower.look(log.fetch(), kGoOn)->size, 310u);
    return std::move(*done);
  }

  void expect(const Followed& done, alarm::Kind kind) {
    ASSERT_TRUE(done.contradiction);
    EXPECT_EQ(done.contradiction->kind, kind);
    EXPECT_EQ(done.contradiction->origin, "log.example.com/eu-1/acme");
    EXPECT_EQ(done.contradiction->from, "mirror eu");
    EXPECT_EQ(done.contradiction->theirs, other.note());
    EXPECT_TRUE(tree::open_note(done.contradiction->ours, log.keys()));
    EXPECT_TRUE(tree::open_note(done.contradiction->theirs, log.keys()));
    EXPECT_EQ(done.size, 300u);
  }
};

TEST(FollowerContradicted, ByAnotherRootOfTheSameSize) {
  Contradiction one;
  one.expect(one.after(299, 1), alarm::Kind::split_view);
}

TEST(FollowerContradicted, ByALargerTreeThatDoesNotBeginWithWhatIsHeld) {
  Contradiction one;
  one.expect(one.after(100, 500), alarm::Kind::split_view);
}

TEST(FollowerContradicted, ByASmallerTreeThatIsNoBeginning) {
  Contradiction one;
  one.expect(one.after(100, 100), alarm::Kind::split_view);
}

TEST(FollowerContradicted, ByAnOlderStateOfTheLog) {
  Contradiction one;
  const auto done = one.after(120, 0);
  one.expect(done, alarm::Kind::rollback);
  EXPECT_THAT(done.contradiction->what, HasSubstr("records from 120 to 299"));
}

TEST(FollowerContradicted, ByALogThatBeginsAnew) {
  Contradiction one;
  one.expect(one.after(0, 0), alarm::Kind::rollback);
}

// --- What is wrong, and no contradiction that was signed.

TEST(Follower, DoesNotTakeOverRecordsThatWereNotSigned) {
  ServedLog log;
  TempDir dir;
  log.grow(300);
  log.publish();
  log.change = [](const std::string& path, std::string bytes) -> base::Result<std::string> {
    if (path.starts_with("tile/entries/001")) bytes[40] = static_cast<char>(bytes[40] ^ 1);
    return bytes;
  };
  auto follower = Follower::open(options(log, dir)).value();
  const auto done = follower.look(log.fetch(), kGoOn);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::data_loss);
  EXPECT_FALSE(follower.held());
}

TEST(Follower, SaysHowToGoOnWhenTheLogsKeyIsNew) {
  ServedLog log;
  TempDir dir;
  log.grow(3);
  log.publish();
  auto follower = Follower::open(options(log, dir)).value();
  ASSERT_TRUE(follower.look(log.fetch(), kGoOn));
  ServedLog rotated("log.example.com/eu-1/acme", 9);
  rotated.copy_from(log, 3);
  rotated.grow(1);
  rotated.publish();
  const auto refused = follower.look(rotated.fetch(), kGoOn);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::permission_denied);
  EXPECT_THAT(refused.error().message, HasSubstr("countersign checkpoint TENANT --keys"));
  auto both = options(log, dir);
  const auto added = rotated.keys();
  both.keys.insert(both.keys.end(), added.begin(), added.end());
  EXPECT_EQ(Follower::open(both)->look(rotated.fetch(), kGoOn)->size, 4u);
}

TEST(Follower, RefusesAnotherLogAtItsAddressAndInItsFolder) {
  ServedLog log, other("log.example.com/eu-1/globex");
  TempDir dir;
  other.grow(1);
  other.publish();
  const auto refused = Follower::open(options(log, dir))->look(other.fetch(), kGoOn);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::permission_denied);
  EXPECT_THAT(refused.error().message, HasSubstr("another log than log.example.com/eu-1/acme"));
  ASSERT_TRUE(Follower::open(options(other, dir))->look(other.fetch(), kGoOn));
  const auto opened = Follower::open(options(log, dir));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::failed_precondition);
}

TEST(Follower, MirrorsTheHashesOfWhatIsRetiredAndAllThatIsLeft) {
  ServedLog log;
  TempDir dir;
  log.grow(600);
  log.publish();
  log.retired = 300;
  auto follower = Follower::open(options(log, dir)).value();
  EXPECT_EQ(follower.look(log.fetch(), kGoOn)->missing, 300u);
  EXPECT_EQ(missing_records(follower.folder(), 600), 300u);
  EXPECT_EQ(faults(log, dir), "");
  EXPECT_EQ(files_of(dir).count("tile/entries/000") + files_of(dir).count("remaining/000"), 0u);
  EXPECT_TRUE(files_of(dir).contains("remaining/001"));
  EXPECT_TRUE(files_of(dir).contains("tile/entries/002.p/88"));

  // The bundle at the edge has retired records, too, and records come to it.
  log.retired = 550;
  log.grow(20);
  log.publish();
  EXPECT_EQ(follower.look(log.fetch(), kGoOn)->missing, 300u) << "what was retired was here already";
  log.retired = 610;
  log.grow(300);
  log.publish();
  EXPECT_EQ(follower.look(log.fetch(), kGoOn)->missing, 300u);
  EXPECT_EQ(follower.missing(), 300u);
  EXPECT_EQ(missing_records(follower.folder(), 920), 300u);
  const auto check = check_log(follower.folder().fetch(), log.keys()).value();
  EXPECT_TRUE(check.faults.empty()) << check.faults.front();
  EXPECT_EQ(check.records, 620u);
  EXPECT_EQ(check.chained, 620u);
}

TEST(Follower, DoesNotTakeOverWhatRemainsAndWasNotSigned) {
  ServedLog log;
  TempDir dir;
  log.grow(20);
  log.publish();
  log.retired = 5;
  log.change = [](const std::string& path, std::string bytes) -> base::Result<std::string> {
    if (path == "remaining/000.p/20") bytes[40] = static_cast<char>(bytes[40] ^ 1);
    return bytes;
  };
  const auto done = Follower::open(options(log, dir))->look(log.fetch(), kGoOn);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::data_loss);
  EXPECT_TRUE(files_of(dir).empty());
}

TEST(Follower, DoesWithoutWhatOtherProductsDoNotServe) {
  ServedLog log;
  TempDir dir;
  log.grow(300);
  log.publish();
  log.retired = 5;
  log.remains = false;
  EXPECT_EQ(Follower::open(options(log, dir))->look(log.fetch(), kGoOn)->missing, 256u);
  EXPECT_EQ(faults(log, dir), "");
}

TEST(Follower, WritesNothingOnAFullDisk) {
  ServedLog log;
  TempDir dir;
  log.grow(3);
  log.publish();
  auto full = options(log, dir);
  auto reserve = std::numeric_limits<std::uint64_t>::max();
  full.disk_reserve_bytes = [&] { return reserve; };
  auto follower = Follower::open(full).value();
  const auto done = follower.look(log.fetch(), kGoOn);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::resource_exhausted);
  EXPECT_THAT(done.error().message, HasSubstr("limits.mirror_reserve_bytes"));
  EXPECT_TRUE(files_of(dir).empty());
  reserve = 0;
  EXPECT_TRUE(follower.look(log.fetch(), kGoOn)) << "the setting was changed";
}

TEST(Follower, KeepsTheCheckpointThatMoreHaveSigned) {
  ServedLog log;
  TempDir dir;
  log.grow(3);
  log.publish();
  auto follower = Follower::open(options(log, dir)).value();
  ASSERT_TRUE(follower.look(log.fetch(), kGoOn));
  const auto bare = log.note();
  const std::string cosigned = bare + "\u2014 witness.example.com AAAAAQAAAAA=\n";
  ASSERT_TRUE(tree::parse_note(cosigned));
  log.set_note(cosigned);
  ASSERT_TRUE(follower.look(log.fetch(), kGoOn));
  log.set_note(bare);
  ASSERT_TRUE(follower.look(log.fetch(), kGoOn));
  EXPECT_EQ(follower.folder().checkpoint().value(), cosigned);
}

TEST(Follower, GivesUpNoCosignatureForMoreLinesOfOthers) {
  ServedLog log;
  TempDir dir;
  log.grow(3);
  log.publish();
  auto follower = Follower::open(options(log, dir)).value();
  const auto bare = log.note();
  const std::string real = "\u2014 witness.example.com AAAAAQAAAAA=\n",
                    junk = "\u2014 junk.example.com BBBBBBBBBBA=\n",
                    more = "\u2014 more.example.com CCCCCCCCCCA=\n";
  log.set_note(bare + real);
  ASSERT_TRUE(follower.look(log.fetch(), kGoOn));
  log.set_note(bare + junk + more);
  ASSERT_TRUE(follower.look(log.fetch(), kGoOn));
  EXPECT_EQ(follower.folder().checkpoint().value(), bare + real + junk + more);
  ASSERT_TRUE(Follower::open(options(log, dir))->look(log.fetch(), kGoOn));
  EXPECT_EQ(follower.folder().checkpoint().value(), bare + real + junk + more) << "and none twice";
  log.set_note(log.publish(60));
  ASSERT_NE(log.note(), bare);
  ASSERT_TRUE(follower.look(log.fetch(), kGoOn));
  EXPECT_EQ(follower.folder().checkpoint().value(), bare + real + junk + more) << "the log's own stand there";
  log.extensions = {"another text"};
  log.set_note(log.publish() + "\u2014 other.example.com DDDDDDDDDDA=\n");
  ASSERT_TRUE(follower.look(log.fetch(), kGoOn));
  EXPECT_EQ(follower.folder().checkpoint().value(), bare + real + junk + more) << "it is of another text";
  EXPECT_EQ(faults(log, dir), "");
}

}  // namespace
}  // namespace countersign::mirror
