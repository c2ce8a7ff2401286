#include "ledger/witness/witness_state.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::witness {
namespace {

using base::Code;
using base::fail;
using sqlite::Access;
using sqlite::Connection;
using sqlite::Transaction;

constexpr std::int64_t kApplicationId = 0x43535749;  // "CSWI"
constexpr std::int64_t kVersion = 1;

constexpr char kSchema[] = R"sql(
CREATE TABLE witness(vkey TEXT NOT NULL) STRICT;
CREATE TABLE cosigned(
  name TEXT NOT NULL PRIMARY KEY,
  size INTEGER NOT NULL,
  root BLOB NOT NULL,
  time INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER cosigned_never_goes_back BEFORE UPDATE ON cosigned
  WHEN NEW.size<OLD.size OR NEW.time<OLD.time OR NEW.name<>OLD.name OR (NEW.size=OLD.size AND NEW.root<>OLD.root)
  BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END;
CREATE TRIGGER cosigned_never_forgets BEFORE DELETE ON cosigned
  BEGIN SELECT RAISE(ABORT, 'a witness never forgets'); END;
PRAGMA application_id=0x43535749;
PRAGMA user_version=1;
)sql";

}  // namespace

base::Result<void> WitnessState::create(const std::filesystem::path& file, const tree::NoteVerifier& key) {
  TRY_ASSIGN(auto connection,
             Connection::open(file, {.access = Access::create, .journal = sqlite::Journal::rollback}));
  TRY_ASSIGN(auto transaction, Transaction::begin(connection, Transaction::Kind::write));
  TRY(connection.execute(kSchema));
  {
    TRY_ASSIGN(auto insert, connection.prepare("INSERT INTO witness(vkey) VALUES(?1)"));
    const auto vkey = key.to_vkey();
    TRY(insert.bind_text(1, vkey).run());
  }
  return transaction.commit();
}

base::Result<WitnessState> WitnessState::open(const std::filesystem::path& file,
                                              const tree::NoteVerifier& key) {
  TRY_ASSIGN(auto opened,
             Connection::open(file, {.access = Access::read_write, .journal = sqlite::Journal::rollback}));
  auto connection = std::make_unique<Connection>(std::move(opened));
  TRY_ASSIGN(const auto application, connection->query_integer("PRAGMA application_id"));
  TRY_ASSIGN(const auto version, connection->query_integer("PRAGMA user_version"));
  if (application != kApplicationId || version != kVersion)
    return fail(Code::data_loss,
                fmt::format("{} is not the state of a witness, or of a newer version", file.string()));
  {
    TRY_ASSIGN(auto select, connection->prepare("SELECT vkey FROM witness"));
    TRY_ASSIGN(const bool there, select.step());
    if (!there || select.text(0) != key.to_vkey())
      return fail(
          Code::failed_precondition,
          fmt::format("{} is the state of the witness {}, not of {}: put back the file that belongs to "
                      "the key",
                      file.string(), there ? select.text(0) : "of no key", key.to_vkey()));
  }
  return WitnessState(std::move(connection));
}

base::Result<std::optional<WitnessState::Cosigned>> WitnessState::find(std::string_view name) {
  TRY_ASSIGN(auto select, file_->prepare("SELECT size,root,time,note FROM cosigned WHERE name=?1"));
  select.bind_text(1, name);
  TRY_ASSIGN(const bool there, select.step());
  if (!there) return std::optional<Cosigned>();
  Cosigned out;
  out.size = static_cast<std::uint64_t>(select.integer(0));
  const auto root = select.blob(1);
  if (root.size() != out.root.bytes.size())
    return fail(Code::data_loss, "the state of the witness holds a root of a wrong length");
  std::ranges::copy(root, out.root.bytes.begin());
  out.time = select.integer(2);
  out.note = select.text(3);
  return std::optional(std::move(out));
}

base::Result<void> WitnessState::replace(std::string_view name, const std::optional<Cosigned>& before,
                                         const Cosigned& after) {
  TRY_ASSIGN(auto transaction, Transaction::begin(*file_, Transaction::Kind::write));
  {
    TRY_ASSIGN(
        auto change,
        file_->prepare(before ? "UPDATE cosigned SET size=?2,root=?3,time=?4,note=?5 WHERE name=?1 AND "
                                "size=?6 AND root=?7 AND time=?8"
                              : "INSERT INTO cosigned(name,size,root,time,note) VALUES(?1,?2,?3,?4,?5) "
                                "ON CONFLICT(name) DO NOTHING"));
    change.bind_text(1, name)
        .bind(2, static_cast<std::int64_t>(after.size))
        .bind_blob(3, after.root.view())
        .bind(4, after.time)
        .bind_text(5, after.note);
    if (before)
      change.bind(6, static_cast<std::int64_t>(before->size))
          .bind_blob(7, before->root.view())
          .bind(8, before->time);
    TRY(change.run());
    if (file_->changes() != 1) return fail(Code::aborted, "another request for the same log was faster");
  }
  return transaction.commit();
}

base::Result<std::int64_t> WitnessState::logs() {
  return file_->query_integer("SELECT count(*) FROM cosigned");
}

}  // namespace countersign::witness
