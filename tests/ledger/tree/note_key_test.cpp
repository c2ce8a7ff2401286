#include "ledger/tree/note_key.h"

#include "ledger/base/encoding.h"
#include "tests/ledger/crypto/vectors.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace countersign::tree {
namespace {

using testing::read_vectors;

crypto::Ed25519Key key_of(std::uint8_t fill) {
  const std::vector<std::uint8_t> seed(32, fill);
  return crypto::Ed25519Key::from_seed(seed).value();
}

TEST(NoteKey, ReadsAndWritesThePublishedVkeys) {
  const auto vectors = read_vectors("signed-note/vectors.json");
  int ran = 0;
  for (const auto& note : vectors.at("valid").as_array()) {
    for (const auto& vkey : note.at("vkeys").as_array()) {
      const auto verifier = NoteVerifier::parse(std::string_view(vkey.as_string()));
      ASSERT_TRUE(verifier);
      EXPECT_EQ(verifier->to_vkey(), std::string_view(vkey.as_string()));
      ++ran;
    }
  }
  EXPECT_EQ(ran, 5);
}

TEST(NoteKey, RefusesThePublishedBadVkeys) {
  const auto vectors = read_vectors("signed-note/vectors.json");
  int ran = 0;
  for (const auto& vkey : vectors.at("bad_vkeys").as_array()) {
    EXPECT_FALSE(NoteVerifier::parse(std::string_view(vkey.as_string())));
    ++ran;
  }
  EXPECT_EQ(ran, 2);
}

TEST(NoteKey, RefusesMisspeltVkeys) {
  const auto good = NoteVerifier::make("example.com/a", NoteKeyType::ed25519, key_of(1).public_key()).value();
  const auto vkey = good.to_vkey();
  ASSERT_TRUE(NoteVerifier::parse(vkey));
  const auto plus = vkey.find('+');
  auto other_id = vkey;
  other_id[plus + 1] = other_id[plus + 1] == '0' ? '1' : '0';
  auto other_name = vkey;
  other_name[0] = 'f';
  for (const auto& bad :
       {std::string(), vkey.substr(0, plus), vkey.substr(plus), "a b" + vkey.substr(plus), vkey + "=",
        vkey + "\n", vkey.substr(0, vkey.size() - 4), other_id, other_name, " " + vkey})
    EXPECT_FALSE(NoteVerifier::parse(bad)) << bad;
  EXPECT_FALSE(NoteVerifier::make("a+b", NoteKeyType::ed25519, key_of(1).public_key()));
}

TEST(NoteKey, HasAnotherIdForAnotherNameTypeOrKey) {
  const auto one = key_of(1).public_key();
  const auto id = note_key_id("a", NoteKeyType::ed25519, one);
  EXPECT_NE(id, note_key_id("b", NoteKeyType::ed25519, one));
  EXPECT_NE(id, note_key_id("a", NoteKeyType::cosignature, one));
  EXPECT_NE(id, note_key_id("a", NoteKeyType::ed25519, key_of(2).public_key()));
}

TEST(NoteKey, RoundTripsThePrivateForm) {
  for (const auto type : {NoteKeyType::ed25519, NoteKeyType::cosignature}) {
    const auto key = key_of(3);
    const auto text = encode_private_key("example.com/a", type, key);
    const auto read = parse_private_key(base::text_of(text.view()));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->name, "example.com/a");
    EXPECT_EQ(read->type, type);
    EXPECT_EQ(base::to_hex(read->key.seed()), base::to_hex(key.seed()));
  }
}

TEST(NoteKey, WritesThePrivateFormOfThePublishedKey) {
  const auto vectors = read_vectors("signed-note/vectors.json");
  int ran = 0;
  for (const auto& one : vectors.at("signing").as_array()) {
    const auto text = testing::text_at(one, "skey");
    const auto read = parse_private_key(text).value();
    EXPECT_EQ(base::text_of(encode_private_key(read.name, read.type, read.key).view()), text);
    ++ran;
  }
  EXPECT_EQ(ran, 1);
}

TEST(NoteKey, RefusesAPrivateKeyThatWasAlteredWithoutShowingIt) {
  const auto secret = encode_private_key("example.com/a", NoteKeyType::ed25519, key_of(4));
  const std::string text(base::text_of(secret.view()));
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto bad = text;
    bad[i] = bad[i] == 'B' ? 'C' : 'B';
    const auto read = parse_private_key(bad);
    ASSERT_FALSE(read) << i;
    EXPECT_EQ(read.error().message.find(text.substr(40)), std::string::npos);
  }
}

TEST(NoteSigner, CosignsTheTimeAndTheText) {
  const auto key = key_of(5);
  const auto signer = NoteSigner::cosigner("example.com/clock", key, 1700000000);
  const auto verifier =
      NoteVerifier::make("example.com/clock", NoteKeyType::cosignature, key.public_key()).value();
  EXPECT_EQ(signer.key_id(), verifier.key_id());
  auto signature = signer.sign("text\n");
  EXPECT_EQ(signature.size(), 72u);
  EXPECT_TRUE(verifier.verify("text\n", signature));
  EXPECT_EQ(verifier.time_of(signature), 1700000000);
  EXPECT_FALSE(verifier.verify("other\n", signature));
  // The message of C2SP tlog-cosignature, spelt out.
  EXPECT_TRUE(crypto::verify_ed25519(key.public_key(), "cosignature/v1\ntime 1700000000\ntext\n",
                                     base::Bytes(signature).subspan(8)));
  signature[7] ^= 1;
  EXPECT_FALSE(verifier.verify("text\n", signature));
  signature[7] ^= 1;
  signature[0] |= 0x80;
  EXPECT_FALSE(verifier.verify("text\n", signature));
  EXPECT_FALSE(verifier.time_of(signature));
  signature.pop_back();
  EXPECT_FALSE(verifier.verify("text\n", signature));
}

}  // namespace
}  // namespace countersign::tree
