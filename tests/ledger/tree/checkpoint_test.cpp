#include "ledger/tree/checkpoint.h"

#include "ledger/base/encoding.h"
#include "ledger/tree/merkle.h"
#include "ledger/tree/proof.h"
#include "ledger/tree/tile.h"
#include "tests/ledger/crypto/vectors.h"
#include "tests/ledger/tree/memory_tree.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace countersign::tree {
namespace {

using testing::MemoryTree;
using testing::read_data;

constexpr char kTestLogVkey[] =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
const base::LogName kTestLog{"example.com/log/testdata"};
const base::LogName kOurs{"evidence.example.com/eu-1/acme"};

std::string test_log_file(const std::string& path) {
  return read_data("tessera-testlog/testdata/log/" + path);
}

std::vector<base::Digest> hashes_of(std::string_view tile) {
  std::vector<base::Digest> hashes(tile.size() / 32);
  for (std::size_t i = 0; i < tile.size(); ++i)
    hashes[i / 32].bytes[i % 32] = static_cast<std::uint8_t>(tile[i]);
  return hashes;
}

/// Leaf hashes of the entries of a bundle: each has its length in two bytes in front.
std::vector<base::Digest> leaves_of(std::string_view bundle) {
  std::vector<base::Digest> leaves;
  while (!bundle.empty()) {
    const auto bytes = base::bytes_of(bundle);
    const std::size_t size = bytes[0] * 256U + bytes[1];
    leaves.push_back(leaf_hash(bundle.substr(2, size)));
    bundle.remove_prefix(2 + size);
  }
  return leaves;
}

crypto::Ed25519Key key_of(std::uint8_t fill) {
  const std::vector<std::uint8_t> seed(32, fill);
  return crypto::Ed25519Key::from_seed(seed).value();
}

std::vector<NoteVerifier> verifiers_of(const base::LogName& origin, const crypto::Ed25519Key& log,
                                       const crypto::Ed25519Key& clock) {
  const auto verifiers = log_verifiers(origin, log.public_key(), clock.public_key()).value();
  return {verifiers.log, verifiers.clock};
}

TEST(TesseraTestLog, EveryCheckpointTileAndBundleFitTogether) {
  const std::vector verifiers{NoteVerifier::parse(kTestLogVkey).value()};
  int ran = 0;
  Checkpoint before;
  for (std::uint64_t size = 0; size <= 15; ++size, ++ran) {
    const auto opened =
        open_checkpoint(test_log_file(fmt::format("checkpoint.{}", size)), kTestLog, verifiers);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->checkpoint.size, size);
    EXPECT_FALSE(opened->time);
    EXPECT_TRUE(opened->checkpoint.extensions.empty());
    if (size == 0) continue;
    const auto width = tile_width(0, 0, size);
    const auto hashes = hashes_of(test_log_file(tile_path(0, 0, width)));
    ASSERT_EQ(hashes.size(), size);
    EXPECT_EQ(leaves_of(test_log_file(entries_path(0, width))), hashes);
    const MemoryTree tree(hashes);
    EXPECT_EQ(root_at(size, tree.source()).value(), opened->checkpoint.root);
    if (size > 1) {
      const auto path = consistency_path(size - 1, size, tree.source()).value();
      EXPECT_TRUE(verify_consistency(size - 1, size, before.root, opened->checkpoint.root, path));
    }
    before = opened->checkpoint;
  }
  EXPECT_EQ(ran, 16);
  EXPECT_EQ(test_log_file("checkpoint"), test_log_file("checkpoint.15"));
}

TEST(TesseraTestLog, CheckpointsAreWrittenByteForByte) {
  int ran = 0;
  for (int size = 0; size <= 15; ++size, ++ran) {
    const auto note = parse_note(test_log_file(fmt::format("checkpoint.{}", size))).value();
    EXPECT_EQ(format_checkpoint(parse_checkpoint(note.text).value()), note.text);
  }
  EXPECT_EQ(ran, 16);
}

TEST(Checkpoint, OpensWithItsTimeAfterSigning) {
  const auto log = key_of(1);
  const auto clock = key_of(2);
  const Checkpoint checkpoint{kOurs, 42, leaf_hash("root")};
  const auto note = sign_checkpoint(checkpoint, log, clock, 1767225599);
  const auto opened = open_checkpoint(note, kOurs, verifiers_of(kOurs, log, clock));
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->checkpoint, checkpoint);
  EXPECT_EQ(opened->time, 1767225599);
  EXPECT_EQ(opened->verified.size(), 2u);
  EXPECT_EQ(read_checkpoint_body(note).value(), checkpoint);
}

TEST(Checkpoint, OpensWithoutATimeForWhoDoesNotKnowTheClock) {
  const auto log = key_of(1);
  const auto clock = key_of(2);
  const auto note = sign_checkpoint({kOurs, 1, leaf_hash("")}, log, clock, 5);
  const auto verifiers = verifiers_of(kOurs, log, clock);
  const auto opened = open_checkpoint(note, kOurs, std::vector{verifiers[0]});
  ASSERT_TRUE(opened);
  EXPECT_FALSE(opened->time);
}

TEST(Checkpoint, IsRefusedWhereOnlyTheClockIsKnown) {
  const auto log = key_of(1);
  const auto clock = key_of(2);
  const auto note = sign_checkpoint({kOurs, 1, leaf_hash("")}, log, clock, 5);
  const auto verifiers = verifiers_of(kOurs, log, clock);
  const auto opened = open_checkpoint(note, kOurs, std::vector{verifiers[1]});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, base::Code::permission_denied);
}

TEST(Checkpoint, IsRefusedForAnotherLogsOrigin) {
  const auto log = key_of(1);
  const auto clock = key_of(2);
  const base::LogName other{"evidence.example.com/eu-1/other"};
  const auto note = sign_checkpoint({kOurs, 1, leaf_hash("")}, log, clock, 5);
  EXPECT_FALSE(open_checkpoint(note, other, verifiers_of(kOurs, log, clock)));
  EXPECT_FALSE(open_checkpoint(note, other, verifiers_of(other, log, clock)));
  // A text of one log that is signed under the name of the other.
  const std::vector<NoteSigner> signers{NoteSigner(other.text, log)};
  const auto crossed = sign_note(format_checkpoint({kOurs, 1, leaf_hash("")}), signers).value();
  EXPECT_FALSE(open_checkpoint(crossed, kOurs, verifiers_of(other, log, clock)));
  EXPECT_FALSE(open_checkpoint(crossed, other, verifiers_of(other, log, clock)));
}

TEST(Checkpoint, IsRefusedUnderAnotherKeyOrAfterAnyFlippedBit) {
  const auto log = key_of(1);
  const auto clock = key_of(2);
  const auto note = sign_checkpoint({kOurs, 7, leaf_hash("")}, log, clock, 5);
  EXPECT_FALSE(open_checkpoint(note, kOurs, verifiers_of(kOurs, clock, log)));
  const auto verifiers = verifiers_of(kOurs, log, clock);
  for (std::size_t i = 0; i < note.size(); ++i) {
    auto bad = note;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    const auto opened = open_checkpoint(bad, kOurs, verifiers);
    // A changed name or key ID makes a line one of an unknown key: never two genuine signatures again.
    EXPECT_TRUE(!opened || opened->verified.size() < 2) << i;
    EXPECT_EQ(opened ? opened->checkpoint.size : 7, 7u);
  }
}

TEST(Checkpoint, IsReadInOneSpellingOnly) {
  const std::string root = base::to_base64(leaf_hash("").view());
  ASSERT_TRUE(parse_checkpoint("o\n1\n" + root + "\n"));
  for (const auto& bad :
       {std::string(), std::string("o\n"), std::string("o\n1\n"), "o\n1\n" + root, "\n1\n" + root + "\n",
        "o\n01\n" + root + "\n", "o\n+1\n" + root + "\n", "o\n-1\n" + root + "\n", "o\n1 \n" + root + "\n",
        "o\n\n" + root + "\n", "o\n9223372036854775808\n" + root + "\n", "o\n1\n" + root + "=\n",
        "o\n1\n" + root.substr(0, 43) + "\n", std::string("o\n1\nAAAA\n"), "o\n1\n" + root + "\n\n",
        "o\n1\n" + root + "\nx", "o\n1\n" + root + "\nx\n\ny\n", "o\n0\n" + root + "\n"})
    EXPECT_FALSE(parse_checkpoint(bad)) << bad;
  EXPECT_TRUE(parse_checkpoint("o\n9223372036854775807\n" + root + "\n"));
  EXPECT_TRUE(parse_checkpoint("o\n0\n" + base::to_base64(empty_root().view()) + "\n"));
}

TEST(Checkpoint, KeepsTheExtensionLinesItReads) {
  const std::string text = "o\n1\n" + base::to_base64(leaf_hash("").view()) + "\nx 1\ny\n";
  const auto checkpoint = parse_checkpoint(text).value();
  EXPECT_EQ(checkpoint.extensions, (std::vector<std::string>{"x 1", "y"}));
  EXPECT_EQ(format_checkpoint(checkpoint), text);
}

}  // namespace
}  // namespace countersign::tree
