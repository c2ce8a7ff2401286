#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/record/token.h"
#include "ledger/sqlite/connection.h"
#include "ledger/vault/keys.h"
#include "ledger/vault/schema.h"
#include "ledger/vault/vault_reader.h"
#include "ledger/vault/vault_writer.h"
#include "tests/support/temp_dir.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <optional>

namespace countersign::vault {
namespace {

using base::Code;
using testing::TempDir;

const base::TenantId kAcme("acme");

class VaultRotation : public ::testing::Test {
 protected:
  VaultRotation() {
    EXPECT_TRUE(create_vault(file_, secret_, crypto::system_entropy()));
    open();
  }
  void open() {
    vault_.reset();
    auto keys = open_keys(file_, kek_);
    ASSERT_TRUE(keys) << keys.error().message;
    keys_ = *keys;
    auto vault = VaultWriter::open(file_, keys_, crypto::system_entropy());
    ASSERT_TRUE(vault) << vault.error().message;
    vault_.emplace(std::move(*vault));
  }
  void open_with(const crypto::Secret& key) {
    kek_ = Kek(key);
    open();
  }
  std::string token(const std::string& value, record::Kind kind = record::Kind::email) {
    const auto lookup = lookup_of(vault_->newest().lookup, "acme", to_string(kind), value);
    EXPECT_TRUE(vault_->begin());
    const auto made = vault_->token_for("acme", kind, lookup, value);
    EXPECT_TRUE(made) << made.error().message;
    EXPECT_TRUE(vault_->commit());
    return std::string(made->begin(), made->end());
  }
  /// Values that are there before anything is rotated, each with its token.
  void fill(int count) {
    EXPECT_TRUE(vault_->begin());
    for (int i = 0; i < count; ++i) {
      const auto value = fmt::format("user{}@example.com", i);
      const auto lookup = lookup_of(vault_->newest().lookup, "acme", "email", value);
      const auto made = vault_->token_for("acme", record::Kind::email, lookup, value);
      values_[value] = std::string(made->begin(), made->end());
    }
    EXPECT_TRUE(vault_->commit());
  }
  VaultWriter::Reseal reseal_all(std::size_t rows = 100) {
    for (;;) {
      const auto step = vault_->reseal(rows);
      EXPECT_TRUE(step) << step.error().message;
      if (!step || *step != VaultWriter::Reseal::more) return step ? *step : VaultWriter::Reseal::blocked;
    }
  }
  void rotate(std::uint32_t generation) {
    ASSERT_TRUE(vault_->begin_rotation(generation, kek_));
    ASSERT_EQ(reseal_all(), VaultWriter::Reseal::done);
    ASSERT_TRUE(vault_->end_rotation());
    ASSERT_TRUE(vault_->put_away());
  }
  void expect_whole(VaultReader& reader) {
    for (const auto& [value, held] : values_) {
      const auto opened = reader.disclose(kAcme, held);
      ASSERT_TRUE(opened) << opened.error().message;
      ASSERT_TRUE(opened->has_value()) << value;
      ASSERT_EQ((*opened)->value, value);
      ASSERT_EQ(record::token_text((*opened)->kind, (*opened)->salt, value), held);
      const auto found = reader.find(kAcme, record::Kind::email, value);
      ASSERT_TRUE(found) << found.error().message;
      ASSERT_EQ(found->value_or(""), held) << value;
    }
    std::size_t count = 0;
    const auto read =
        reader.read_all(kAcme, [&](record::Kind, std::string_view held, std::string_view value) {
          ++count;
          EXPECT_EQ(values_[std::string(value)], held);
          return base::Result<void>();
        });
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(count, values_.size()) << "no value has two tokens";
  }
  VaultReader reader() { return std::move(VaultReader::open(file_, *open_keys(file_, kek_))).value(); }
  std::map<std::string, std::vector<std::uint8_t>> key_rows() {
    auto vault = sqlite::Connection::open(file_, {});
    auto select = vault->prepare("SELECT name,sealed FROM keys");
    std::map<std::string, std::vector<std::uint8_t>> rows;
    while (*select->step()) {
      const auto sealed = select->blob(1);
      rows[std::string(select->text(0))].assign(sealed.begin(), sealed.end());
    }
    return rows;
  }
  void expect_no_byte_of(const std::map<std::string, std::vector<std::uint8_t>>& rows) {
    std::string content = *base::read_file(file_, 1u << 26);
    if (const auto wal = base::read_file(file_.string() + "-wal", 1u << 26)) content += *wal;
    for (const auto& [name, sealed] : rows)
      EXPECT_EQ(content.find(base::text_of(sealed)), std::string::npos) << name;
  }
  void sql(const std::string& statement) {
    auto file = sqlite::Connection::open(file_, {.access = sqlite::Access::read_write});
    ASSERT_TRUE(file);
    const auto done = file->execute(statement);
    ASSERT_TRUE(done) << done.error().message;
  }

  TempDir dir_;
  const std::filesystem::path file_ = dir_ / "vault.sqlite";
  const crypto::Secret secret_{std::vector<std::uint8_t>(32, 9)};
  Kek kek_{secret_};
  VaultKeys keys_;
  std::optional<VaultWriter> vault_;
  std::map<std::string, std::string> values_;
};

TEST_F(VaultRotation, LeavesEveryTokenAndNoByteOfTheOldKeys) {
  fill(1000);
  const auto before = key_rows();
  const auto old = keys_.newest();
  rotate(2);
  EXPECT_FALSE(vault_->rotating());
  const auto rows = key_rows();
  EXPECT_EQ(rows.size(), 2u);
  EXPECT_TRUE(rows.contains("data/2") && rows.contains("lookup/2"));
  expect_no_byte_of(before);
  EXPECT_NE(key_id(old->data), key_id(keys_.newest()->data));
  EXPECT_EQ(rows_by_generation(file_).value(), (std::map<std::uint32_t, std::uint64_t>{{2, 1000}}));
  auto read = reader();
  expect_whole(read);
  open();
  for (const auto& [value, held] : values_) ASSERT_EQ(token(value), held);
  rotate(3);
  auto again = reader();
  expect_whole(again);
}

TEST_F(VaultRotation, GivesAValueOneTokenAtEveryMoment) {
  fill(300);
  auto before = reader();
  const auto check = [&](const char* when) {
    SCOPED_TRACE(when);
    for (const auto& [value, held] : values_) ASSERT_EQ(token(value), held) << value;
    values_["new-" + std::string(when)] = token("new-" + std::string(when));
    expect_whole(before);
    auto now = reader();
    expect_whole(now);
  };
  ASSERT_TRUE(vault_->begin_rotation(2, kek_));
  check("begun");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(vault_->reseal(70));
    open();  // as after a crash
    ASSERT_TRUE(vault_->rotating());
    check(fmt::format("after {}", i).c_str());
  }
  ASSERT_EQ(reseal_all(), VaultWriter::Reseal::done);
  check("resealed");
  ASSERT_TRUE(vault_->end_rotation());
  check("ended");
  open();
  EXPECT_TRUE(vault_->puts_away()) << "the crash came before the old keys' bytes were gone";
  ASSERT_TRUE(vault_->put_away());
  check("put away");
}

TEST_F(VaultRotation, TakesLookupsThatWereComputedBeforeItForWhatTheyAre) {
  fill(1);
  const auto old = keys_.newest();
  ASSERT_TRUE(vault_->begin_rotation(2, kek_));
  EXPECT_EQ(vault_->newest().number, 2u);
  EXPECT_EQ(keys_.newest()->number, 2u) << "the handle that others compute look-ups with";
  EXPECT_TRUE(keys_.find(1));
  EXPECT_EQ(vault_->begin_rotation(3, kek_).error().code, Code::failed_precondition) << "one at a time";
  EXPECT_TRUE(vault_->begin_rotation(2, kek_)) << "again after a crash";
  EXPECT_EQ(vault_->end_rotation().error().code, Code::failed_precondition)
      << "rows stand under the old keys";
}

TEST_F(VaultRotation, ErasesAValueWhateverItIsFiledUnder) {
  fill(200);
  ASSERT_TRUE(vault_->begin_rotation(2, kek_));
  ASSERT_TRUE(vault_->reseal(100));
  for (int i = 0; i < 200; i += 2) {
    const auto value = fmt::format("user{}@example.com", i);
    ASSERT_EQ(token(value), values_[value]) << "it is in the cache of tokens now";
    ASSERT_TRUE(vault_->begin());
    ASSERT_TRUE(*vault_->erase("acme", values_[value]));
    ASSERT_TRUE(vault_->commit());
    const auto fresh = token(value);
    EXPECT_NE(fresh, values_[value]) << "a token that was erased came back";
    values_[value] = fresh;
  }
  ASSERT_EQ(reseal_all(), VaultWriter::Reseal::done);
  auto read = reader();
  expect_whole(read);
}

TEST_F(VaultRotation, KeepsTheOldKeysForARowThatDoesNotOpen) {
  fill(50);
  sql("UPDATE personal SET sealed=zeroblob(80) WHERE lookup=(SELECT min(lookup) FROM personal)");
  open();
  ASSERT_TRUE(vault_->begin_rotation(2, kek_));
  EXPECT_EQ(reseal_all(), VaultWriter::Reseal::blocked);
  EXPECT_EQ(vault_->unopened(), 1u);
  EXPECT_FALSE(vault_->end_rotation());
  EXPECT_EQ(key_rows().size(), 4u);
  EXPECT_EQ(rows_by_generation(file_).value(), (std::map<std::uint32_t, std::uint64_t>{{1, 1}, {2, 49}}));
}

TEST_F(VaultRotation, KeepsTheOldKeysForAValueThatADamagedVaultHasTwice) {
  fill(50);
  ASSERT_TRUE(vault_->begin_rotation(2, kek_));
  // As if a row had been missed when the value came again.
  sql("CREATE TABLE aside AS SELECT * FROM personal; DELETE FROM personal");
  open();
  token("user0@example.com");
  sql("INSERT INTO personal SELECT * FROM aside; DROP TABLE aside");
  open();
  EXPECT_EQ(reseal_all(), VaultWriter::Reseal::blocked);
  EXPECT_EQ(vault_->unopened(), 1u);
  EXPECT_FALSE(vault_->end_rotation());
}

TEST_F(VaultRotation, WrapsTheKeysAnewAndLeavesNoByteOfHowTheyWereWrapped) {
  fill(20);
  const auto before = key_rows();
  const crypto::Secret fresh(std::vector<std::uint8_t>(32, 7));
  std::vector<crypto::Secret> both;
  both.emplace_back(fresh.view());
  both.emplace_back(secret_.view());
  ASSERT_TRUE(vault_->rewrap(Kek(std::move(both), {})));
  EXPECT_TRUE(vault_->puts_away());
  open_with(fresh);
  EXPECT_TRUE(vault_->puts_away()) << "the crash came before the bytes were gone";
  ASSERT_TRUE(vault_->put_away());
  expect_no_byte_of(before);
  EXPECT_EQ(open_keys(file_, secret_).error().code, Code::failed_precondition);
  auto read = reader();
  expect_whole(read);
  ASSERT_TRUE(vault_->rewrap(kek_)) << "again";
  EXPECT_FALSE(vault_->puts_away()) << "there was nothing to do";
}

TEST_F(VaultRotation, DoesNotWaitForAReaderBeforeItPutsKeysAway) {
  fill(50);
  auto read = reader();
  ASSERT_TRUE(vault_->begin_rotation(2, kek_));
  ASSERT_EQ(reseal_all(), VaultWriter::Reseal::done);
  ASSERT_TRUE(vault_->end_rotation());
  bool asked = false;
  ASSERT_TRUE(read.read_all(kAcme, [&](record::Kind, std::string_view, std::string_view) {
    if (asked) return base::Result<void>();
    asked = true;
    token("a value more, so that the WAL holds what the reader does not see");
    const auto begun = std::chrono::steady_clock::now();
    const auto put = vault_->put_away();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(500));
    EXPECT_FALSE(put);
    EXPECT_EQ(put.error().code, Code::unavailable);
    return base::Result<void>();
  }));
  EXPECT_TRUE(vault_->puts_away());
  EXPECT_TRUE(vault_->put_away());
}

TEST_F(VaultRotation, BringsAnOlderFileForwardAndRefusesANewerOne) {
  fill(30);
  vault_.reset();
  sql("ALTER TABLE personal DROP COLUMN generation; PRAGMA user_version=1");
  auto older = reader();
  expect_whole(older);
  open();
  expect_whole(older);
  rotate(2);
  expect_whole(older);
  vault_.reset();
  sql("PRAGMA user_version=3");
  EXPECT_EQ(open_keys(file_, kek_).error().code, Code::data_loss);
  EXPECT_FALSE(VaultWriter::open(file_, keys_, crypto::system_entropy()));
  sql("PRAGMA application_id=1");
  EXPECT_EQ(open_keys(file_, kek_).error().code, Code::data_loss);
}

TEST_F(VaultRotation, IsFollowedByAReaderThatKnewTheKeyEncryptionKeyBefore) {
  fill(40);
  const auto path = dir_ / "vault.key";
  ASSERT_TRUE(base::write_file_durably(path, base::to_hex(secret_.view()) + "\n", base::FileMode::secret));
  const KekSource source{KekSource::Kind::file, path, {}};
  auto kek = read_key_encryption_key(source);
  ASSERT_TRUE(kek);
  auto read = VaultReader::open(file_, *open_keys(file_, *kek));
  ASSERT_TRUE(read);
  ASSERT_TRUE(create_key_encryption_key(source.next().file, crypto::system_entropy()));
  const auto both = read_key_encryption_key(source);
  ASSERT_TRUE(both);
  ASSERT_TRUE(vault_->rewrap(*both));
  ASSERT_TRUE(vault_->put_away());
  std::filesystem::rename(source.next().file, source.file);
  kek_ = *read_key_encryption_key(source);
  rotate(2);
  expect_whole(*read);
}

}  // namespace
}  // namespace countersign::vault
