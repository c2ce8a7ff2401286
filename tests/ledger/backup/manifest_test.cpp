#include "ledger/backup/manifest.h"

#include "ledger/backup/pieces.h"

#include <gtest/gtest.h>

namespace countersign::backup {
namespace {

Manifest sample() {
  Manifest out;
  out.time = {1'767'225'600'123'456};
  out.id = snapshot_id(out.time);
  out.origin = "log.example.com";
  out.region = base::RegionId("eu-1");
  out.program = "1.2.3";
  out.checkpoints = {"log.example.com/eu-1/acme\n5\n…\n"};
  FileEntry ledger{"ledger.sqlite", Realm::open, kPieceBytes + 4096, 4096, 0, {}, {}};
  ledger.digest.bytes.fill(7);
  ledger.pieces = {{base::Digest{}, ledger.digest}, {ledger.digest}};
  FileEntry segment{"segments/acme-0.jsonl.zst", Realm::open, 10, 0, 1'767'225'600'000'000'000, {},
                    {{base::Digest{}}}};
  out.files = {ledger, segment, {"empty", Realm::sealed, 0, 0, 0, {}, {}}};
  return out;
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Manifest, IsReadAsItWasWritten) {
  const auto text = format_manifest(sample());
  const auto read = parse_manifest(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, sample());
  EXPECT_EQ(read->id, "20260101T000000.123456Z");
  EXPECT_EQ(read->bytes(), kPieceBytes + 4096 + 10);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_NE(text.find(R"("derived":["index.sqlite"])"), std::string::npos) << "it says what is not in it";
}

TEST(Manifest, RefusesWhatCouldLeadElsewhere) {
  const auto text = format_manifest(sample());
  for (const std::string_view name :
       {"../ledger.sqlite", "/etc/passwd", "a/b/c", "segments/..", "", ".hidden", "a\\nb"})
    EXPECT_FALSE(parse_manifest(with(text, "ledger.sqlite\",\"realm", std::string(name) + "\",\"realm")))
        << name;
  EXPECT_FALSE(parse_manifest(with(text, "\"segments/acme-0.jsonl.zst\"", "\"ledger.sqlite\"")))
      << "a name twice";
}

TEST(Manifest, RefusesMoreBytesThanItsChunksCanHold) {
  const auto text = format_manifest(sample());
  EXPECT_FALSE(parse_manifest(with(text, "4198400", "9223372036854775807")));
  EXPECT_FALSE(parse_manifest(with(text, "4198400", "18446744073709551615")));
  EXPECT_FALSE(parse_manifest(with(text, "4198400", "-1")));
  EXPECT_FALSE(parse_manifest(with(text, "\"page_bytes\":4096", "\"page_bytes\":4095")));
  EXPECT_FALSE(parse_manifest(with(text, "\"page_bytes\":4096", "\"page_bytes\":1")));
}

TEST(Manifest, HasOneSpelling) {
  const auto text = format_manifest(sample());
  EXPECT_FALSE(parse_manifest(" " + text));
  EXPECT_FALSE(parse_manifest(with(text, "0707", "0 07")));
  EXPECT_FALSE(parse_manifest(with(text, "{\"v\":1", "{\"more\":1,\"v\":1")));
  EXPECT_FALSE(parse_manifest(with(text, "\"v\":1", "\"v\":2")));
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(parse_manifest(text.substr(0, size)));
}

TEST(Manifest, KnowsTheIdOfASnapshot) {
  EXPECT_TRUE(is_snapshot_id("20260101T000000.123456Z"));
  for (const std::string_view text :
       {"", "20260101T000000Z", "20260101T000000.123456Z/", "../0101T000000.123456Z"})
    EXPECT_FALSE(is_snapshot_id(text)) << text;
}

}  // namespace
}  // namespace countersign::backup
