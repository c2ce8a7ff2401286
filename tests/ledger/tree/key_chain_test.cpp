#include "ledger/tree/key_chain.h"

#include "ledger/tree/note.h"

#include <gtest/gtest.h>

#include <array>

namespace countersign::tree {
namespace {

using base::Code;

crypto::Ed25519Key key_from(std::uint8_t byte) {
  return std::move(crypto::Ed25519Key::from_seed(std::vector<std::uint8_t>(32, byte))).value();
}

const base::LogName kLog{"log.example.com/eu-1/acme"};
const std::string kRegion = "log.example.com/eu-1";

class Chain : public ::testing::Test {
 protected:
  KeyRotation of_log(const crypto::Ed25519Key& before, const crypto::Ed25519Key& since, std::int64_t time) {
    return {kRegion, CheckpointKey::log, before.public_key(), since.public_key(), time};
  }
  base::Result<KeyChain> chain(const std::vector<std::string>& endorsements) {
    return KeyChain::make(kLog, first_.public_key(), clock_.public_key(), endorsements);
  }
  static std::string checkpoint(const crypto::Ed25519Key& log, const crypto::Ed25519Key& clock,
                                std::int64_t time) {
    return sign_checkpoint({kLog, 7, base::Digest{{1}}}, log, clock, time);
  }
  const crypto::Ed25519Key first_ = key_from(1), second_ = key_from(2), third_ = key_from(3),
                           clock_ = key_from(4), later_clock_ = key_from(5);
  const std::string one_ = sign_rotation(of_log(first_, second_, 1000), first_, &second_);
  const std::string two_ =
      sign_rotation({kRegion, CheckpointKey::clock, clock_.public_key(), later_clock_.public_key(), 2000},
                    second_, nullptr);
  const std::string three_ = sign_rotation(of_log(second_, third_, 3000), second_, &third_);
};

TEST_F(Chain, ReadsExactlyWhatItWrites) {
  const auto rotation = of_log(first_, second_, 1000);
  const auto text = format_rotation(rotation);
  EXPECT_EQ(*parse_rotation(text), rotation);
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto other = text;
    other[i] = static_cast<char>(other[i] ^ 1);
    const auto parsed = parse_rotation(other);
    EXPECT_TRUE(!parsed || !(*parsed == rotation)) << i;
    EXPECT_FALSE(parse_rotation(text.substr(0, i))) << i;
  }
  EXPECT_FALSE(parse_rotation(text + "more\n"));
}

TEST_F(Chain, LeadsFromTheFirstKeyToTheNewest) {
  const auto whole = chain({one_, two_, three_});
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->verifiers().size(), 5u);
  EXPECT_EQ(whole->newest_log_key().public_key(), third_.public_key());
  EXPECT_EQ(whole->newest_clock_key().public_key(), later_clock_.public_key());
  for (const auto* key : {&first_, &second_, &third_}) EXPECT_TRUE(whole->has_log_key(key->public_key()));
  EXPECT_FALSE(whole->has_log_key(clock_.public_key()));
  EXPECT_FALSE(whole->has_log_key(key_from(9).public_key()));
}

TEST_F(Chain, TakesACheckpointOnlyOfTheKeysThatHeldAtItsTime) {
  const auto whole = chain({one_, two_, three_});
  ASSERT_TRUE(whole);
  const auto opens = [&](const crypto::Ed25519Key& log, const crypto::Ed25519Key& clock, std::int64_t time) {
    const auto opened = whole->open(checkpoint(log, clock, time));
    return opened ? static_cast<int>(opened->log_key) : -1;
  };
  EXPECT_EQ(opens(first_, clock_, 1), 0);
  EXPECT_EQ(opens(first_, clock_, 1000), 0) << "the second of the change is both's";
  EXPECT_EQ(opens(second_, clock_, 1000), 1);
  EXPECT_EQ(opens(second_, later_clock_, 2000), 1);
  EXPECT_EQ(opens(third_, later_clock_, 3000), 2);
  EXPECT_EQ(opens(third_, later_clock_, 900'000), 2);
  EXPECT_EQ(opens(first_, clock_, 1001), -1) << "a retired log key";
  EXPECT_EQ(opens(second_, clock_, 999), -1) << "before it took over";
  EXPECT_EQ(opens(second_, clock_, 2001), -1) << "a retired clock";
  EXPECT_EQ(opens(second_, later_clock_, 1999), -1) << "a clock before it took over";
  EXPECT_EQ(opens(second_, later_clock_, 3001), -1);
  EXPECT_EQ(opens(key_from(9), later_clock_, 3001), -1);
}

TEST_F(Chain, RefusesACheckpointWithoutATimeOnceAKeyWasRetired) {
  const std::array signers{NoteSigner(kLog.text, first_)};
  const auto timeless = sign_note(format_checkpoint({kLog, 7, base::Digest{{1}}}), signers).value();
  EXPECT_TRUE(chain({})->open(timeless));
  EXPECT_EQ(chain({one_})->open(timeless).error().code, Code::permission_denied);
}

TEST_F(Chain, RefusesEndorsementsThatDoNotLeadOn) {
  const auto refused = [&](const std::vector<std::string>& endorsements) {
    const auto made = chain(endorsements);
    return !made && made.error().code == Code::data_loss;
  };
  EXPECT_TRUE(refused({three_})) << "one is missing before it";
  EXPECT_TRUE(refused({one_, one_}));
  EXPECT_TRUE(refused({two_, one_})) << "another order";
  EXPECT_TRUE(refused({sign_rotation(of_log(first_, second_, 1000), second_, &first_)}) == false)
      << "the order of the signatures says nothing";
  EXPECT_TRUE(refused({sign_rotation(of_log(first_, second_, 1000), first_, nullptr)}))
      << "the new key did not sign";
  EXPECT_TRUE(refused({sign_rotation(of_log(first_, second_, 1000), second_, nullptr)}))
      << "the old key did not sign";
  EXPECT_TRUE(refused({sign_rotation(of_log(first_, second_, 1000), key_from(9), &second_)}))
      << "another key signed";
  EXPECT_TRUE(refused({sign_rotation(of_log(key_from(9), second_, 1000), key_from(9), &second_)}))
      << "it leads from another key";
  EXPECT_TRUE(refused({one_, sign_rotation(of_log(second_, first_, 2000), second_, &first_)}))
      << "a key that was retired comes back";
  EXPECT_TRUE(refused({one_, sign_rotation(of_log(second_, third_, 999), second_, &third_)}))
      << "back in time";
  auto elsewhere = of_log(first_, second_, 1000);
  elsewhere.region = "log.example.com/us-1";
  EXPECT_TRUE(refused({sign_rotation(elsewhere, first_, &second_)})) << "another region";
  EXPECT_TRUE(refused({sign_rotation(
      {kRegion, CheckpointKey::clock, clock_.public_key(), later_clock_.public_key(), 5}, clock_, nullptr)}))
      << "a clock cannot endorse its successor";
}

TEST_F(Chain, SeesEachAlteredByteOfAnEndorsement) {
  for (std::size_t i = 0; i < one_.size(); ++i) {
    auto other = one_;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(chain({other})) << i;
  }
}

}  // namespace
}  // namespace countersign::tree
