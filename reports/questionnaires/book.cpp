#include "reports/questionnaires/book.h"

#include "ledger/base/json.h"
#include "ledger/sqlite/each_row.h"
#include "ledger/sqlite/shared_file.h"
#include "reports/questionnaires/stored_json.h"

#include <boost/json/serialize.hpp>

namespace countersign::questionnaires {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;
using sqlite::each_row;
using sqlite::Statement;

constexpr std::uint32_t kApplicationId = 0x43535155;  // "CSQU"

constexpr char kSchema[] = R"sql(
CREATE TABLE questionnaires(
  id TEXT NOT NULL PRIMARY KEY,
  place INTEGER NOT NULL UNIQUE,
  document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE questions(
  questionnaire TEXT NOT NULL,
  number INTEGER NOT NULL CHECK(number>0),
  document TEXT NOT NULL,
  PRIMARY KEY(questionnaire,number)
) STRICT, WITHOUT ROWID;
CREATE TABLE answers(
  questionnaire TEXT NOT NULL,
  number INTEGER NOT NULL CHECK(number>0),
  document TEXT NOT NULL,
  PRIMARY KEY(questionnaire,number)
) STRICT, WITHOUT ROWID;
CREATE TABLE own(id TEXT NOT NULL PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE adopted(
  answer TEXT NOT NULL,
  tenant TEXT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY(answer,tenant)
) STRICT, WITHOUT ROWID;
)sql";

base::Result<json::object> document_at(const Statement& row, int column) {
  auto parsed = base::parse_json(row.text(column), {});
  if (!parsed || !parsed->value.is_object())
    return fail(Code::data_loss, "questionnaires.sqlite holds what cannot be read");
  return std::move(parsed->value.get_object());
}

}  // namespace

base::Result<Book> Book::open(const std::filesystem::path& file) {
  TRY_ASSIGN(auto connection, sqlite::open_shared_file(
                                  file, {kApplicationId, 1, std::string(kSchema) + documents::kWaitingTable,
                                         "questionnaires"}));
  return Book(std::move(connection));
}

base::Result<sqlite::Transaction> Book::begin() {
  return sqlite::Transaction::begin(connection_, sqlite::Transaction::Kind::write);
}

base::Result<std::int64_t> Book::version() {
  TRY_ASSIGN(const auto of_others, connection_.query_integer("PRAGMA data_version"));
  return of_others + own_changes_;
}

base::Result<void> Book::run(std::string_view sql, std::initializer_list<std::string_view> texts) {
  ++own_changes_;
  TRY_ASSIGN(auto statement, connection_.prepare(sql));
  int index = 0;
  for (const auto text : texts) statement.bind_text(++index, text);
  return statement.run();
}

base::Result<std::vector<Entry>> Book::entries(std::optional<std::string_view> id) {
  std::vector<Entry> out;
  TRY_ASSIGN(auto rows, connection_.prepare(
                            "SELECT document FROM questionnaires WHERE ?1 IS NULL OR id=?1 ORDER BY place"));
  if (id)
    rows.bind_text(1, *id);
  else
    rows.bind_null(1);
  TRY(each_row(rows, [&](const Statement& row) -> base::Result<void> {
    TRY_ASSIGN(const auto document, document_at(row, 0));
    TRY_ASSIGN(auto entry, entry_from(document));
    out.push_back(std::move(entry));
    return {};
  }));
  return out;
}

base::Result<std::vector<Question>> Book::questions(std::string_view id) {
  std::vector<Question> out;
  TRY_ASSIGN(auto rows, connection_.prepare(
                            "SELECT number,document FROM questions WHERE questionnaire=?1 ORDER BY number"));
  rows.bind_text(1, id);
  TRY(each_row(rows, [&](const Statement& row) -> base::Result<void> {
    TRY_ASSIGN(const auto document, document_at(row, 1));
    TRY_ASSIGN(auto question, question_from(document));
    question.number = static_cast<std::uint32_t>(row.integer(0));
    out.push_back(std::move(question));
    return {};
  }));
  return out;
}

base::Result<Count> Book::count(std::string_view id) {
  TRY_ASSIGN(
      auto row,
      connection_.prepare(
          "SELECT (SELECT count(*) FROM questions WHERE questionnaire=?1),count(*),"
          "coalesce(sum(json_array_length(document,'$.stale')>0),0) FROM answers WHERE questionnaire=?1"));
  row.bind_text(1, id);
  TRY(row.step());
  const auto at = [&](int column) { return static_cast<std::size_t>(row.integer(column)); };
  return Count{at(0), at(1), at(2)};
}

base::Result<void> Book::put(const Entry& entry, const std::vector<Question>& questions) {
  TRY(
      run("INSERT INTO questionnaires(id,place,document) VALUES(?1,(SELECT 1+coalesce(max(place),0) FROM "
          "questionnaires),?2)"
          " ON CONFLICT(id) DO UPDATE SET document=?2",
          {entry.id, json::serialize(to_json(entry))}));
  TRY(run("DELETE FROM questions WHERE questionnaire=?1", {entry.id}));
  TRY(run("DELETE FROM answers WHERE questionnaire=?1", {entry.id}));
  TRY_ASSIGN(auto put,
             connection_.prepare("INSERT INTO questions(questionnaire,number,document) VALUES(?1,?2,?3)"));
  for (const auto& question : questions) {
    const auto document = json::serialize(to_json(question));
    put.bind_text(1, entry.id).bind(2, question.number).bind_text(3, document);
    TRY(put.run());
  }
  return {};
}

base::Result<void> Book::remove(std::string_view id) {
  TRY(run("DELETE FROM questions WHERE questionnaire=?1", {id}));
  TRY(run("DELETE FROM answers WHERE questionnaire=?1", {id}));
  return run("DELETE FROM questionnaires WHERE id=?1", {id});
}

base::Result<std::map<std::uint32_t, Standing>> Book::answers(std::string_view id) {
  std::map<std::uint32_t, Standing> out;
  TRY_ASSIGN(auto rows, connection_.prepare("SELECT number,document FROM answers WHERE questionnaire=?1"));
  rows.bind_text(1, id);
  TRY(each_row(rows, [&](const Statement& row) -> base::Result<void> {
    TRY_ASSIGN(const auto document, document_at(row, 1));
    TRY_ASSIGN(auto standing, standing_from(document));
    out.emplace(static_cast<std::uint32_t>(row.integer(0)), std::move(standing));
    return {};
  }));
  return out;
}

base::Result<void> Book::put(std::string_view id, std::uint32_t number, const Standing& answer) {
  ++own_changes_;
  TRY_ASSIGN(auto put, connection_.prepare(
                           "INSERT OR REPLACE INTO answers(questionnaire,number,document) VALUES(?1,?2,?3)"));
  const auto document = json::serialize(to_json(answer));
  put.bind_text(1, id).bind(2, number).bind_text(3, document);
  return put.run();
}

base::Result<void> Book::remove(std::string_view id, std::uint32_t number) {
  ++own_changes_;
  TRY_ASSIGN(auto gone, connection_.prepare("DELETE FROM answers WHERE questionnaire=?1 AND number=?2"));
  gone.bind_text(1, id).bind(2, number);
  return gone.run();
}

base::Result<std::vector<json::object>> Book::own() {
  std::vector<json::object> out;
  TRY_ASSIGN(auto rows, connection_.prepare("SELECT document FROM own ORDER BY id"));
  TRY(each_row(rows, [&](const Statement& row) -> base::Result<void> {
    TRY_ASSIGN(auto document, document_at(row, 0));
    out.push_back(std::move(document));
    return {};
  }));
  return out;
}

base::Result<void> Book::put_own(std::string_view id, const json::object& answer) {
  return run("INSERT OR REPLACE INTO own(id,document) VALUES(?1,?2)", {id, json::serialize(answer)});
}

base::Result<void> Book::remove_own(std::string_view id) { return run("DELETE FROM own WHERE id=?1", {id}); }

base::Result<std::vector<Adopted>> Book::adopted() {
  std::vector<Adopted> out;
  TRY_ASSIGN(auto rows, connection_.prepare("SELECT document FROM adopted ORDER BY answer,tenant"));
  TRY(each_row(rows, [&](const Statement& row) -> base::Result<void> {
    TRY_ASSIGN(const auto document, document_at(row, 0));
    TRY_ASSIGN(auto adopted, adopted_from(document));
    out.push_back(std::move(adopted));
    return {};
  }));
  return out;
}

base::Result<void> Book::put(const Adopted& answer) {
  const auto& approval = answer.standing.approval;
  return run("INSERT OR REPLACE INTO adopted(answer,tenant,document) VALUES(?1,?2,?3)",
             {approval.answer, approval.tenant, json::serialize(to_json(answer))});
}

base::Result<void> Book::remove_adopted(std::string_view answer, std::string_view tenant) {
  return run("DELETE FROM adopted WHERE answer=?1 AND tenant=?2", {answer, tenant});
}

base::Result<void> Book::settle(const documents::Record& record) {
  return documents::record_waiting(connection_, record, "questionnaires.sqlite");
}

base::Result<void> Book::wait(const json::object& event) {
  return documents::put_waiting(connection_, event);
}

}  // namespace countersign::questionnaires
