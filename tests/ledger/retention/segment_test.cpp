#include "ledger/store/segment.h"

#include "ledger/base/file.h"
#include "ledger/store/segment_file.h"
#include "tests/support/temp_dir.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace countersign::store {
namespace {

using testing::TempDir;

std::string line(std::size_t n) { return fmt::format("record {} {}", n, std::string(n % 700, 'x')); }

base::Digest write_file(const std::filesystem::path& path, std::size_t records) {
  auto writer = SegmentFileWriter::create(path);
  for (std::size_t n = 0; n < records; ++n) EXPECT_TRUE(writer->add(line(n)));
  return *writer->finish();
}

TEST(SegmentFile, GivesBackEachRecord) {
  TempDir dir;
  const auto sha256 = write_file(dir / "a.jsonl.zst", 5'000);
  EXPECT_EQ(*file_sha256(dir / "a.jsonl.zst"), sha256);
  auto file = SegmentFile::open(dir / "a.jsonl.zst");
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->records(), 5'000u);
  for (std::size_t n = 0; n < 5'000; ++n) ASSERT_EQ(*file->record(n), line(n));
  for (const std::size_t n : {4'999u, 0u, 2'500u, 2'499u, 1u}) EXPECT_EQ(*file->record(n), line(n));
  EXPECT_FALSE(file->record(5'000));
}

TEST(SegmentFile, IsReadByStockTools) {
  TempDir dir;
  write_file(dir / "a.jsonl.zst", 1'000);
  const auto command =
      fmt::format("zstd -dqc {} > {}", (dir / "a.jsonl.zst").string(), (dir / "out").string());
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::string all;
  for (std::size_t n = 0; n < 1'000; ++n) all += line(n) + "\n";
  EXPECT_EQ(*base::read_file(dir / "out", 1u << 24), all);
}

TEST(SegmentFile, NoticesEveryByteThatIsFlippedOrCutOff) {
  TempDir dir;
  const auto path = dir / "a.jsonl.zst";
  write_file(path, 40);
  const auto bytes = *base::read_file(path, 1u << 20);
  const auto reads_whole = [&](const std::string& content) {
    std::ofstream(dir / "b", std::ios::binary | std::ios::trunc) << content;
    auto file = SegmentFile::open(dir / "b");
    if (!file || file->records() != 40) return false;
    for (std::size_t n = 0; n < 40; ++n) {
      const auto record = file->record(n);
      if (!record || *record != line(n)) return false;
    }
    return true;
  };
  ASSERT_TRUE(reads_whole(bytes));
  std::size_t read_anyway = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
    read_anyway += reads_whole(flipped) ? 1 : 0;
    EXPECT_FALSE(reads_whole(bytes.substr(0, at))) << at;
  }
  // Bits of a frame that do not matter, such as the one RFC 8878 leaves unused; the file's SHA-256 has them.
  EXPECT_LE(read_anyway, 4u);
}

TEST(SegmentFile, LeavesNothingWhereItIsNotFinished) {
  TempDir dir;
  {
    auto writer = SegmentFileWriter::create(dir / "a.jsonl.zst");
    ASSERT_TRUE(writer->add("record"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(Segment, StatementsAreReadAsTheyWereWritten) {
  SegmentStatement sealed;
  sealed.log.text = "log.example.com/eu-1/acme";
  sealed.end = 65'536;
  sealed.parts = 2;
  sealed.types = {"login.failed", "login.succeeded"};
  sealed.records = 1'234;
  sealed.key_sum = 0xFEDCBA9876543210;
  sealed.file = "acme-0-65535-hipaa-6-years.jsonl.zst";
  const auto text = format_segment(sealed);
  EXPECT_EQ(*parse_segment(text), sealed);
  RetirementStatement retired{
      {"log.example.com/eu-1/acme"}, 0, 65'536, 1, 7, {}, {1}, "pci_dss", "12 months"};
  const auto other = format_retirement(retired);
  EXPECT_EQ(*parse_retirement(other), retired);
  for (std::size_t at = 0; at < text.size(); ++at) {
    EXPECT_FALSE(parse_segment(text.substr(0, at)));
    const bool between = std::string_view(",}]").find(text[at]) != std::string_view::npos;
    EXPECT_FALSE(between && parse_segment(text.substr(0, at) + " " + text.substr(at))) << at;
  }
  EXPECT_FALSE(parse_segment(other));
  EXPECT_FALSE(parse_retirement(text));
}

}  // namespace
}  // namespace countersign::store
