#include "web/tlog/tile_answer.h"

#include "collector/ingest/inflate.h"
#include "web/tlog/log_routes.h"
#include "web/tlog/remote_log.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace countersign::tlog {
namespace {

const tree::TileId kEntries{tree::TileKind::entries, 0, 7, 256}, kHashes{tree::TileKind::hashes, 0, 7, 256};

std::string field(const http::Response& response, std::string_view name) {
  const auto found = std::ranges::find_if(response.headers,
                                          [&](const auto& one) { return http::same_name(one.first, name); });
  return found == response.headers.end() ? "" : found->second;
}

TEST(TileAnswer, NamesItsTypeAndHowLongItHolds) {
  const auto tile = tile_answer(std::string(8'192, 'h'), kHashes, Keep::everybody, true);
  EXPECT_EQ(tile.status, 200);
  EXPECT_EQ(tile.content_type, "application/octet-stream");
  EXPECT_EQ(field(tile, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(field(tile, "Content-Encoding"), "") << "hashes do not shrink";
  const auto note = checkpoint_answer(std::string("note"), Keep::asker);
  EXPECT_EQ(note.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(field(note, "Cache-Control"), "private, max-age=1");
}

TEST(TileAnswer, CompressesEntriesForWhoTakesIt) {
  std::string bundle;
  for (int i = 0; i < 500; ++i) bundle += "record " + std::to_string(i);
  const auto packed = tile_answer(bundle, kEntries, Keep::asker, true);
  EXPECT_EQ(field(packed, "Content-Encoding"), "gzip");
  EXPECT_EQ(field(packed, "Vary"), "Accept-Encoding");
  EXPECT_LT(packed.body.size(), bundle.size() / 3);
  EXPECT_EQ(ingest::inflate(packed.body, ingest::Compression::gzip, 1 << 20).value(), bundle);
  const auto plain = tile_answer(bundle, kEntries, Keep::asker, false);
  EXPECT_EQ(plain.body, bundle);
  EXPECT_EQ(field(plain, "Content-Encoding"), "");
  EXPECT_EQ(field(plain, "Vary"), "Accept-Encoding") << "a cache tells them apart";
}

TEST(TileAnswer, SaysThatATileIsNotThereAndHidesWhatFailed) {
  EXPECT_EQ(tile_answer(base::fail(base::Code::not_found, "gone"), kEntries, Keep::asker, true).status, 404);
  const auto failed =
      tile_answer(base::fail(base::Code::data_loss, "/secret/path"), kHashes, Keep::asker, true);
  EXPECT_EQ(failed.status, 503);
  EXPECT_EQ(failed.body.find("secret"), std::string::npos);
}

TEST(TilePath, IsSpelledInOneWayAlone) {
  EXPECT_EQ(tile_at("0/x001/x234/067"), (tree::TileId{tree::TileKind::hashes, 0, 1'234'067, 256}));
  EXPECT_EQ(tile_at("entries/007.p/255"), (tree::TileId{tree::TileKind::entries, 0, 7, 255}));
  for (const auto* wrong : {"",           "0",        "0/",          "0/0",
                            "0/00",       "0/0000",   "00/000",      "64/000",
                            "0/x000/001", "0/001/",   "0/000.p/0",   "0/000.p/256",
                            "0/000.p/01", "0/000.p/", "entries",     "entries/",
                            "entries/0",  "0/000?",   "0/%30%30%30", "../checkpoint",
                            "0/x001",     "-1/000",   "0/000.p/1/",  "0/x018/x446/x744/x073/x709/x551/616"})
    EXPECT_FALSE(tile_at(wrong)) << wrong;
}

TEST(RemainingPath, IsSpelledAsThatOfTheBundle) {
  EXPECT_EQ(remaining_at("x001/007.p/255"), (tree::TileId{tree::TileKind::entries, 0, 1'007, 255}));
  EXPECT_EQ(mirror::remaining_path({tree::TileKind::entries, 0, 1'007, 255}), "remaining/x001/007.p/255");
  for (const auto* wrong : {"", "entries/000", "0/000", "0", "000.p/256", "000/"})
    EXPECT_FALSE(remaining_at(wrong)) << wrong;
}

TEST(LogUrl, LeavesThisMachineUnderTlsAlone) {
  for (const auto* good : {"https://log.example.com/eu-1/acme", "https://log.example.com/eu-1/acme/",
                           "http://127.0.0.1:8080/eu-1/acme", "http://[::1]:80/x"})
    EXPECT_TRUE(check_log_url(good)) << good;
  for (const auto* bad :
       {"http://log.example.com/eu-1/acme", "http://127.example.com/", "log.example.com",
        "ftp://log.example.com", "https://log.example.com/x?y", "https://u:p@log.example.com/x"})
    EXPECT_FALSE(check_log_url(bad)) << bad;
}

TEST(Readings, AreToldOnceAnHourForEachOperatorAndLog) {
  constexpr std::int64_t kHour = 3'600ll * 1'000'000;
  Readings readings;
  const base::Timestamp first{5 * kHour}, last{6 * kHour - 1}, next{6 * kHour};
  EXPECT_TRUE(readings.is_new("a", "eu-1/acme", first));
  EXPECT_TRUE(readings.is_new("a", "eu-1/acme", first)) << "until it has been told";
  readings.note("a", "eu-1/acme", first);
  EXPECT_FALSE(readings.is_new("a", "eu-1/acme", last));
  EXPECT_TRUE(readings.is_new("b", "eu-1/acme", last));
  EXPECT_TRUE(readings.is_new("a", "eu-1/globex", last));
  EXPECT_TRUE(readings.is_new("a", "eu-1/acme", next));
}

}  // namespace
}  // namespace countersign::tlog
