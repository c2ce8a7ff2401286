#include "web/auth/provisioned.h"

#include "ledger/base/json.h"
#include "web/scim/resource.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace countersign::auth {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;
using scim::Index;
using scim::Kind;

constexpr char kSchema[] = R"sql(
CREATE TABLE scim_resources(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  user_name TEXT,
  external_id TEXT,
  display_name TEXT,
  name TEXT,
  document TEXT NOT NULL,
  UNIQUE(kind, id)
) STRICT;
CREATE UNIQUE INDEX scim_by_user_name ON scim_resources(user_name) WHERE user_name IS NOT NULL;
CREATE INDEX scim_by_external_id ON scim_resources(external_id);
CREATE INDEX scim_by_display_name ON scim_resources(display_name);
CREATE TABLE scim_members(
  user_id TEXT NOT NULL,
  sequence INTEGER NOT NULL REFERENCES scim_resources(sequence),
  PRIMARY KEY(user_id, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX scim_members_of ON scim_members(sequence);
)sql";

std::string_view column_of(Index index) {
  switch (index) {
    case Index::id:
      return "id";
    case Index::user_name:
      return "user_name";
    case Index::external_id:
      return "external_id";
    case Index::display_name:
      break;
  }
  return "display_name";
}

/// The columns of an index, which must live until the statement has run.
struct Keys {
  Keys(Kind kind, const json::object& document)
      : user_name(kind == Kind::user ? key(Index::user_name, document, "userName") : std::string()),
        external_id(key(Index::external_id, document, "externalId")),
        display_name(kind == Kind::group ? key(Index::display_name, document, "displayName")
                                         : std::string()) {}

  void bind(sqlite::Statement& statement, int first) const {
    for (const auto* text : {&user_name, &external_id, &display_name}) {
      text->empty() ? statement.bind_null(first) : statement.bind_text(first, *text);
      ++first;
    }
  }

  std::string user_name, external_id, display_name;

 private:
  static std::string key(Index index, const json::object& document, std::string_view name) {
    const auto text = scim::text_at(document, name);
    return text.empty() ? std::string() : scim::index_key(index, text);
  }
};

base::Result<json::object> parse_document(std::string_view text) {
  auto parsed = base::parse_json(text, {});
  if (!parsed || !parsed->value.is_object())
    return fail(Code::data_loss, "a provisioned user or group cannot be read");
  return std::move(parsed->value.get_object());
}

base::Result<void> taken(base::Result<void> done) {
  if (!done && done.error().code == Code::already_exists)
    return fail(Code::already_exists, "there is a user of that userName already");
  return done;
}

}  // namespace

const char* Provisioned::schema() { return kSchema; }

base::Result<std::vector<json::object>> Provisioned::read_all(sqlite::Statement& statement) {
  std::vector<json::object> out;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return out;
    TRY_ASSIGN(auto document, parse_document(statement.text(0)));
    out.push_back(std::move(document));
  }
}

base::Result<std::optional<json::object>> Provisioned::find(Kind kind, std::string_view id) {
  TRY_ASSIGN(auto documents, find_by(kind, {Index::id, std::string(id)}));
  if (documents.empty()) return std::optional<json::object>();
  return std::optional(std::move(documents.front()));
}

base::Result<std::vector<json::object>> Provisioned::find_by(Kind kind, const scim::IndexTerm& term) {
  TRY_ASSIGN(auto statement,
             db_->prepare(
                 fmt::format("SELECT document FROM scim_resources WHERE kind=?1 AND {}=?2 ORDER BY sequence",
                             column_of(term.index))));
  statement.bind_text(1, name_of(kind)).bind_text(2, term.value);
  return read_all(statement);
}

base::Result<void> Provisioned::scan(Kind kind, std::uint64_t skip, const Visit& visit) {
  TRY_ASSIGN(auto statement, db_->prepare("SELECT document FROM scim_resources WHERE kind=?1 ORDER BY "
                                          "sequence LIMIT -1 OFFSET ?2"));
  statement.bind_text(1, name_of(kind)).bind(2, static_cast<std::int64_t>(skip));
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return {};
    TRY_ASSIGN(const auto document, parse_document(statement.text(0)));
    if (!visit(document)) return {};
  }
}

base::Result<std::uint64_t> Provisioned::count(Kind kind) {
  TRY_ASSIGN(auto statement, db_->prepare("SELECT count(*) FROM scim_resources WHERE kind=?1"));
  statement.bind_text(1, name_of(kind));
  TRY(statement.step());
  return static_cast<std::uint64_t>(statement.integer(0));
}

base::Result<std::vector<scim::GroupName>> Provisioned::groups_of(std::string_view user_id) {
  TRY_ASSIGN(auto statement,
             db_->prepare("SELECT id,name FROM scim_resources JOIN scim_members USING(sequence) "
                          "WHERE user_id=?1 ORDER BY sequence"));
  statement.bind_text(1, user_id);
  std::vector<scim::GroupName> out;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return out;
    out.push_back({std::string(statement.text(0)), std::string(statement.text(1))});
  }
}

base::Result<void> Provisioned::create(Kind kind, const json::object& document) {
  TRY_ASSIGN(auto statement, db_->prepare("INSERT INTO scim_resources(kind,id,user_name,external_id,"
                                          "display_name,document,name) VALUES(?1,?2,?3,?4,?5,?6,?7)"));
  const Keys keys(kind, document);
  const auto text = json::serialize(document);
  statement.bind_text(1, name_of(kind)).bind_text(2, scim::text_at(document, "id")).bind_text(6, text);
  statement.bind_text(7, scim::text_at(document, "displayName"));
  keys.bind(statement, 3);
  TRY(taken(statement.run()));
  TRY_ASSIGN(const auto sequence, db_->query_integer("SELECT last_insert_rowid()"));
  return write_members(sequence, document);
}

base::Result<void> Provisioned::replace(Kind kind, const json::object& document, std::string_view expected) {
  TRY_ASSIGN(const auto sequence, sequence_of(kind, scim::text_at(document, "id"), expected));
  TRY_ASSIGN(auto statement, db_->prepare("UPDATE scim_resources SET user_name=?2,external_id=?3,"
                                          "display_name=?4,document=?5,name=?6 WHERE sequence=?1"));
  const Keys keys(kind, document);
  const auto text = json::serialize(document);
  statement.bind(1, sequence).bind_text(5, text).bind_text(6, scim::text_at(document, "displayName"));
  keys.bind(statement, 2);
  TRY(taken(statement.run()));
  return write_members(sequence, document);
}

base::Result<void> Provisioned::remove(Kind kind, std::string_view id, std::string_view expected) {
  TRY_ASSIGN(const auto sequence, sequence_of(kind, id, expected));
  TRY(write_members(sequence, {}));
  TRY_ASSIGN(auto statement, db_->prepare("DELETE FROM scim_resources WHERE sequence=?1"));
  return statement.bind(1, sequence).run();
}

base::Result<std::int64_t> Provisioned::sequence_of(Kind kind, std::string_view id,
                                                    std::string_view expected) {
  TRY_ASSIGN(auto statement,
             db_->prepare("SELECT sequence,document FROM scim_resources WHERE kind=?1 AND id=?2"));
  statement.bind_text(1, name_of(kind)).bind_text(2, id);
  TRY_ASSIGN(const bool row, statement.step());
  if (!row) return fail(Code::not_found, "there is no such resource");
  TRY_ASSIGN(const auto document, parse_document(statement.text(1)));
  if (scim::entity_tag(document) != expected)
    return fail(Code::aborted, "the resource has another version by now");
  return statement.integer(0);
}

base::Result<void> Provisioned::write_members(std::int64_t sequence, const json::object& document) {
  TRY_ASSIGN(auto clear, db_->prepare("DELETE FROM scim_members WHERE sequence=?1"));
  TRY(clear.bind(1, sequence).run());
  TRY_ASSIGN(auto add, db_->prepare("INSERT OR IGNORE INTO scim_members(user_id,sequence) VALUES(?1,?2)"));
  for (const auto member : scim::members_of(document)) TRY(add.bind_text(1, member).bind(2, sequence).run());
  return {};
}

}  // namespace countersign::auth
