#include "ledger/tree/note.h"

#include "ledger/base/encoding.h"
#include "tests/ledger/crypto/vectors.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::tree {
namespace {

using testing::read_vectors;
using testing::text_at;

std::string decoded(const boost::json::value& object, std::string_view name) {
  return std::string(base::text_of(base::from_base64(text_at(object, name)).value()));
}

std::vector<NoteVerifier> verifiers_of(const boost::json::value& object) {
  std::vector<NoteVerifier> verifiers;
  for (const auto& vkey : object.at("vkeys").as_array())
    verifiers.push_back(NoteVerifier::parse(std::string_view(vkey.as_string())).value());
  return verifiers;
}

std::vector<std::string> names_at(const boost::json::value& object, std::string_view member) {
  std::vector<std::string> names;
  if (const auto* list = object.as_object().if_contains(member)) {
    for (const auto& name : list->as_array()) names.emplace_back(std::string_view(name.as_string()));
  }
  return names;
}

template <class Signatures>
std::vector<std::string> names_of(const Signatures& signatures) {
  std::vector<std::string> names;
  for (const auto& signature : signatures) names.push_back(signature.name);
  return names;
}

crypto::Ed25519Key key_of(std::uint8_t fill) {
  const std::vector<std::uint8_t> seed(32, fill);
  return crypto::Ed25519Key::from_seed(seed).value();
}

NoteVerifier verifier_of(const std::string& name, const crypto::Ed25519Key& key) {
  return NoteVerifier::make(name, NoteKeyType::ed25519, key.public_key()).value();
}

TEST(SignedNote, OpensThePublishedNotes) {
  const auto vectors = read_vectors("signed-note/vectors.json");
  int ran = 0;
  for (const auto& one : vectors.at("valid").as_array()) {
    const auto opened = open_note(decoded(one, "note_b64"), verifiers_of(one));
    ASSERT_TRUE(opened) << text_at(one, "desc") << opened.error().message;
    EXPECT_EQ(names_of(opened->verified), names_at(one, "verified")) << text_at(one, "desc");
    if (one.as_object().contains("unverified")) {
      EXPECT_EQ(names_of(opened->unverified), names_at(one, "unverified")) << text_at(one, "desc");
    }
    ++ran;
  }
  EXPECT_EQ(ran, 4);
}

TEST(SignedNote, RefusesThePublishedBadNotes) {
  const auto vectors = read_vectors("signed-note/vectors.json");
  int ran = 0;
  for (const auto& one : vectors.at("reject").as_array()) {
    EXPECT_FALSE(open_note(decoded(one, "note_b64"), verifiers_of(one))) << text_at(one, "desc");
    ++ran;
  }
  EXPECT_EQ(ran, 10);
}

TEST(SignedNote, SignsThePublishedNoteByteForByte) {
  const auto vectors = read_vectors("signed-note/vectors.json");
  int ran = 0;
  for (const auto& one : vectors.at("signing").as_array()) {
    const auto key = parse_private_key(text_at(one, "skey")).value();
    const std::vector<NoteSigner> signers{NoteSigner(key.name, key.key)};
    EXPECT_EQ(sign_note(decoded(one, "text_b64"), signers).value(), decoded(one, "want_b64"));
    ++ran;
  }
  EXPECT_EQ(ran, 1);
}

TEST(SignedNote, IsRefusedAfterAnyFlippedBit) {
  const auto key = key_of(1);
  const std::vector<NoteSigner> signers{NoteSigner("log", key)};
  const std::vector<NoteVerifier> verifiers{verifier_of("log", key)};
  const auto note = sign_note("first\n\nsecond\n", signers).value();
  ASSERT_EQ(open_note(note, verifiers).value().text, "first\n\nsecond\n");
  for (std::size_t i = 0; i < note.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto bad = note;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      EXPECT_FALSE(open_note(bad, verifiers)) << i << " " << bit;
    }
  }
  for (std::size_t size = 0; size < note.size(); ++size)
    EXPECT_FALSE(open_note(note.substr(0, size), verifiers));
}

TEST(SignedNote, IsRefusedForOneWrongLineOfAKnownKeyAmongGoodOnes) {
  const auto good = key_of(1);
  const auto other = key_of(2);
  const std::vector<NoteSigner> signers{NoteSigner("log", good), NoteSigner("other", other)};
  const std::vector<NoteVerifier> verifiers{verifier_of("log", good), verifier_of("other", other)};
  const auto note = sign_note("text\n", signers).value();
  ASSERT_TRUE(open_note(note, verifiers));
  auto bad = note;
  bad[bad.size() - 10] = bad[bad.size() - 10] == 'A' ? 'B' : 'A';
  const auto opened = open_note(bad, verifiers);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, base::Code::data_loss);
  // To a reader who does not know the other key its line says nothing.
  const auto partly = open_note(bad, std::vector{verifiers[0]});
  ASSERT_TRUE(partly);
  EXPECT_EQ(names_of(partly->unverified), std::vector<std::string>{"other"});
}

TEST(SignedNote, IsRefusedWhereNoKnownKeySigned) {
  const auto key = key_of(1);
  const std::vector<NoteSigner> signers{NoteSigner("log", key)};
  const auto note = sign_note("text\n", signers).value();
  for (const auto& verifiers :
       {std::vector<NoteVerifier>{}, {verifier_of("log", key_of(2))}, {verifier_of("another", key)}}) {
    const auto opened = open_note(note, verifiers);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, base::Code::permission_denied);
  }
}

TEST(SignedNote, RefusesVerifiersThatCannotBeToldApart) {
  const auto key = key_of(1);
  const std::vector<NoteSigner> signers{NoteSigner("log", key)};
  const auto note = sign_note("text\n", signers).value();
  EXPECT_FALSE(open_note(note, std::vector{verifier_of("log", key), verifier_of("log", key)}));
}

TEST(SignedNote, RefusesALineThatIsNoSignature) {
  const std::string start = "text\n\n";
  for (const auto* line :
       {"- log AAAAAAA=\n", "\u2014log AAAAAAA=\n", "\u2014  AAAAAAA=\n", "\u2014 log\n", "\u2014 log \n",
        "\u2014 log AAAAAA==\n", "\u2014 log AAAAAAA\n", "\u2014 log AAAAAAB=\n", "\u2014 log AAAAAAA= \n",
        "\u2014 a b AAAAAAA=\n", "\u2014 l+g AAAAAAA=\n", "\u2014 log AAAAAAA=", "\u2014 log AAAAAAA=\r\n"})
    EXPECT_FALSE(parse_note(start + line)) << line;
  EXPECT_TRUE(parse_note(start + "\u2014 log AAAAAAA=\n"));
  EXPECT_FALSE(parse_note("text\n\u2014 log AAAAAAA=\n"));
}

TEST(SignedNote, HasAtMost100SignaturesAndOneMebibyte) {
  const std::string line = "\u2014 log AAAAAAA=\n";
  std::string note = "text\n\n";
  for (int i = 0; i < 100; ++i) note += line;
  EXPECT_EQ(parse_note(note).value().signatures.size(), 100u);
  EXPECT_EQ(parse_note(note + line).error().code, base::Code::resource_exhausted);
  const auto filled = [&](std::size_t size) {
    return std::string(size - line.size() - 2, 'x') + "\n\n" + line;
  };
  EXPECT_TRUE(parse_note(filled(kNoteBytesMax)));
  EXPECT_EQ(parse_note(filled(kNoteBytesMax + 1)).error().code, base::Code::resource_exhausted);
}

TEST(SignedNote, RefusesToSignWhatIsNoText) {
  const auto key = key_of(1);
  const std::vector<NoteSigner> signers{NoteSigner("log", key)};
  for (const auto& text : {std::string(), std::string("open"), std::string("a\tb\n"), std::string("\xff\n"),
                           std::string("\0\n", 2)})
    EXPECT_FALSE(sign_note(text, signers));
}

}  // namespace
}  // namespace countersign::tree
