#include "ledger/witness/cosignature_book.h"

#include "ledger/base/file.h"

#include <fmt/format.h>

namespace countersign::witness {
namespace {

using base::Code;
using base::fail;
using sqlite::Access;
using sqlite::Connection;
using sqlite::Transaction;

constexpr std::int64_t kApplicationId = 0x4353434F;  // "CSCO"
constexpr std::int64_t kVersion = 1;
constexpr int kWalPages = 250;

constexpr char kSchema[] = R"sql(
CREATE TABLE cosignatures(
  log TEXT NOT NULL,
  size INTEGER NOT NULL,
  witness TEXT NOT NULL,
  time INTEGER NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY(log,size,witness)
) STRICT, WITHOUT ROWID;
CREATE INDEX cosignatures_of_witness ON cosignatures(log,witness,size);
CREATE TRIGGER cosignatures_refuses_UPDATE BEFORE UPDATE ON cosignatures
  BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
CREATE TRIGGER cosignatures_refuses_DELETE BEFORE DELETE ON cosignatures
  BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END;
PRAGMA application_id=0x4353434F;
PRAGMA user_version=1;
)sql";

/// The key as it stands in a signature line.
std::string key_of(const tree::NoteVerifier& witness) {
  return fmt::format("{}+{:08x}", witness.name(), witness.key_id());
}

std::int64_t number(std::uint64_t size) { return static_cast<std::int64_t>(size); }

base::Result<std::unique_ptr<Connection>> open_book(const std::filesystem::path& file, Access access) {
  TRY_ASSIGN(auto opened, Connection::open(file, {.access = access, .cache_kib = 1024}));
  auto connection = std::make_unique<Connection>(std::move(opened));
  TRY_ASSIGN(const auto application, connection->query_integer("PRAGMA application_id"));
  TRY_ASSIGN(const auto version, connection->query_integer("PRAGMA user_version"));
  if (application != kApplicationId || version != kVersion)
    return fail(Code::data_loss,
                fmt::format("{} holds no cosignatures, or is of a newer version", file.string()));
  return connection;
}

}  // namespace

base::Result<CosignatureBook> CosignatureBook::open_to_write(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    // Under its name it is whole: a half-made one would be in the way of every start.
    const std::filesystem::path fresh = file.string() + ".new";
    for (const auto* rest : {"", "-wal", "-shm", "-journal"})
      std::filesystem::remove(fresh.string() + rest, ignored);
    {
      TRY_ASSIGN(auto connection, Connection::open(fresh, {.access = Access::create}));
      TRY_ASSIGN(auto transaction, Transaction::begin(connection, Transaction::Kind::write));
      TRY(connection.execute(kSchema));
      TRY(transaction.commit());
      TRY(connection.empty_wal());
    }
    TRY(base::replace_file_durably(fresh, file));
  }
  TRY_ASSIGN(auto connection, open_book(file, Access::read_write));
  return CosignatureBook(std::move(connection));
}

base::Result<CosignatureBook> CosignatureBook::open(const std::filesystem::path& file) {
  TRY_ASSIGN(auto connection, open_book(file, Access::read_only));
  return CosignatureBook(std::move(connection));
}

base::Result<std::optional<CosignatureBook>> CosignatureBook::find(
    const std::filesystem::path& region_folder) {
  auto book = open(file_of(region_folder));
  if (book) return std::optional(std::move(*book));
  if (book.error().code == Code::not_found) return std::optional<CosignatureBook>();
  return fail(std::move(book).error());
}

base::Result<void> CosignatureBook::add(const base::LogName& log, const tree::NoteVerifier& witness,
                                        const Cosigned& cosigned, std::string_view line) {
  const auto key = key_of(witness);
  {
    TRY_ASSIGN(auto insert, file_->prepare("INSERT INTO cosignatures(log,size,witness,time,line) "
                                           "VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO NOTHING"));
    TRY(insert.bind_text(1, log.text)
            .bind(2, number(cosigned.size))
            .bind_text(3, key)
            .bind(4, cosigned.time)
            .bind_text(5, line)
            .run());
  }
  if (file_->wal_pages() > kWalPages) file_->move_wal();
  return {};
}

base::Result<std::optional<CosignatureBook::Cosigned>> CosignatureBook::newest(
    const base::LogName& log, const tree::NoteVerifier& witness) {
  const auto key = key_of(witness);
  TRY_ASSIGN(auto select, file_->prepare("SELECT size,time FROM cosignatures WHERE log=?1 AND witness=?2 "
                                         "ORDER BY size DESC LIMIT 1"));
  select.bind_text(1, log.text).bind_text(2, key);
  TRY_ASSIGN(const bool there, select.step());
  if (!there) return std::optional<Cosigned>();
  return std::optional(Cosigned{static_cast<std::uint64_t>(select.integer(0)), select.integer(1)});
}

base::Result<std::string> CosignatureBook::lines(const base::LogName& log, std::uint64_t size) {
  TRY_ASSIGN(auto select,
             file_->prepare("SELECT line FROM cosignatures WHERE log=?1 AND size=?2 ORDER BY witness"));
  select.bind_text(1, log.text).bind(2, number(size));
  std::string out;
  for (;;) {
    TRY_ASSIGN(const bool there, select.step());
    if (!there) return out;
    out += select.text(0);
  }
}

base::Result<std::optional<std::uint64_t>> CosignatureBook::most_cosigned(const base::LogName& log,
                                                                          std::uint64_t least,
                                                                          std::uint64_t most) {
  TRY_ASSIGN(auto select,
             file_->prepare("SELECT size,count(*) AS witnesses FROM cosignatures WHERE log=?1 AND size IN "
                            "(SELECT DISTINCT size FROM cosignatures WHERE log=?1 AND size>=?2 AND size<=?3 "
                            "ORDER BY size DESC LIMIT 1000) GROUP BY size ORDER BY witnesses DESC, size DESC "
                            "LIMIT 1"));
  select.bind_text(1, log.text).bind(2, number(least)).bind(3, number(most));
  TRY_ASSIGN(const bool there, select.step());
  if (!there) return std::optional<std::uint64_t>();
  return std::optional(static_cast<std::uint64_t>(select.integer(0)));
}

base::Result<std::vector<std::uint64_t>> CosignatureBook::sizes(const base::LogName& log,
                                                                std::uint64_t most) {
  TRY_ASSIGN(auto select, file_->prepare("SELECT DISTINCT size FROM cosignatures WHERE log=?1 AND size<=?2 "
                                         "ORDER BY size DESC LIMIT 1000"));
  select.bind_text(1, log.text).bind(2, number(most));
  std::vector<std::uint64_t> out;
  for (;;) {
    TRY_ASSIGN(const bool there, select.step());
    if (!there) return out;
    out.push_back(static_cast<std::uint64_t>(select.integer(0)));
  }
}

base::Result<std::string> with_cosignatures(const std::filesystem::path& region_folder,
                                            const base::LogName& log, std::uint64_t size, std::string note) {
  TRY_ASSIGN(auto book, CosignatureBook::find(region_folder));
  if (!book) return note;
  TRY_ASSIGN(const auto lines, book->lines(log, size));
  return note + lines;
}

}  // namespace countersign::witness
