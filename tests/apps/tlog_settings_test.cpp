#include "apps/tlog_settings.h"

#include "apps/config_table.h"
#include "ledger/crypto/ed25519.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::apps {
namespace {

using ::testing::HasSubstr;
using tree::NoteKeyType;

std::string vkey(std::uint8_t fill, NoteKeyType type = NoteKeyType::ed25519,
                 const std::string& log = "log/eu/a") {
  const std::vector<std::uint8_t> seed(32, fill);
  const auto key = crypto::Ed25519Key::from_seed(seed).value();
  return tree::NoteVerifier::make(log, type, key.public_key())->to_vkey();
}

std::string mirror(const std::string& name, const std::string& keys, const std::string& more = "") {
  return fmt::format("[[mirror]]\nname='{}'\nurl='https://log.example.com/eu/a'\nkeys=[{}]\n{}\n", name, keys,
                     more);
}
std::string quoted(const std::string& text) { return "'" + text + "'"; }

base::Result<TlogSettings> read(const std::string& text) {
  const auto parsed = toml::parse(text);
  EXPECT_TRUE(parsed) << text;
  Table top(&parsed.table(), "");
  return read_tlog(top, "/etc/countersign");
}

std::string error_of(const std::string& text) {
  const auto settings = read(text);
  return settings ? "it was taken" : settings.error().message;
}

TEST(TlogSettings, ShowNothingToEverybodyUnlessTheySaySo) {
  const auto none = read("").value();
  EXPECT_FALSE(none.open_checkpoint || none.open_tiles);
  EXPECT_TRUE(none.mirrors.empty());
  const auto both = read("[tlog]\npublic=['checkpoint','tiles']").value();
  EXPECT_TRUE(both.open_checkpoint && both.open_tiles);
  EXPECT_FALSE(read("[tlog]\npublic=['checkpoint']")->open_tiles);
  EXPECT_THAT(error_of("[tlog]\npublic=['entries']"), HasSubstr("records are never public"));
  EXPECT_THAT(error_of("[tlog]\npublic=['tiles']"), HasSubstr("must hold \"checkpoint\""));
  EXPECT_THAT(error_of("[tlog]\nopen=true"), HasSubstr("there is no setting tlog.open"));
}

TEST(TlogSettings, NameTheLogsThatAreMirrored) {
  const auto settings = read(mirror("a", quoted(vkey(1)) + "," + quoted(vkey(2, NoteKeyType::cosignature)),
                                    "token='keys/t'\nevery_s=60") +
                             mirror("b", quoted(vkey(3, NoteKeyType::ed25519, "log/eu/b"))))
                            .value();
  ASSERT_EQ(settings.mirrors.size(), 2u);
  EXPECT_EQ(settings.mirrors[0].origin(), "log/eu/a");
  EXPECT_EQ(settings.mirrors[0].keys.size(), 2u);
  EXPECT_EQ(settings.mirrors[0].token.file, "/etc/countersign/keys/t");
  EXPECT_EQ(settings.mirrors[0].every_s, 60);
  EXPECT_FALSE(settings.mirrors[1].token.is_set());
  EXPECT_EQ(settings.mirrors[1].every_s, 10);
  EXPECT_EQ(mirror_folder("/data", "a"), "/data/mirrors/a");
}

TEST(TlogSettings, RefuseWhatCannotBeMirrored) {
  const auto key = quoted(vkey(1));
  EXPECT_THAT(error_of(mirror("../x", key)), HasSubstr("mirror.name must be of small letters"));
  EXPECT_THAT(error_of(mirror("a", "")), HasSubstr("mirror.keys must hold 1 to 32 vkeys"));
  EXPECT_THAT(error_of(mirror("a", "'log/eu/a+00000000+AAAA'")), HasSubstr("mirror.keys"));
  EXPECT_THAT(error_of(mirror("a", key + "," + quoted(vkey(2, NoteKeyType::ed25519, "log/eu/b")))),
              HasSubstr("must all be of one log"));
  EXPECT_THAT(error_of(mirror("a", quoted(vkey(1, NoteKeyType::cosignature)))),
              HasSubstr("must hold the log's own key"));
  EXPECT_THAT(error_of(mirror("a", key) + mirror("a", quoted(vkey(1, NoteKeyType::ed25519, "log/eu/b")))),
              HasSubstr("must not be that of another: a"));
  EXPECT_THAT(error_of(mirror("a", key) + mirror("b", quoted(vkey(2)))), HasSubstr("another [[mirror]] has"));
  EXPECT_THAT(error_of(mirror("a", key, "every_s=0")), HasSubstr("mirror.every_s"));
  EXPECT_THAT(error_of(mirror("a", key, "tokens='x'")), HasSubstr("there is no setting mirror.tokens"));
  EXPECT_THAT(error_of("[[mirror]]\nname='a'\nurl='http://log.example.com/eu/a'\nkeys=[" + key + "]\n"),
              HasSubstr("begins with https://"));
}

}  // namespace
}  // namespace countersign::apps
