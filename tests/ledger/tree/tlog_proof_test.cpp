#include "ledger/tree/tlog_proof.h"

#include "ledger/base/encoding.h"
#include "ledger/tree/merkle.h"
#include "tests/ledger/crypto/vectors.h"
#include "tests/ledger/tree/memory_tree.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace countersign::tree {
namespace {

using testing::MemoryTree;
using testing::read_data;
using testing::read_vectors;
using testing::text_at;

const base::LogName kTestLog{"example.com/log/testdata"};

std::vector<NoteVerifier> test_log_verifiers() {
  const auto vectors = read_vectors("worked-examples/size3.json");
  return {NoteVerifier::parse(text_at(vectors, "vkey")).value()};
}

Path path_at(const boost::json::value& object, std::string_view name) {
  Path path;
  for (const auto& hash : object.at(name).as_array())
    path.push_back(base::digest_from_base64(std::string_view(hash.as_string())).value());
  return path;
}

/// Every member of size3.json is computed again.
TEST(WorkedExample, EveryByteOfSizeThreeIsReproduced) {
  const auto all = read_vectors("worked-examples/size3.json");
  EXPECT_EQ(all.as_object().size(), 16u);
  std::vector<base::Digest> leaves;
  std::string bundle, tile;
  for (const auto& entry : all.at("entries").as_array()) {
    const std::string text(std::string_view(entry.as_string()));
    leaves.push_back(leaf_hash(text));
    bundle += fmt::format("{:04x}{}", text.size(), base::to_hex(base::bytes_of(text)));
    tile += base::to_hex(leaves.back().view());
  }
  ASSERT_EQ(leaves.size(), 3u);
  EXPECT_EQ(bundle, text_at(all, "entry_bundle_hex"));
  EXPECT_EQ(tile, text_at(all, "tile_0_000_p_3_hex"));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(base::to_hex(leaves[i].view()),
              std::string_view(all.at("leaf_hashes_hex").as_array()[i].as_string()));
    EXPECT_EQ(base::to_base64(leaves[i].view()),
              std::string_view(all.at("leaf_hashes_b64").as_array()[i].as_string()));
  }
  const MemoryTree tree(leaves);
  const auto root2 = root_at(2, tree.source()).value();
  const auto root3 = root_at(3, tree.source()).value();
  EXPECT_EQ(base::to_hex(root2.view()), text_at(all, "node01_hex"));
  EXPECT_EQ(base::to_base64(root2.view()), text_at(all, "root2_b64"));
  EXPECT_EQ(base::to_hex(root3.view()), text_at(all, "root3_hex"));
  EXPECT_EQ(base::to_base64(root3.view()), text_at(all, "root3_b64"));
  EXPECT_EQ(inclusion_path(1, 3, tree.source()).value(), path_at(all, "inclusion_1_of_3"));
  EXPECT_EQ(consistency_path(2, 3, tree.source()).value(), path_at(all, "consistency_2_to_3"));
  const auto verifier = NoteVerifier::parse(text_at(all, "vkey")).value();
  EXPECT_EQ(fmt::format("{:08x}", verifier.key_id()), text_at(all, "key_id"));
  EXPECT_EQ(fmt::format("{}0a01{}", base::to_hex(base::bytes_of(verifier.name())),
                        base::to_hex(verifier.public_key())),
            text_at(all, "key_id_preimage_hex"));
  const auto text = format_checkpoint({kTestLog, 3, root3});
  EXPECT_EQ(base::to_hex(base::bytes_of(text)), text_at(all, "signed_text_hex"));
  EXPECT_TRUE(verifier.verify(text, testing::hex_at(all, "signature_hex")));
}

TEST(WorkedExample, TheRequestToAWitnessHoldsAGoodConsistencyProof) {
  const auto all = read_vectors("worked-examples/size3.json");
  const auto text = read_data("worked-examples/add-checkpoint-2-to-3.txt");
  const auto gap = text.find("\n\n");
  EXPECT_EQ(
      text.substr(0, gap),
      "old 2\n" + std::string(std::string_view(all.at("consistency_2_to_3").as_array()[0].as_string())));
  const auto opened = open_checkpoint(text.substr(gap + 2), kTestLog, test_log_verifiers()).value();
  EXPECT_TRUE(verify_consistency(2, opened.checkpoint.size,
                                 base::digest_from_base64(text_at(all, "root2_b64")).value(),
                                 opened.checkpoint.root, path_at(all, "consistency_2_to_3")));
}

TEST(TlogProof, ReadsChecksAndWritesTheWorkedExample) {
  const auto text = read_data("worked-examples/two.tlog-proof");
  const auto proof = parse_tlog_proof(text);
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_EQ(proof->index, 1u);
  EXPECT_FALSE(proof->extra);
  EXPECT_EQ(format_tlog_proof(*proof), text);
  const auto opened = verify_tlog_proof(*proof, leaf_hash("two"), kTestLog, test_log_verifiers());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->checkpoint.size, 3u);
}

TEST(TlogProof, IsRefusedForAnotherRecordIndexLogOrKey) {
  const auto proof = parse_tlog_proof(read_data("worked-examples/two.tlog-proof")).value();
  const auto verifiers = test_log_verifiers();
  EXPECT_FALSE(verify_tlog_proof(proof, leaf_hash("one"), kTestLog, verifiers));
  EXPECT_FALSE(verify_tlog_proof(proof, leaf_hash("two"), {"example.com/other"}, verifiers));
  EXPECT_FALSE(verify_tlog_proof(proof, leaf_hash("two"), kTestLog, {}));
  auto bad = proof;
  bad.index = 0;
  EXPECT_FALSE(verify_tlog_proof(bad, leaf_hash("two"), kTestLog, verifiers));
  bad = proof;
  bad.path.pop_back();
  EXPECT_FALSE(verify_tlog_proof(bad, leaf_hash("two"), kTestLog, verifiers));
}

TEST(TlogProof, IsRefusedAfterAnyFlippedBit) {
  const auto text = read_data("worked-examples/two.tlog-proof");
  const auto verifiers = test_log_verifiers();
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto bad = text;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      const auto proof = parse_tlog_proof(bad);
      EXPECT_FALSE(proof && verify_tlog_proof(*proof, leaf_hash("two"), kTestLog, verifiers))
          << i << " " << bit;
    }
  }
}

TEST(TlogProof, KeepsExtraData) {
  TlogProof proof;
  proof.extra = std::vector<std::uint8_t>{1, 2, 3};
  proof.index = 5;
  proof.path = {leaf_hash("a")};
  proof.checkpoint = "note";
  const auto text = format_tlog_proof(proof);
  EXPECT_EQ(text.substr(0, 44), "c2sp.org/tlog-proof@v1\nextra AQID\nindex 5\n" + text.substr(42, 2));
  const auto read = parse_tlog_proof(text).value();
  EXPECT_EQ(read.extra, proof.extra);
  EXPECT_EQ(read.path, proof.path);
  EXPECT_EQ(read.checkpoint, "note");
}

TEST(TlogProof, IsReadInOneSpellingOnly) {
  const std::string first = "c2sp.org/tlog-proof@v1\n";
  const std::string hash = base::to_base64(leaf_hash("").view()) + "\n";
  const auto many = [&](int count) {
    std::string text = first + "index 0\n";
    for (int i = 0; i < count; ++i) text += hash;
    return text + "\nnote";
  };
  EXPECT_TRUE(parse_tlog_proof(many(0)));
  EXPECT_TRUE(parse_tlog_proof(many(63)));
  EXPECT_FALSE(parse_tlog_proof(many(64)));
  for (const auto& bad :
       {std::string(), first, std::string("c2sp.org/tlog-proof@v2\nindex 0\n\nnote"),
        first + "index 00\n\nnote", first + "index 9223372036854775808\n\nnote", first + "index\n\nnote",
        first + "index  0\n\nnote", first + "extra A\nindex 0\n\nnote",
        first + "extra AQID\nextra AQID\nindex 0\n\nnote", first + "index 0\nextra AQID\n\nnote",
        first + "index 0\nAAAA\n\nnote", first + "index 0\n" + hash, first + "index 0\n " + hash + "\nnote",
        first + "\nindex 0\n\nnote"})
    EXPECT_FALSE(parse_tlog_proof(bad)) << bad;
}

}  // namespace
}  // namespace countersign::tree
