#include "ledger/witness/witness_state.h"

#include "ledger/sqlite/connection.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace countersign::witness {
namespace {

tree::NoteVerifier key_of(std::uint8_t seed) {
  const auto key = crypto::Ed25519Key::generate(
      [seed](std::span<std::uint8_t> out) { std::fill(out.begin(), out.end(), seed); });
  return tree::NoteVerifier::make("w.example", tree::NoteKeyType::cosignature, key.public_key()).value();
}

base::Digest root_of(std::uint8_t byte) {
  base::Digest out;
  out.bytes.fill(byte);
  return out;
}

class WitnessStateTest : public ::testing::Test {
 protected:
  WitnessStateTest() { EXPECT_TRUE(WitnessState::create(file_, key_of(1))); }
  WitnessState open() { return WitnessState::open(file_, key_of(1)).value(); }

  testing::TempDir dir_;
  const std::filesystem::path file_ = dir_ / "witness.sqlite";
};

TEST_F(WitnessStateTest, IsNeverMadeByOpeningIt) {
  const auto gone = WitnessState::open(dir_ / "gone.sqlite", key_of(1));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, base::Code::not_found);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "gone.sqlite"));
  EXPECT_EQ(WitnessState::create(file_, key_of(1)).error().code, base::Code::already_exists);
}

TEST_F(WitnessStateTest, BelongsToOneKey) {
  const auto other = WitnessState::open(file_, key_of(2));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, base::Code::failed_precondition);
}

TEST_F(WitnessStateTest, ChangesInOneStepFromWhatWasThere) {
  auto state = open();
  const WitnessState::Cosigned first{3, root_of(1), 10, "three"}, second{5, root_of(2), 11, "five"};
  EXPECT_FALSE(state.find("a").value());
  ASSERT_TRUE(state.replace("a", std::nullopt, first));
  EXPECT_EQ(state.replace("a", std::nullopt, second).error().code, base::Code::aborted)
      << "it is there already";
  EXPECT_EQ(state.replace("b", first, second).error().code, base::Code::aborted) << "it is not there yet";
  auto stale = first;
  stale.root = root_of(9);
  EXPECT_EQ(state.replace("a", stale, second).error().code, base::Code::aborted);
  stale = first;
  stale.time = 9;
  EXPECT_EQ(state.replace("a", stale, second).error().code, base::Code::aborted);
  EXPECT_EQ(state.find("a").value(), first);
  ASSERT_TRUE(state.replace("a", first, second));
  EXPECT_EQ(open().find("a").value(), second) << "another process sees it";
  EXPECT_EQ(state.logs().value(), 1);
}

TEST_F(WitnessStateTest, TheFileItselfRefusesToGoBackAndToForget) {
  auto state = open();
  const WitnessState::Cosigned now{5, root_of(1), 10, "five"};
  ASSERT_TRUE(state.replace("a", std::nullopt, now));
  EXPECT_FALSE(state.replace("a", now, {4, root_of(1), 10, "four"}));
  EXPECT_FALSE(state.replace("a", now, {5, root_of(2), 10, "another root"}));
  EXPECT_FALSE(state.replace("a", now, {6, root_of(2), 9, "an earlier time"}));
  EXPECT_EQ(state.find("a").value(), now);
  auto raw = sqlite::Connection::open(
                 file_, {.access = sqlite::Access::read_write, .journal = sqlite::Journal::rollback})
                 .value();
  EXPECT_FALSE(raw.execute("DELETE FROM cosigned"));
  EXPECT_FALSE(raw.execute("UPDATE cosigned SET name='b'"));
}

}  // namespace
}  // namespace countersign::witness
