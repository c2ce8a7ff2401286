#include "tests/ledger/witness/cosigning_test.h"

#include <array>
#include <string>

namespace countersign::witness {
namespace {

TEST_F(CosigningTest, AsksWithTheProofFromWhatWasCosignedLast) {
  grow(region_, 0, 300);
  const auto first = ask(region_, 0);
  ASSERT_EQ(first.kind, Asked::Kind::cosigned) << first.why;
  grow(region_, 300, 700);
  requests_ = 0;
  const auto second = ask(region_, 300);
  ASSERT_EQ(second.kind, Asked::Kind::cosigned) << second.why;
  EXPECT_EQ(requests_, 1);
  auto ledger = reader(region_);
  const auto note = ledger.newest_checkpoint(ledger.log(kAcme).value()).value()->note;
  const auto opened = tree::open_note(note + second.line, std::array{known_.key}).value();
  ASSERT_EQ(opened.verified.size(), 1u);
  EXPECT_EQ(opened.verified[0].time, second.time);
  EXPECT_FALSE(compared(region_));
}

TEST_F(CosigningTest, RepeatsOnceWithTheSizeThatTheWitnessNames) {
  grow(region_, 0, 10);
  ASSERT_EQ(ask(region_, 0).kind, Asked::Kind::cosigned);
  grow(region_, 10, 33);
  requests_ = 0;
  EXPECT_EQ(ask(region_, 0).kind, Asked::Kind::cosigned) << "what it had cosigned was forgotten here";
  EXPECT_EQ(requests_, 2);
  forced_status_ = 409;
  forced_body_ = "12\n";
  requests_ = 0;
  const auto asked = ask(region_, 33);
  EXPECT_EQ(asked.kind, Asked::Kind::contradicted) << "it names the same again";
  EXPECT_EQ(requests_, 2);
  for (const auto* body : {"", "12", "<html>\n", "0\n"}) {
    forced_body_ = body;
    EXPECT_EQ(ask(region_, 0).kind, Asked::Kind::refused)
        << "a conflict that names no size is nobody's word: " << body;
  }
}

TEST_F(CosigningTest, SaysHowMuchTheWitnessHadBefore) {
  grow(region_, 0, 10);
  EXPECT_EQ(ask(region_, 0).theirs, 0u);
  grow(region_, 10, 33);
  EXPECT_EQ(ask(region_, 0).theirs, 10u);
}

TEST_F(CosigningTest, ARolledBackRegionIsContradictedAndAnAlarmWithBothCheckpoints) {
  grow(region_, 0, 20);
  const TestRegion old(1, region_);
  grow(region_, 20, 50);
  ASSERT_EQ(ask(region_, 0).kind, Asked::Kind::cosigned);
  const auto asked = ask(old, 20);
  EXPECT_EQ(asked.kind, Asked::Kind::contradicted);
  EXPECT_EQ(asked.theirs, 50u);
  const auto alarm = compared(old);
  ASSERT_TRUE(alarm);
  EXPECT_EQ(alarm->kind, alarm::Kind::rollback);
  EXPECT_EQ(tree::read_checkpoint_body(alarm->ours).value().size, 20u);
  EXPECT_EQ(tree::read_checkpoint_body(alarm->theirs).value().size, 50u);
  EXPECT_NE(alarm->what.find("records 20 to 49 are missing"), std::string::npos) << alarm->what;
}

TEST_F(CosigningTest, ACopyThatGoesOnDifferentlyIsASplitView) {
  grow(region_, 0, 20);
  TestRegion fork(1, region_);
  grow(region_, 20, 50);
  ASSERT_EQ(ask(region_, 0).kind, Asked::Kind::cosigned);
  for (const std::uint64_t end : {std::uint64_t{1'030}, std::uint64_t{1'080}}) {
    grow(fork, end - 30, end);
    EXPECT_EQ(ask(fork, 20).kind, Asked::Kind::contradicted) << "of 50 records, and of more";
    const auto alarm = compared(fork);
    ASSERT_TRUE(alarm);
    EXPECT_EQ(alarm->kind, alarm::Kind::split_view);
    EXPECT_FALSE(alarm->ours.empty());
    EXPECT_EQ(tree::read_checkpoint_body(alarm->theirs).value().size, 50u);
  }
}

TEST_F(CosigningTest, TakesNoCosignatureThatIsNotTheWitnesss) {
  grow(region_, 0, 10);
  const auto refused = [&] {
    const auto asked = ask(region_, 0);
    EXPECT_TRUE(asked.line.empty());
    return asked.kind == Asked::Kind::refused;
  };
  garble_ = [](std::string) { return std::string(); };
  EXPECT_TRUE(refused()) << "nothing";
  garble_ = [](std::string) { return std::string("<html>\n"); };
  EXPECT_TRUE(refused()) << "no signature line";
  garble_ = [](std::string line) {
    line[line.size() - 6] = line[line.size() - 6] == 'A' ? 'B' : 'A';
    return line;
  };
  EXPECT_TRUE(refused()) << "a wrong one";
  garble_ = [&](std::string) {
    const auto other = key_of(5);
    const auto note = tree::sign_note("x\n", std::array{tree::NoteSigner::cosigner(kName, other, 5)}).value();
    return note.substr(note.find("\n\n") + 2);
  };
  EXPECT_TRUE(refused()) << "another key under the same name";
  garble_ = [](std::string line) { return "— stranger.example AAAAAAAA\n" + line; };
  const auto asked = ask(region_, 0);
  ASSERT_EQ(asked.kind, Asked::Kind::cosigned) << "strangers' lines are passed over";
  EXPECT_EQ(asked.line.find("stranger"), std::string::npos);
}

TEST_F(CosigningTest, SaysWhatToDoWhereTheWitnessDoesNotKnowTheLog) {
  grow(region_, 0, 10);
  for (const long status : {403L, 404L, 400L, 500L, 302L}) {
    forced_status_ = status;
    const auto asked = ask(region_, 0);
    EXPECT_EQ(asked.kind, Asked::Kind::refused);
    EXPECT_NE(asked.why.find(std::to_string(status)), std::string::npos) << asked.why;
    EXPECT_EQ(asked.why.find("countersign witness logs") != std::string::npos,
              status == 403 || status == 404);
  }
}

TEST_F(CosigningTest, OnlyWhatTheLogSignedProvesAnything) {
  grow(region_, 0, 10);
  auto ledger = reader(region_);
  const auto log = ledger.log(kAcme).value();
  const auto keys = keys_of_log(ledger.identity(), log.name).value();
  const auto forged = tree::sign_checkpoint({log.name, 99, tree::empty_root()}, key_of(4), key_of(5), 1);
  EXPECT_EQ(open_witnessed(forged, log.name, keys, &known_.key).error().code, base::Code::permission_denied);
  const auto other =
      tree::sign_checkpoint({base::LogName{"log.example.com/eu-1/globex"}, 99, tree::empty_root()},
                            region_.log_key(), region_.clock_key(), 1);
  EXPECT_FALSE(open_witnessed(other, log.name, keys, nullptr)) << "of another log";
  const auto with_younger = keys_of_log(ledger.identity(), log.name, {key_of(4).public_key()}).value();
  EXPECT_EQ(open_witnessed(forged, log.name, with_younger, nullptr).value().size, 99u)
      << "a key that took over after the copy was made";
}

}  // namespace
}  // namespace countersign::witness
