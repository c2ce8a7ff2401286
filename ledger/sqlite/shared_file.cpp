#include "ledger/sqlite/shared_file.h"

#include <fmt/format.h>

namespace countersign::sqlite {
namespace {

using base::Code;
using base::fail;

base::Result<Connection> open_or_create(const std::filesystem::path& file) {
  OpenOptions options;
  options.access = Access::create;
  options.journal = Journal::rollback;
  options.cache_kib = 2048;
  auto made = Connection::open(file, options);
  if (made || made.error().code != Code::already_exists) return made;
  options.access = Access::read_write;
  return Connection::open(file, options);
}

base::Result<void> mark(Connection& db, const SharedFileKind& kind) {
  return db.execute(
      fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", kind.application_id, kind.version));
}

base::Result<void> set_up(Connection& db, const std::filesystem::path& file, const SharedFileKind& kind) {
  TRY_ASSIGN(auto transaction, Transaction::begin(db, Transaction::Kind::write));
  TRY_ASSIGN(const auto version, db.query_integer("PRAGMA user_version"));
  TRY_ASSIGN(const auto application, db.query_integer("PRAGMA application_id"));
  if (version == 0 && application == 0) {
    TRY(db.execute(kind.schema));
    TRY(mark(db, kind));
    return transaction.commit();
  }
  if (application != std::int64_t{kind.application_id})
    return fail(Code::data_loss, fmt::format("{} holds no {}", file.string(), kind.what));
  if (version < kind.version) {
    for (auto next = static_cast<std::size_t>(version) - 1; next < kind.upgrades.size(); ++next)
      TRY(db.execute(kind.upgrades[next]));
    TRY(mark(db, kind));
  }
  if (version > kind.version)
    return fail(
        Code::failed_precondition,
        fmt::format("{} was made by a newer version (format {}, this one knows {}); install that version",
                    file.string(), version, kind.version));
  return transaction.commit();
}

}  // namespace

base::Result<Connection> open_shared_file(const std::filesystem::path& file, const SharedFileKind& kind) {
  TRY_ASSIGN(auto db, open_or_create(file));
  std::error_code error;
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                               error);
  if (error) return fail(Code::permission_denied, fmt::format("cannot keep {} from others", file.string()));
  TRY(set_up(db, file, kind));
  return db;
}

}  // namespace countersign::sqlite
