#include "web/provisioning/state_file.h"

#include "ledger/base/json.h"
#include "ledger/sqlite/shared_file.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace countersign::provisioning {
namespace {

using base::Code;
using base::fail;
using scim::Kind;

constexpr std::uint32_t kApplicationId = 0x43535350;  // "CSSP"

constexpr char kSchema[] = R"sql(
CREATE TABLE resources(
  tenant TEXT NOT NULL,
  source TEXT NOT NULL,
  kind TEXT NOT NULL CHECK(kind IN ('User','Group')),
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  token BLOB CHECK((kind='User') = (token IS NOT NULL AND length(token)=32)),
  document TEXT CHECK((kind='Group') = (document IS NOT NULL)),
  PRIMARY KEY(tenant,source,kind,number)
) STRICT, WITHOUT ROWID;
)sql";

base::Result<base::Digest> digest_of(base::Bytes bytes) {
  base::Digest out;
  if (bytes.size() != out.bytes.size()) return fail(Code::data_loss, "a token in scim.sqlite is none");
  std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
  return out;
}

}  // namespace

base::Result<StateFile> StateFile::open(const std::filesystem::path& file) {
  TRY_ASSIGN(auto connection,
             sqlite::open_shared_file(file, {kApplicationId, 1, kSchema, "users that SCIM clients manage"}));
  // Users come before groups, which name them.
  TRY_ASSIGN(auto read, connection.prepare("SELECT kind,number,id,token,document FROM resources"
                                           " WHERE tenant=?1 AND source=?2 ORDER BY kind DESC, number"));
  TRY_ASSIGN(auto spaces, connection.prepare("SELECT DISTINCT tenant,source FROM resources"));
  TRY_ASSIGN(auto put, connection.prepare("INSERT OR REPLACE INTO resources"
                                          "(tenant,source,kind,number,id,token,document)"
                                          " VALUES(?1,?2,?3,?4,?5,?6,?7)"));
  TRY_ASSIGN(auto remove, connection.prepare("DELETE FROM resources"
                                             " WHERE tenant=?1 AND source=?2 AND kind=?3 AND number=?4"));
  return StateFile(std::move(connection),
                   {std::move(read), std::move(spaces), std::move(put), std::move(remove)});
}

base::Result<boost::json::object> StateFile::document_of(const Row& row) {
  auto parsed = base::parse_json(row.document, {});
  if (!parsed || !parsed->value.is_object())
    return fail(Code::data_loss, "a group's document in scim.sqlite cannot be read");
  return std::move(parsed->value.get_object());
}

base::Result<void> StateFile::read(const Space& space,
                                   const std::function<base::Result<void>(const Row&)>& visit) {
  auto& rows = statements_.read;
  rows.bind_text(1, space.tenant.value()).bind_text(2, space.source.value());
  for (;;) {
    TRY_ASSIGN(const bool there, rows.step());
    if (!there) break;
    Row row;
    row.place = {rows.text(0) == scim::name_of(Kind::user) ? Kind::user : Kind::group, rows.integer(1)};
    row.id = rows.text(2);
    base::Result<void> done;
    if (row.place.first == Kind::user) {
      auto token = digest_of(rows.blob(3));
      if (token)
        row.token = *token;
      else
        done = fail(token.error());
    } else {
      row.document = rows.text(4);
    }
    if (done) done = visit(row);
    if (!done) {
      rows.reset();
      return done;
    }
  }
  rows.reset();
  return {};
}

base::Result<std::vector<Space>> StateFile::spaces() {
  std::vector<Space> out;
  auto& rows = statements_.spaces;
  for (;;) {
    TRY_ASSIGN(const bool there, rows.step());
    if (!there) break;
    out.push_back({base::TenantId(std::string(rows.text(0))), base::SourceName(std::string(rows.text(1)))});
  }
  rows.reset();
  return out;
}

base::Result<void> StateFile::write(const Space& space, const Roster& roster) {
  TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(connection_, sqlite::Transaction::Kind::write));
  for (const auto& [place, before] : roster.changed()) {
    const auto kind = scim::name_of(place.first);
    const auto* now = roster.find(place);
    if (now == nullptr) {
      auto& remove = statements_.remove;
      remove.bind_text(1, space.tenant.value()).bind_text(2, space.source.value());
      remove.bind_text(3, kind).bind(4, place.second);
      TRY(remove.run());
      continue;
    }
    auto& put = statements_.put;
    const auto text = place.first == Kind::group ? boost::json::serialize(*now->document) : std::string();
    put.bind_text(1, space.tenant.value()).bind_text(2, space.source.value());
    put.bind_text(3, kind).bind(4, place.second).bind_text(5, now->id);
    if (place.first == Kind::user)
      put.bind_blob(6, now->token.view()).bind_null(7);
    else
      put.bind_null(6).bind_text(7, text);
    TRY(put.run());
  }
  return transaction.commit();
}

}  // namespace countersign::provisioning
