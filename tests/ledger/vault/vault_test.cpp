#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"
#include "ledger/record/token.h"
#include "ledger/sqlite/connection.h"
#include "ledger/vault/keys.h"
#include "ledger/vault/schema.h"
#include "ledger/vault/vault_reader.h"
#include "ledger/vault/vault_writer.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sys/stat.h>

#include <algorithm>

namespace countersign::vault {
namespace {

using base::Code;
using testing::TempDir;

class Vault : public ::testing::Test {
 protected:
  Vault() : kek_(std::vector<std::uint8_t>(32, 9)) {
    EXPECT_TRUE(create_vault(file_, kek_, crypto::system_entropy()));
    keys_ = std::move(open_keys(file_, kek_)).value();
  }
  VaultWriter writer() {
    return std::move(VaultWriter::open(file_, keys_, crypto::system_entropy())).value();
  }
  std::string token_for(VaultWriter& writer, const std::string& tenant, record::Kind kind,
                        const std::string& value) {
    const auto token = writer.token_for(
        tenant, kind, lookup_of(keys_.newest()->lookup, tenant, to_string(kind), value), value);
    EXPECT_TRUE(token) << token.error().message;
    return std::string(token->begin(), token->end());
  }
  TempDir dir_;
  const std::filesystem::path file_ = dir_ / "vault.sqlite";
  crypto::Secret kek_;
  VaultKeys keys_;
};

TEST(Token, IsTheCommitmentOfTheFormat) {
  record::Salt salt;
  salt.fill(7);
  std::string message("countersign/token/v1");
  message.push_back('\0');
  message += "email";
  message.push_back('\0');
  message.append(salt.begin(), salt.end());
  message += "ana@example.com";
  EXPECT_EQ(record::token_text(record::Kind::email, salt, "ana@example.com"),
            base::to_base64url(crypto::sha256(message).view()));
}

RC_GTEST_PROP(Token, DiffersWithKindSaltAndValue, (const std::string& value, const std::string& other)) {
  record::Salt salt, another;
  salt.fill(1);
  another.fill(2);
  const auto token = record::token_text(record::Kind::email, salt, value);
  RC_ASSERT(token.size() == 43u);
  RC_ASSERT(token != record::token_text(record::Kind::phone, salt, value));
  RC_ASSERT(token != record::token_text(record::Kind::email, another, value));
  RC_ASSERT((value == other) == (token == record::token_text(record::Kind::email, salt, other)));
}

TEST_F(Vault, OpensWhatItKeptAndNothingElse) {
  auto vault = writer();
  ASSERT_TRUE(vault.begin());
  const auto token = token_for(vault, "acme", record::Kind::phone, "+14155550100");
  ASSERT_TRUE(vault.commit());
  auto reader = VaultReader::open(file_, keys_);
  ASSERT_TRUE(reader);
  const auto opened = reader->disclose(base::TenantId("acme"), token);
  ASSERT_TRUE(opened && opened->has_value());
  EXPECT_EQ((*opened)->value, "+14155550100");
  EXPECT_EQ((*opened)->kind, record::Kind::phone);
  EXPECT_EQ(record::token_text((*opened)->kind, (*opened)->salt, (*opened)->value), token);
  EXPECT_FALSE(reader->disclose(base::TenantId("globex"), token)->has_value());
  EXPECT_FALSE(reader->disclose(base::TenantId("acme"), std::string(43, 'A'))->has_value());
  EXPECT_FALSE(reader->disclose(base::TenantId("acme"), "not a token"));
}

TEST_F(Vault, GivesAValueOneTokenInATenantAlsoAfterARestart) {
  std::string first;
  {
    auto vault = writer();
    ASSERT_TRUE(vault.begin());
    first = token_for(vault, "acme", record::Kind::email, "ana@example.com");
    EXPECT_EQ(token_for(vault, "acme", record::Kind::email, "ana@example.com"), first);
    EXPECT_NE(token_for(vault, "globex", record::Kind::email, "ana@example.com"), first);
    EXPECT_NE(token_for(vault, "acme", record::Kind::user, "ana@example.com"), first);
    ASSERT_TRUE(vault.commit());
  }
  auto vault = writer();
  ASSERT_TRUE(vault.begin());
  EXPECT_EQ(token_for(vault, "acme", record::Kind::email, "ana@example.com"), first);
  ASSERT_TRUE(vault.commit());
}

TEST_F(Vault, ForgetsWhatWasRolledBack) {
  auto vault = writer();
  ASSERT_TRUE(vault.begin());
  const auto lost = token_for(vault, "acme", record::Kind::email, "ana@example.com");
  vault.rollback();
  auto reader = VaultReader::open(file_, keys_);
  EXPECT_FALSE(reader->disclose(base::TenantId("acme"), lost)->has_value());
  ASSERT_TRUE(vault.begin());
  const auto kept = token_for(vault, "acme", record::Kind::email, "ana@example.com");
  ASSERT_TRUE(vault.commit());
  EXPECT_NE(kept, lost) << "a token that no vault row stands behind must not come back from the cache";
  EXPECT_TRUE(reader->disclose(base::TenantId("acme"), kept)->has_value());
}

TEST_F(Vault, RemembersTokensBeyondItsCache) {
  auto vault = writer();
  ASSERT_TRUE(vault.begin());
  const auto first = token_for(vault, "acme", record::Kind::user, "first");
  for (int i = 0; i < 210'000; ++i) token_for(vault, "acme", record::Kind::user, std::to_string(i));
  EXPECT_EQ(token_for(vault, "acme", record::Kind::user, "first"), first);
  ASSERT_TRUE(vault.commit());
}

TEST_F(Vault, NeedsItsOwnKeyEncryptionKey) {
  const auto opened = open_keys(file_, crypto::Secret(std::vector<std::uint8_t>(32, 8)));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::failed_precondition);
}

TEST_F(Vault, NoticesARowThatWasPassedOffAsAnothers) {
  auto vault = writer();
  ASSERT_TRUE(vault.begin());
  const auto one = token_for(vault, "acme", record::Kind::email, "ana@example.com");
  const auto two = token_for(vault, "acme", record::Kind::email, "bob@example.com");
  ASSERT_TRUE(vault.commit());
  {
    auto file = sqlite::Connection::open(file_, {.access = sqlite::Access::read_write});
    ASSERT_TRUE(
        file->execute("UPDATE personal SET sealed=(SELECT sealed FROM personal ORDER BY token LIMIT 1)"));
  }
  auto reader = VaultReader::open(file_, keys_);
  int opened = 0;
  for (const auto& token : {one, two}) opened += reader->disclose(base::TenantId("acme"), token) ? 1 : 0;
  EXPECT_EQ(opened, 1);
}

TEST_F(Vault, KeepsNoValueInTheClear) {
  auto vault = writer();
  ASSERT_TRUE(vault.begin());
  token_for(vault, "acme", record::Kind::email, "ana@very-particular.example");
  ASSERT_TRUE(vault.commit());
  ASSERT_TRUE(vault.empty_wal());
  const auto content = base::read_file(file_, 1 << 22);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->find("very-particular"), std::string::npos);
}

TEST(KeyEncryptionKey, IsReadFromAFileThatOnlyItsOwnerCanRead) {
  TempDir dir;
  const auto file = dir / "vault.key";
  ASSERT_TRUE(create_key_encryption_key(file, crypto::system_entropy()));
  EXPECT_EQ(read_key_encryption_key(file)->size(), 32u);
  EXPECT_EQ(create_key_encryption_key(file, crypto::system_entropy()).error().code, Code::already_exists);
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  EXPECT_EQ(read_key_encryption_key(file).error().code, Code::failed_precondition);
  ASSERT_TRUE(base::write_file_durably(file, "abc\n", base::FileMode::secret));
  EXPECT_EQ(read_key_encryption_key(file).error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace countersign::vault
