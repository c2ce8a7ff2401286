#include "ledger/witness/add_checkpoint.h"

#include "tests/ledger/crypto/vectors.h"

#include <gtest/gtest.h>

#include <string>

namespace countersign::witness {
namespace {

using testing::read_data;

std::string hash_line(std::uint8_t byte) {
  base::Digest digest;
  digest.bytes.fill(byte);
  return base::to_base64(digest.view()) + "\n";
}

TEST(AddCheckpoint, TheWorkedExampleReadsAndIsWrittenAgainByteByByte) {
  const auto body = read_data("worked-examples/add-checkpoint-2-to-3.txt");
  const auto request = parse_add_checkpoint(body).value();
  EXPECT_EQ(request.old_size, 2u);
  ASSERT_EQ(request.proof.size(), 1u);
  EXPECT_TRUE(request.checkpoint.starts_with("example.com/log/testdata\n3\n"));
  EXPECT_EQ(format_add_checkpoint(request), body);
}

TEST(AddCheckpoint, ReadsUpTo63HashesAndNotOneMore) {
  std::string hashes;
  for (std::uint8_t i = 0; i < 63; ++i) hashes += hash_line(i);
  EXPECT_EQ(parse_add_checkpoint("old 1\n" + hashes + "\nx").value().proof.size(), 63u);
  EXPECT_FALSE(parse_add_checkpoint("old 1\n" + hashes + hash_line(63) + "\nx"));
}

TEST(AddCheckpoint, RefusesEverythingThatIsSpelledOtherwise) {
  const std::string rest = hash_line(1) + "\nnote\n";
  ASSERT_TRUE(parse_add_checkpoint("old 1\n" + rest));
  for (const std::string first :
       {"", "old", "old ", "old 01", "old +1", "old -1", "old 1 ", "old  1", "Old 1", "1", "old 0x1",
        "old 9223372036854775808", "old 18446744073709551616"})
    EXPECT_FALSE(parse_add_checkpoint(first + "\n" + rest)) << first;
  EXPECT_FALSE(parse_add_checkpoint("old 1\n" + hash_line(1) + "note\n")) << "no empty line";
  EXPECT_FALSE(parse_add_checkpoint("old 1")) << "no line at all";
  EXPECT_FALSE(parse_add_checkpoint("old 1\nAAAA\n\nnote\n")) << "a short hash";
  EXPECT_FALSE(parse_add_checkpoint("old 1\r\n" + rest));
  auto unpadded = hash_line(1);
  unpadded.erase(unpadded.find('='), 1);
  EXPECT_FALSE(parse_add_checkpoint("old 1\n" + unpadded + "\nnote\n"));
  EXPECT_FALSE(parse_add_checkpoint("old 1\n\n" + std::string(kAddCheckpointBytesMax, 'x'))) << "too long";
}

TEST(AddCheckpoint, TheMonitoringNameIsTheHashOfTheOrigin) {
  // echo -n example.com/log | sha256sum
  EXPECT_EQ(monitoring_name("example.com/log"),
            "4d3203c8f35cdf600e475f55fede6081a703d3d322f208865fca2ec4f0e030f8");
}

}  // namespace
}  // namespace countersign::witness
