#include "web/auth/account_store.h"

#include "ledger/sqlite/connection.h"
#include "ledger/sqlite/shared_file.h"

#include <fmt/format.h>

namespace countersign::auth {
namespace {

using base::Code;
using base::fail;
using sqlite::Transaction;

constexpr std::uint32_t kApplicationId = 0x43534143;  // "CSAC"
constexpr std::int64_t kVersion = 2;

constexpr char kSchema[] = R"sql(
CREATE TABLE accounts(
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  invitation BLOB UNIQUE,
  issuer TEXT,
  subject TEXT,
  scim TEXT UNIQUE,
  document TEXT NOT NULL,
  UNIQUE(issuer, subject)
) STRICT, WITHOUT ROWID;
)sql";

/// What a file of version 1 lacks, beside the tables of Provisioned.
constexpr char kWithScim[] = R"sql(
ALTER TABLE accounts ADD COLUMN scim TEXT;
CREATE UNIQUE INDEX accounts_by_scim ON accounts(scim);
)sql";

/// Ends with its block, also where that throws.
class Together {
 public:
  explicit Together(bool& flag) : flag_(flag) { flag_ = true; }
  ~Together() { flag_ = false; }
  Together(const Together&) = delete;
  Together& operator=(const Together&) = delete;

 private:
  bool& flag_;
};

}  // namespace

struct AccountStore::Impl {
  sqlite::Connection db;
  sqlite::Statement by_id, by_name, by_invitation, by_subject, by_scim, all, insert, update, remove;
  std::int64_t own_changes = 0;
  bool is_together = false;

  /// Within together() there is a transaction already.
  base::Result<std::optional<Transaction>> begin() {
    if (is_together) return std::optional<Transaction>();
    TRY_ASSIGN(auto transaction, Transaction::begin(db, Transaction::Kind::write));
    return std::optional(std::move(transaction));
  }
  static base::Result<void> commit(std::optional<Transaction>& transaction) {
    return transaction ? transaction->commit() : base::Result<void>();
  }

  base::Result<std::optional<Account>> read(sqlite::Statement& statement) {
    auto row = statement.step();
    std::optional<base::Result<Account>> parsed;
    if (row && *row) parsed = parse_account(statement.text(0));
    statement.reset();
    TRY_ASSIGN(const bool found, std::move(row));
    if (!found) return std::optional<Account>();
    TRY_ASSIGN(auto account, std::move(*parsed));
    return std::optional(std::move(account));
  }

  base::Result<std::vector<Account>> read_all() {
    std::vector<Account> out;
    while (true) {
      auto row = all.step();
      if (!row || !*row) {
        all.reset();
        TRY(row);
        return out;
      }
      auto parsed = parse_account(all.text(0));
      if (!parsed) {
        all.reset();
        return fail(parsed.error());
      }
      out.push_back(std::move(*parsed));
    }
  }

  base::Result<void> write(sqlite::Statement& statement, const Account& account) {
    const auto text = to_text(account);
    statement.bind_text(1, account.id).bind_text(2, account.name).bind_text(4, text);
    if (account.invitation) {
      statement.bind_blob(3, account.invitation->token_sha256.view());
    } else {
      statement.bind_null(3);
    }
    if (account.oidc) {
      statement.bind_text(5, account.oidc->issuer).bind_text(6, account.oidc->subject);
    } else {
      statement.bind_null(5).bind_null(6);
    }
    if (account.scim) {
      statement.bind_text(7, account.scim->id);
    } else {
      statement.bind_null(7);
    }
    ++own_changes;
    auto done = statement.run();
    statement.reset();
    if (!done && done.error().code == Code::already_exists)
      return fail(Code::already_exists, "there is an account of that name or identity already");
    return done;
  }
};

AccountStore::AccountStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AccountStore::~AccountStore() = default;
AccountStore::AccountStore(AccountStore&&) noexcept = default;
AccountStore& AccountStore::operator=(AccountStore&&) noexcept = default;

base::Result<AccountStore> AccountStore::open(const std::filesystem::path& file) {
  TRY_ASSIGN(auto db, sqlite::open_shared_file(file, {kApplicationId,
                                                      kVersion,
                                                      std::string(kSchema) + Provisioned::schema(),
                                                      "accounts",
                                                      {std::string(kWithScim) + Provisioned::schema()}}));
  TRY_ASSIGN(auto by_id, db.prepare("SELECT document FROM accounts WHERE id=?1"));
  TRY_ASSIGN(auto by_name, db.prepare("SELECT document FROM accounts WHERE name=?1"));
  TRY_ASSIGN(auto by_invitation, db.prepare("SELECT document FROM accounts WHERE invitation=?1"));
  TRY_ASSIGN(auto by_subject, db.prepare("SELECT document FROM accounts WHERE issuer=?1 AND subject=?2"));
  TRY_ASSIGN(auto by_scim, db.prepare("SELECT document FROM accounts WHERE scim=?1"));
  TRY_ASSIGN(auto all, db.prepare("SELECT document FROM accounts ORDER BY name"));
  TRY_ASSIGN(auto insert, db.prepare("INSERT INTO accounts(id,name,invitation,document,issuer,subject,scim) "
                                     "VALUES(?1,?2,?3,?4,?5,?6,?7)"));
  TRY_ASSIGN(
      auto update,
      db.prepare(
          "UPDATE accounts SET name=?2,invitation=?3,document=?4,issuer=?5,subject=?6,scim=?7 WHERE id=?1"));
  TRY_ASSIGN(auto remove, db.prepare("DELETE FROM accounts WHERE id=?1"));
  return AccountStore(std::make_unique<Impl>(Impl{
      std::move(db), std::move(by_id), std::move(by_name), std::move(by_invitation), std::move(by_subject),
      std::move(by_scim), std::move(all), std::move(insert), std::move(update), std::move(remove)}));
}

base::Result<std::optional<Account>> AccountStore::by_id(std::string_view id) {
  return impl_->read(impl_->by_id.bind_text(1, id));
}

base::Result<std::optional<Account>> AccountStore::by_name(std::string_view name) {
  return impl_->read(impl_->by_name.bind_text(1, name));
}

base::Result<std::optional<Account>> AccountStore::by_invitation(const base::Digest& token_sha256) {
  return impl_->read(impl_->by_invitation.bind_blob(1, token_sha256.view()));
}

base::Result<std::optional<Account>> AccountStore::by_subject(std::string_view issuer,
                                                              std::string_view subject) {
  return impl_->read(impl_->by_subject.bind_text(1, issuer).bind_text(2, subject));
}

base::Result<std::optional<Account>> AccountStore::by_scim(std::string_view id) {
  return impl_->read(impl_->by_scim.bind_text(1, id));
}

base::Result<std::vector<Account>> AccountStore::all() { return impl_->read_all(); }

base::Result<void> AccountStore::add(const Account& account) { return impl_->write(impl_->insert, account); }

base::Result<Account> AccountStore::change(std::string_view id, const Change& change) {
  TRY_ASSIGN(auto transaction, impl_->begin());
  TRY_ASSIGN(auto account, by_id(id));
  if (!account) return fail(Code::not_found, "there is no such account");
  TRY(change(*account));
  account->id = id;
  TRY(impl_->write(impl_->update, *account));
  TRY(Impl::commit(transaction));
  return std::move(*account);
}

base::Result<void> AccountStore::change_all(const Change& change) {
  TRY_ASSIGN(auto transaction, impl_->begin());
  TRY_ASSIGN(const auto accounts, impl_->read_all());
  for (const auto& before : accounts) {
    auto account = before;
    TRY(change(account));
    account.id = before.id;
    if (account != before) TRY(impl_->write(impl_->update, account));
  }
  return Impl::commit(transaction);
}

base::Result<void> AccountStore::remove(std::string_view id) {
  ++impl_->own_changes;
  auto done = impl_->remove.bind_text(1, id).run();
  impl_->remove.reset();
  TRY(done);
  if (impl_->db.changes() == 0) return fail(Code::not_found, "there is no such account");
  return {};
}

base::Result<void> AccountStore::together(const Work& work) {
  TRY_ASSIGN(auto transaction, Transaction::begin(impl_->db, Transaction::Kind::write));
  Provisioned provisioned(impl_->db);
  const auto keep = [&] {
    const Together together(impl_->is_together);
    return work(provisioned);
  }();
  if (!keep) return fail(keep.error());
  if (!*keep) return {};
  ++impl_->own_changes;
  return transaction.commit();
}

base::Result<void> AccountStore::touch() {
  TRY_ASSIGN(auto transaction, impl_->begin());
  ++impl_->own_changes;
  TRY(impl_->db.execute(fmt::format("PRAGMA user_version={}", kVersion)));
  return Impl::commit(transaction);
}

base::Result<std::int64_t> AccountStore::version() {
  TRY_ASSIGN(const auto of_others, impl_->db.query_integer("PRAGMA data_version"));
  return of_others + impl_->own_changes;
}

}  // namespace countersign::auth
