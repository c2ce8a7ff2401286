#include "ledger/vault/kek.h"

#include "ledger/base/file.h"
#include "ledger/crypto/aead.h"
#include "ledger/vault/credentials.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace countersign::vault {
namespace {

using base::Code;
using testing::TempDir;

KekSource file_source(const std::filesystem::path& file) { return {KekSource::Kind::file, file, {}}; }

TEST(KekSource, IsAPathACredentialOrAToken) {
  const auto file = parse_kek_source("keys/vault.key", "/etc/countersign", {});
  ASSERT_TRUE(file);
  EXPECT_EQ(file->kind, KekSource::Kind::file);
  EXPECT_EQ(file->file, "/etc/countersign/keys/vault.key");
  EXPECT_EQ(file->next().file, "/etc/countersign/keys/vault.key.next");
  const auto credential = parse_kek_source("credential:kek", "/etc", {});
  ASSERT_TRUE(credential);
  EXPECT_EQ(credential->kind, KekSource::Kind::credential);
  EXPECT_EQ(credential->next().name, "kek.next");
  for (const auto* wrong : {"credential:", "credential:../kek", "credential:.kek", "credential:a b"})
    EXPECT_EQ(parse_kek_source(wrong, "/etc", {}).error().code, Code::invalid_argument) << wrong;
  EXPECT_FALSE(parse_kek_source("pkcs11:token=a;object=b", "/etc", {}));
  const auto token = parse_kek_source("pkcs11:token=a;object=b", "/etc", "/etc/vault.sealed");
  ASSERT_TRUE(token);
  EXPECT_EQ(token->kind, KekSource::Kind::token);
  EXPECT_EQ(token->next().file, "/etc/vault.sealed.next");
  EXPECT_EQ(token->text().find("pkcs11:"), std::string::npos) << "a URI may tell more than a message should";
}

TEST(Kek, ReadsTheNextOneBesideTheOneInUse) {
  TempDir dir;
  const auto source = file_source(dir / "vault.key");
  EXPECT_EQ(read_key_encryption_key(source).error().code, Code::not_found);
  ASSERT_TRUE(create_key_encryption_key(source.file, crypto::system_entropy()));
  const auto alone = read_key_encryption_key(source);
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->size(), 1u);
  const auto sealed =
      crypto::Aead(alone->newest()).seal(base::bytes_of("key"), "name", crypto::system_entropy());
  ASSERT_TRUE(create_key_encryption_key(source.next().file, crypto::system_entropy()));
  const auto both = read_key_encryption_key(source);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->size(), 2u);
  EXPECT_NE(key_id(both->newest()), key_id(alone->newest()));
  EXPECT_EQ(both->oldest_id(), key_id(alone->newest()));
  EXPECT_TRUE(both->open(sealed, "name")) << "what the one before sealed";
  EXPECT_FALSE(both->newest_opens(sealed, "name"));
  EXPECT_FALSE(both->open(sealed, "another name"));
  // A damaged next one is not passed over: something may be sealed under it already.
  ASSERT_TRUE(base::write_file_durably(source.next().file, "abc\n", base::FileMode::secret));
  EXPECT_EQ(read_key_encryption_key(source).error().code, Code::invalid_argument);
  // Where both files hold one key, as a crash may leave them, it is one key.
  ASSERT_TRUE(base::write_file_durably(source.next().file, *base::read_file(source.file, 1024),
                                       base::FileMode::secret));
  EXPECT_EQ(read_key_encryption_key(source)->size(), 1u);
}

TEST(Kek, ComesFromACredential) {
  TempDir dir;
  const auto source = *parse_kek_source("credential:kek", "/", {});
  ::unsetenv("CREDENTIALS_DIRECTORY");
  const auto unset = read_key_encryption_key(source);
  ASSERT_FALSE(unset);
  EXPECT_NE(unset.error().message.find("LoadCredential=kek:"), std::string::npos) << unset.error().message;
  ::setenv("CREDENTIALS_DIRECTORY", dir.path().c_str(), 1);
  const auto missing = read_key_encryption_key(source);
  EXPECT_EQ(missing.error().code, Code::not_found);
  EXPECT_NE(missing.error().message.find("LoadCredential=kek:"), std::string::npos)
      << missing.error().message;
  // systemd hands credentials over with a mode that a file of ours may not have.
  ASSERT_TRUE(base::write_file_durably(dir / "kek", std::string(64, 'a') + "\n", base::FileMode::readable));
  EXPECT_TRUE(read_key_encryption_key(source));
  EXPECT_EQ(store_key_encryption_key(source, crypto::Secret(std::vector<std::uint8_t>(32, 1)),
                                     crypto::system_entropy())
                .error()
                .code,
            Code::failed_precondition);
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST(Kek, IsFoundByACommandBesideTheDaemon) {
  TempDir of_service;
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(credentials_folder(of_service.path()), of_service.path());
  EXPECT_EQ(credentials_folder(of_service / "not-there"), "");
  ::setenv("CREDENTIALS_DIRECTORY", "/of/the/daemon", 1);
  EXPECT_EQ(credentials_folder(of_service.path()), "/of/the/daemon");
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

}  // namespace
}  // namespace countersign::vault
