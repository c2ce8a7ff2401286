#include "ledger/tree/witness_policy.h"

#include "ledger/tree/note.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace countersign::tree {
namespace {

constexpr std::string_view kText =
    "log.example.com/eu-1/acme\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

crypto::Ed25519Key key_of(std::uint8_t seed) {
  return crypto::Ed25519Key::generate(
      [seed](std::span<std::uint8_t> out) { std::fill(out.begin(), out.end(), seed); });
}

/// Witness `w<number>`, whose key is made from its number.
NoteVerifier witness(std::uint8_t number) {
  return NoteVerifier::make(fmt::format("w{}.example", number), NoteKeyType::cosignature,
                            key_of(number).public_key())
      .value();
}
NoteVerifier log_key() {
  return NoteVerifier::make("log.example.com/eu-1/acme", NoteKeyType::ed25519, key_of(200).public_key())
      .value();
}

/// The note, cosigned by these.
std::string cosigned(const std::vector<std::uint8_t>& numbers) {
  std::vector<crypto::Ed25519Key> keys;
  keys.push_back(key_of(200));
  for (const auto number : numbers) keys.push_back(key_of(number));
  std::vector<NoteSigner> signers{NoteSigner("log.example.com/eu-1/acme", keys[0])};
  for (std::size_t i = 0; i < numbers.size(); ++i)
    signers.push_back(
        NoteSigner::cosigner(fmt::format("w{}.example", numbers[i]), keys[i + 1], 1'000 + numbers[i]));
  return sign_note(kText, signers).value();
}

std::string line(std::uint8_t number) {
  return fmt::format("witness W{} {}\n", number, witness(number).to_vkey());
}

bool enough(const WitnessPolicy& policy, const std::vector<std::uint8_t>& numbers) {
  return policy.count(cosigned(numbers)).value().enough;
}

TEST(WitnessPolicy, ThePolicyOfTheSpecificationMeansWhatItSays) {
  std::string text = "# Two organisations.\n\nlog " + log_key().to_vkey() + " https://log.example.com\n";
  for (std::uint8_t n = 1; n <= 6; ++n) text += " \t" + line(n);
  text +=
      "group X-witnesses 2 W1 W2 W3\ngroup Y-witnesses any W4 W5 W6\n"
      "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n";
  const auto policy = WitnessPolicy::parse(text).value();
  ASSERT_EQ(policy.logs().size(), 1u);
  EXPECT_EQ(policy.logs()[0].to_vkey(), log_key().to_vkey());
  ASSERT_EQ(policy.witnesses().size(), 6u);
  EXPECT_EQ(policy.witnesses()[0].name, "W1");
  EXPECT_EQ(policy.quorum_text(), "2 of X-witnesses, Y-witnesses");
  EXPECT_TRUE(enough(policy, {1, 3, 5}));
  EXPECT_TRUE(enough(policy, {1, 2, 3, 4, 5, 6}));
  EXPECT_FALSE(enough(policy, {1, 5, 6})) << "one of X is too few";
  EXPECT_FALSE(enough(policy, {1, 2, 3})) << "none of Y";
  EXPECT_FALSE(enough(policy, {}));
  EXPECT_FALSE(enough(policy, {7, 8, 9}));
}

TEST(WitnessPolicy, CountsEachKnownWitnessOnceAndNobodyElse) {
  const auto policy = WitnessPolicy::any_of({witness(1), witness(2), witness(3)}, 2).value();
  const auto twice = policy.count(cosigned({1, 1, 9, 8})).value();
  ASSERT_EQ(twice.cosigned.size(), 1u) << "the log, strangers and repetitions do not count";
  EXPECT_EQ(twice.cosigned[0].name, "w1.example");
  EXPECT_EQ(twice.cosigned[0].time, 1'001);
  EXPECT_FALSE(twice.enough);
  EXPECT_TRUE(policy.count(cosigned({3, 1})).value().enough);
  EXPECT_EQ(policy.quorum_text(), "2 of w1.example, w2.example, w3.example");
}

TEST(WitnessPolicy, ACosignatureOfAnotherTextIsNoCosignature) {
  const auto policy = WitnessPolicy::any_of({witness(1)}, 1).value();
  auto note = cosigned({1});
  note.replace(note.find("\n1\n"), 3, "\n2\n");
  const auto count = policy.count(note);
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, base::Code::data_loss);
}

TEST(WitnessPolicy, AWitnessAloneAndNoneAtAllCanBeTheQuorum) {
  const auto one = WitnessPolicy::parse(line(1) + line(2) + "quorum W2\n").value();
  EXPECT_TRUE(enough(one, {2}));
  EXPECT_FALSE(enough(one, {1}));
  EXPECT_EQ(one.quorum_text(), "W2");
  const auto none = WitnessPolicy::parse("quorum none\n").value();
  EXPECT_TRUE(enough(none, {}));
  EXPECT_EQ(none.quorum_text(), "none");
  EXPECT_TRUE(enough(WitnessPolicy::any_of({witness(1)}, 0).value(), {}));
}

TEST(WitnessPolicy, GroupsMayHoldGroupsAndAnyMember) {
  const auto policy =
      WitnessPolicy::parse(line(1) + line(2) + line(3) + "group A 1 W1 W2\ngroup B any A W3\nquorum B\n")
          .value();
  EXPECT_TRUE(enough(policy, {2}));
  EXPECT_TRUE(enough(policy, {3}));
  EXPECT_FALSE(enough(policy, {}));
}

TEST(WitnessPolicy, RefusesWhatTheSpecificationDoesNotAllow) {
  const auto as_log = witness(1).to_vkey();
  const auto same_key =
      NoteVerifier::make("other.example", NoteKeyType::cosignature, key_of(1).public_key()).value().to_vkey();
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"no quorum", line(1)},
      {"two quorums", line(1) + "quorum W1\nquorum none\n"},
      {"a quorum of a later name", "quorum W1\n" + line(1)},
      {"an unknown member", line(1) + "group G any W1 W2\nquorum G\n"},
      {"itself as a member", line(1) + "group G any G\nquorum G\n"},
      {"a member twice", line(1) + "group G any W1 W1\nquorum G\n"},
      {"a member of two groups", line(1) + line(2) + "group G any W1\ngroup H any W1 W2\nquorum H\n"},
      {"none as a member", line(1) + "group G any none\nquorum G\n"},
      {"none as a name", "witness none " + witness(1).to_vkey() + "\nquorum none\n"},
      {"a name twice", line(1) + "group W1 any W1\nquorum W1\n"},
      {"a key twice under other names", line(1) + "witness V " + same_key + "\nquorum none\n"},
      {"no member", line(1) + "group G any\nquorum W1\n"},
      {"zero of one", line(1) + "group G 0 W1\nquorum G\n"},
      {"two of one", line(1) + "group G 2 W1\nquorum G\n"},
      {"a leading zero", line(1) + "group G 01 W1\nquorum G\n"},
      {"some", line(1) + "group G some W1\nquorum G\n"},
      {"a cosigner as a log", "log " + as_log + "\nquorum none\n"},
      {"a log as a witness", "witness W " + log_key().to_vkey() + "\nquorum none\n"},
      {"a log twice", "log " + log_key().to_vkey() + "\nlog " + log_key().to_vkey() + "\nquorum none\n"},
      {"a key that is none", "witness W w+00000000+AAAA\nquorum none\n"},
      {"another word", "mirror W\nquorum none\n"},
      {"too many words", line(1) + "quorum W1 W1\n"},
      {"a carriage return", "quorum none\r\n"},
      {"a last line without its end", "quorum none"},
      {"nothing", ""}};
  for (const auto& [what, text] : cases) {
    const auto policy = WitnessPolicy::parse(text);
    ASSERT_FALSE(policy) << what;
    EXPECT_EQ(policy.error().code, base::Code::invalid_argument) << what;
  }
  EXPECT_FALSE(WitnessPolicy::any_of({witness(1)}, 2));
  EXPECT_FALSE(WitnessPolicy::any_of({witness(1), witness(1)}, 1));
  EXPECT_FALSE(WitnessPolicy::any_of({log_key()}, 1));
}

TEST(WitnessPolicy, NamesAreBytesAndCommentsAreNoLines) {
  EXPECT_TRUE(WitnessPolicy::parse("\t# \xff\xfe comment\nwitness \xc3\xa9 " + witness(1).to_vkey() +
                                   "\nquorum \xc3\xa9\n"));
  EXPECT_FALSE(WitnessPolicy::parse("witness \xc3\xa9 " + witness(1).to_vkey() + "\nquorum e\xcc\x81\n"))
      << "spelled otherwise is another name";
}

}  // namespace
}  // namespace countersign::tree
