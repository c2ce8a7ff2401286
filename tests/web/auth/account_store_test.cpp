#include "web/auth/account_store.h"

#include "ledger/sqlite/connection.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>

namespace countersign::auth {
namespace {

Account account_of(const std::string& name = "ana@example.com") {
  Account out;
  out.id = crypto::random_id(crypto::system_entropy());
  out.name = name;
  out.tenants = {base::TenantId("acme")};
  out.invitation.emplace();
  crypto::system_entropy()(out.invitation->token_sha256.bytes);
  return out;
}

TEST(AccountStore, FindsWhatWasAdded) {
  const testing::TempDir folder;
  auto store = AccountStore::open(folder / "accounts.sqlite");
  ASSERT_TRUE(store) << store.error().message;
  const auto ana = account_of(), bob = account_of("bob@example.com");
  ASSERT_TRUE(store->add(bob));
  ASSERT_TRUE(store->add(ana));
  EXPECT_EQ(**store->by_id(ana.id), ana);
  EXPECT_EQ(**store->by_name("bob@example.com"), bob);
  EXPECT_EQ(**store->by_invitation(ana.invitation->token_sha256), ana);
  EXPECT_EQ(*store->all(), (std::vector<Account>{ana, bob}));
  EXPECT_FALSE(*store->by_id("x"));
  EXPECT_FALSE(*store->by_name("Ana@example.com"));
  EXPECT_FALSE(*store->by_invitation(base::Digest()));
  auto other = account_of("ana@example.com");
  EXPECT_EQ(store->add(other).error().code, base::Code::already_exists);
  const auto mode = std::filesystem::status(folder / "accounts.sqlite").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(AccountStore, BringsAFileOfTheFirstVersionUpToDate) {
  const testing::TempDir folder;
  const auto file = folder / "accounts.sqlite";
  const auto ana = account_of();
  {
    sqlite::OpenOptions options;
    options.access = sqlite::Access::create;
    options.journal = sqlite::Journal::rollback;
    auto db = sqlite::Connection::open(file, options);
    ASSERT_TRUE(db);
    ASSERT_TRUE(db->execute(
        "CREATE TABLE accounts(id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, invitation BLOB "
        "UNIQUE, "
        "issuer TEXT, subject TEXT, document TEXT NOT NULL, UNIQUE(issuer, subject)) STRICT, WITHOUT ROWID;"
        "PRAGMA application_id=0x43534143; PRAGMA user_version=1;"));
    auto insert = db->prepare("INSERT INTO accounts(id,name,document) VALUES(?1,?2,?3)");
    const auto text = to_text(ana);
    ASSERT_TRUE(insert->bind_text(1, ana.id).bind_text(2, ana.name).bind_text(3, text).run());
  }
  auto store = AccountStore::open(file);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(**store->by_id(ana.id), ana);
  auto bob = account_of("bob@example.com"), twin = account_of("twin");
  bob.scim = twin.scim = ScimLink{"s", "", false, {}};
  ASSERT_TRUE(store->add(bob));
  EXPECT_EQ(**store->by_scim("s"), bob);
  EXPECT_EQ(store->add(twin).error().code, base::Code::already_exists);
  ASSERT_TRUE(AccountStore::open(file)) << "once";
}

TEST(AccountStore, FindsAnAccountByIssuerAndSubjectTogether) {
  const testing::TempDir folder;
  auto store = AccountStore::open(folder / "accounts.sqlite");
  ASSERT_TRUE(store);
  auto ana = account_of(), bob = account_of("bob@example.com"), local = account_of("local");
  ana.oidc = {"https://id.example.com", "1", {}};
  bob.oidc = {"https://other.example.com", "1", {}};
  for (const auto& one : {ana, bob, local, account_of("another")}) ASSERT_TRUE(store->add(one));
  EXPECT_EQ(**store->by_subject("https://id.example.com", "1"), ana);
  EXPECT_EQ(**store->by_subject("https://other.example.com", "1"), bob);
  EXPECT_FALSE(*store->by_subject("https://id.example.com", "2"));
  EXPECT_FALSE(*store->by_subject("", ""));
  auto twin = account_of("twin");
  twin.oidc = ana.oidc;
  EXPECT_EQ(store->add(twin).error().code, base::Code::already_exists);
  const auto link = [&](Account& one) -> base::Result<void> {
    one.oidc = ana.oidc;
    return {};
  };
  EXPECT_EQ(store->change(bob.id, link).error().code, base::Code::already_exists);
  const auto cut = [](Account& one) -> base::Result<void> {
    one.oidc.reset();
    return {};
  };
  ASSERT_TRUE(store->change(ana.id, cut));
  EXPECT_FALSE(*store->by_subject("https://id.example.com", "1"));
  EXPECT_TRUE(store->change(bob.id, link));
  EXPECT_EQ((*store->by_subject("https://id.example.com", "1"))->id, bob.id);
}

TEST(AccountStore, ChangesAllOrNothing) {
  const testing::TempDir folder;
  auto store = AccountStore::open(folder / "accounts.sqlite");
  ASSERT_TRUE(store);
  const auto ana = account_of(), bob = account_of("bob@example.com");
  ASSERT_TRUE(store->add(ana));
  ASSERT_TRUE(store->add(bob));
  const auto changed = store->change(ana.id, [](Account& one) -> base::Result<void> {
    one.invitation.reset();
    one.factor_failures = 9;
    one.id = "another";
    return {};
  });
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->factor_failures, 9u);
  EXPECT_EQ(**store->by_id(ana.id), *changed) << "the id stays";
  EXPECT_FALSE(*store->by_invitation(ana.invitation->token_sha256));
  const auto failed = store->change(bob.id, [](Account& one) -> base::Result<void> {
    one.factor_failures = 7;
    return base::fail(base::Code::permission_denied, "no");
  });
  EXPECT_EQ(failed.error().code, base::Code::permission_denied);
  EXPECT_EQ(**store->by_id(bob.id), bob);
  const auto taken = store->change(bob.id, [](Account& one) -> base::Result<void> {
    one.name = "ana@example.com";
    return {};
  });
  EXPECT_EQ(taken.error().code, base::Code::already_exists);
  EXPECT_EQ(store->change("none", [](Account&) { return base::Result<void>(); }).error().code,
            base::Code::not_found);
  int seen = 0;
  EXPECT_FALSE(store->change_all([&](Account& one) -> base::Result<void> {
    one.factor_failures = 1;
    if (++seen == 2) return base::fail(base::Code::internal, "stop");
    return {};
  }));
  EXPECT_EQ((*store->by_id(ana.id))->factor_failures, 9u) << "the first is as before, too";
}

TEST(AccountStore, ForgetsWhomItRemoves) {
  const testing::TempDir folder;
  const auto file = folder / "accounts.sqlite";
  {
    auto store = AccountStore::open(file);
    ASSERT_TRUE(store);
    const auto ana = account_of();
    ASSERT_TRUE(store->add(ana));
    ASSERT_TRUE(store->add(account_of("bob@example.com")));
    ASSERT_TRUE(store->remove(ana.id));
    EXPECT_EQ(store->remove(ana.id).error().code, base::Code::not_found);
  }
  std::ifstream in(file, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(in), {}};
  EXPECT_NE(content.find("bob@example.com"), std::string::npos);
  EXPECT_EQ(content.find("ana@example.com"), std::string::npos);
}

TEST(AccountStore, RefusesAFileThatIsNone) {
  const testing::TempDir folder;
  std::ofstream(folder / "accounts.sqlite") << std::string(4096, 'x');
  EXPECT_EQ(AccountStore::open(folder / "accounts.sqlite").error().code, base::Code::data_loss);
}

TEST(AccountStoreConcurrency, LosesNoChangeOfSeveralWriters) {
  const testing::TempDir folder;
  const auto file = folder / "accounts.sqlite";
  const auto ana = account_of();
  ASSERT_TRUE(AccountStore::open(file)->add(ana));
  constexpr int kWriters = 3, kChanges = 20;
  auto watching = AccountStore::open(file);
  ASSERT_TRUE(watching);
  const auto before = watching->version();
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] {
      auto store = AccountStore::open(file);
      ASSERT_TRUE(store);
      for (int n = 0; n < kChanges;) {
        const auto done = store->change(ana.id, [](Account& one) {
          ++one.factor_failures;
          return base::Result<void>();
        });
        if (done) ++n;
        if (!done) {
          ASSERT_EQ(done.error().code, base::Code::unavailable) << done.error().message;
        }
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_NE(*watching->version(), *before);
  EXPECT_EQ((*AccountStore::open(file)->by_id(ana.id))->factor_failures,
            ana.factor_failures + kWriters * kChanges);
}

}  // namespace
}  // namespace countersign::auth
