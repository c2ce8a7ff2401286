#include "reports/documents/book.h"

#include "ledger/base/json.h"
#include "ledger/sqlite/each_row.h"
#include "ledger/sqlite/shared_file.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace countersign::documents {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;
using sqlite::each_row;
using sqlite::Statement;

constexpr std::uint32_t kApplicationId = 0x43534443;  // "CSDC"

constexpr char kSchema[] = R"sql(
CREATE TABLE documents(
  id TEXT NOT NULL PRIMARY KEY,
  place INTEGER NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  owner TEXT NOT NULL,
  confidentiality TEXT NOT NULL,
  remind_days TEXT NOT NULL,
  is_nda INTEGER NOT NULL CHECK(is_nda IN (0,1)),
  added INTEGER NOT NULL,
  added_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_nda ON documents(is_nda) WHERE is_nda=1;
CREATE TABLE versions(
  document TEXT NOT NULL REFERENCES documents(id),
  number INTEGER NOT NULL CHECK(number>0),
  sha256 BLOB NOT NULL CHECK(length(sha256)=32),
  bytes INTEGER NOT NULL,
  media_type TEXT NOT NULL,
  file_name TEXT NOT NULL,
  issuer TEXT NOT NULL,
  valid_from INTEGER,
  valid_until INTEGER,
  added INTEGER NOT NULL,
  added_by TEXT NOT NULL,
  notes TEXT NOT NULL,
  has_contents INTEGER NOT NULL CHECK(has_contents IN (0,1)),
  withdrawn INTEGER,
  withdrawn_by TEXT,
  reason TEXT,
  PRIMARY KEY(document,number)
) STRICT, WITHOUT ROWID;
CREATE TABLE acceptances(
  account TEXT NOT NULL,
  nda BLOB NOT NULL CHECK(length(nda)=32),
  time INTEGER NOT NULL,
  PRIMARY KEY(account,nda)
) STRICT, WITHOUT ROWID;
CREATE TABLE reminders(
  document TEXT NOT NULL,
  version INTEGER NOT NULL,
  days INTEGER NOT NULL,
  time INTEGER NOT NULL,
  PRIMARY KEY(document,version,days)
) STRICT, WITHOUT ROWID;
)sql";

tl::unexpected<base::Error> damaged() {
  return fail(Code::data_loss, "documents.sqlite holds what cannot be read");
}

void bind_day(Statement& to, int index, const std::optional<Day>& day) {
  if (day)
    to.bind(index, day->number);
  else
    to.bind_null(index);
}

std::optional<Day> day_at(const Statement& from, int column) {
  return from.is_null(column) ? std::nullopt : std::optional(Day{from.integer(column)});
}

base::Result<json::array> array_at(const Statement& from, int column) {
  auto parsed = base::parse_json(from.text(column), {});
  if (!parsed || !parsed->value.is_array()) return damaged();
  return std::move(parsed->value.get_array());
}

base::Result<Document> document_at(const Statement& row) {
  Document out;
  out.id = row.text(0);
  out.kind = row.text(1);
  out.title = row.text(2);
  out.owner = row.text(3);
  const auto confidentiality = parse_confidentiality(row.text(4));
  if (!confidentiality) return damaged();
  out.confidentiality = *confidentiality;
  TRY_ASSIGN(const auto days, array_at(row, 5));
  for (const auto& day : days) {
    if (!day.is_int64()) return damaged();
    out.remind_days.push_back(day.get_int64());
  }
  out.is_nda = row.integer(6) != 0;
  out.added = {row.integer(7)};
  out.added_by = row.text(8);
  return out;
}

base::Result<Version> version_at(const Statement& row) {
  Version out;
  out.number = row.integer(0);
  const auto digest = row.blob(1);
  if (digest.size() != out.sha256.bytes.size()) return damaged();
  std::ranges::copy(digest, out.sha256.bytes.begin());
  out.bytes = static_cast<std::uint64_t>(row.integer(2));
  out.media_type = row.text(3);
  out.file_name = row.text(4);
  out.issuer = row.text(5);
  out.valid_from = day_at(row, 6);
  out.valid_until = day_at(row, 7);
  out.added = {row.integer(8)};
  out.added_by = row.text(9);
  TRY_ASSIGN(const auto notes, array_at(row, 10));
  for (const auto& note : notes) {
    if (!note.is_string()) return damaged();
    out.notes.emplace_back(note.get_string());
  }
  out.has_contents = row.integer(11) != 0;
  if (!row.is_null(12))
    out.withdrawn = Withdrawal{{row.integer(12)}, std::string(row.text(13)), std::string(row.text(14))};
  return out;
}

}  // namespace

base::Result<Book> Book::open(const std::filesystem::path& file) {
  TRY_ASSIGN(
      auto connection,
      sqlite::open_shared_file(file, {kApplicationId, 1, std::string(kSchema) + kWaitingTable, "documents"}));
  return Book(std::move(connection));
}

base::Result<sqlite::Transaction> Book::begin() {
  return sqlite::Transaction::begin(connection_, sqlite::Transaction::Kind::write);
}

base::Result<std::vector<Version>> Book::versions_of(const std::string& document) {
  std::vector<Version> out;
  TRY_ASSIGN(auto rows,
             connection_.prepare("SELECT number,sha256,bytes,media_type,file_name,issuer,valid_from,"
                                 "valid_until,added,added_by,notes,has_contents,withdrawn,withdrawn_by,reason"
                                 " FROM versions WHERE document=?1 ORDER BY number"));
  rows.bind_text(1, document);
  TRY(each_row(rows, [&](const Statement& row) -> base::Result<void> {
    TRY_ASSIGN(auto version, version_at(row));
    out.push_back(std::move(version));
    return {};
  }));
  return out;
}

base::Result<std::vector<Document>> Book::read(std::optional<std::string_view> id) {
  // All of it as of one moment, whoever writes meanwhile.
  TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(connection_, sqlite::Transaction::Kind::read));
  std::vector<Document> out;
  TRY_ASSIGN(auto rows,
             connection_.prepare("SELECT id,kind,title,owner,confidentiality,remind_days,is_nda,added,"
                                 "added_by FROM documents WHERE ?1 IS NULL OR id=?1 ORDER BY place"));
  if (id)
    rows.bind_text(1, *id);
  else
    rows.bind_null(1);
  TRY(each_row(rows, [&](const Statement& row) -> base::Result<void> {
    TRY_ASSIGN(auto document, document_at(row));
    out.push_back(std::move(document));
    return {};
  }));
  for (auto& document : out) {
    TRY_ASSIGN(document.versions, versions_of(document.id));
  }
  return out;
}

base::Result<void> Book::put(const Document& document) {
  TRY_ASSIGN(auto put,
             connection_.prepare(
                 "INSERT INTO documents(id,place,kind,title,owner,confidentiality,remind_days,is_nda,added,"
                 "added_by) VALUES(?1,(SELECT 1+coalesce(max(place),0) FROM documents),?2,?3,?4,?5,?6,?7,?8,"
                 "?9) ON CONFLICT(id) DO UPDATE SET title=?3,owner=?4,confidentiality=?5,remind_days=?6"));
  const auto days = json::serialize(json::array(document.remind_days.begin(), document.remind_days.end()));
  put.bind_text(1, document.id).bind_text(2, document.kind).bind_text(3, document.title);
  put.bind_text(4, document.owner).bind_text(5, to_string(document.confidentiality)).bind_text(6, days);
  put.bind(7, document.is_nda ? 1 : 0).bind(8, document.added.micros).bind_text(9, document.added_by);
  return put.run();
}

base::Result<void> Book::put(const std::string& document, const Version& version) {
  TRY_ASSIGN(auto put,
             connection_.prepare("INSERT OR REPLACE INTO versions(document,number,sha256,bytes,media_type,"
                                 "file_name,issuer,valid_from,valid_until,added,added_by,notes,has_contents,"
                                 "withdrawn,withdrawn_by,reason)"
                                 " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)"));
  const auto notes = json::serialize(json::array(version.notes.begin(), version.notes.end()));
  put.bind_text(1, document).bind(2, version.number).bind_blob(3, version.sha256.view());
  put.bind(4, static_cast<std::int64_t>(version.bytes)).bind_text(5, version.media_type);
  put.bind_text(6, version.file_name).bind_text(7, version.issuer);
  bind_day(put, 8, version.valid_from);
  bind_day(put, 9, version.valid_until);
  put.bind(10, version.added.micros).bind_text(11, version.added_by).bind_text(12, notes);
  put.bind(13, version.has_contents ? 1 : 0);
  if (version.withdrawn) {
    put.bind(14, version.withdrawn->time.micros).bind_text(15, version.withdrawn->by);
    put.bind_text(16, version.withdrawn->reason);
  } else {
    put.bind_null(14).bind_null(15).bind_null(16);
  }
  return put.run();
}

base::Result<std::uint64_t> Book::kept_bytes() {
  TRY_ASSIGN(const auto sum,
             connection_.query_integer("SELECT coalesce(sum(bytes),0) FROM"
                                       " (SELECT DISTINCT sha256,bytes FROM versions WHERE has_contents=1)"));
  return static_cast<std::uint64_t>(sum);
}

base::Result<std::optional<base::Timestamp>> Book::accepted(const std::string& account,
                                                            const base::Digest& nda) {
  TRY_ASSIGN(auto rows, connection_.prepare("SELECT time FROM acceptances WHERE account=?1 AND nda=?2"));
  rows.bind_text(1, account).bind_blob(2, nda.view());
  TRY_ASSIGN(const bool there, rows.step());
  return there ? std::optional(base::Timestamp{rows.integer(0)}) : std::nullopt;
}

base::Result<void> Book::accept(const std::string& account, const base::Digest& nda, base::Timestamp now) {
  TRY_ASSIGN(auto put, connection_.prepare("INSERT INTO acceptances(account,nda,time) VALUES(?1,?2,?3)"));
  put.bind_text(1, account).bind_blob(2, nda.view()).bind(3, now.micros);
  return put.run();
}

base::Result<std::vector<std::int64_t>> Book::reminded(const std::string& document, std::int64_t version) {
  std::vector<std::int64_t> out;
  TRY_ASSIGN(auto rows, connection_.prepare("SELECT days FROM reminders WHERE document=?1 AND version=?2"));
  rows.bind_text(1, document).bind(2, version);
  TRY(each_row(rows, [&](const Statement& row) -> base::Result<void> {
    out.push_back(row.integer(0));
    return {};
  }));
  return out;
}

base::Result<void> Book::remind(const std::string& document, std::int64_t version, std::int64_t days,
                                base::Timestamp now) {
  TRY_ASSIGN(
      auto put,
      connection_.prepare("INSERT OR IGNORE INTO reminders(document,version,days,time) VALUES(?1,?2,?3,?4)"));
  put.bind_text(1, document).bind(2, version).bind(3, days).bind(4, now.micros);
  return put.run();
}

base::Result<void> Book::settle(const Record& record) {
  return record_waiting(connection_, record, "documents.sqlite");
}

base::Result<void> Book::wait(const json::object& event) { return put_waiting(connection_, event); }

}  // namespace countersign::documents
