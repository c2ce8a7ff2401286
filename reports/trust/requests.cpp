#include "reports/trust/requests.h"

#include "ledger/base/file.h"
#include "ledger/sqlite/each_row.h"
#include "ledger/sqlite/shared_file.h"
#include "reports/trust/request_events.h"

#include <fmt/format.h>

#include <array>

namespace countersign::trust {
namespace {

using base::Code;
using base::fail;
using sqlite::Statement;

constexpr std::uint32_t kApplicationId = 0x43535251;  // "CSRQ"
constexpr std::string_view kFile = "requests.sqlite";
constexpr std::int64_t kDayUs = 86'400ll * 1'000'000;

constexpr char kSchema[] = R"sql(
CREATE TABLE requests(
  id TEXT NOT NULL PRIMARY KEY,
  place INTEGER NOT NULL UNIQUE,
  asked INTEGER NOT NULL,
  decision TEXT NOT NULL CHECK(decision IN ('pending','approved','refused','expired')),
  name TEXT,
  email TEXT,
  company TEXT,
  reason TEXT,
  decided INTEGER,
  account TEXT NOT NULL,
  expires INTEGER,
  CHECK((decision='pending')=(name IS NOT NULL AND email IS NOT NULL AND company IS NOT NULL AND reason IS NOT NULL)),
  CHECK((decision='pending')=(decided IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_waits ON requests(email) WHERE decision='pending';
)sql";

constexpr std::array kDecisions{Decision::pending, Decision::approved, Decision::refused, Decision::expired};

tl::unexpected<base::Error> none() { return fail(Code::not_found, "there is no such request"); }

std::optional<base::Timestamp> time_at(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(base::Timestamp{row.integer(column)});
}

Request request_at(const Statement& row) {
  Request out;
  out.id = row.text(0);
  out.asked = {row.integer(1)};
  for (const auto one : kDecisions)
    if (to_string(one) == row.text(2)) out.decision = one;
  if (!row.is_null(4))
    out.wish = Wish{std::string(row.text(3)), std::string(row.text(4)), std::string(row.text(5)),
                    std::string(row.text(6))};
  out.decided = time_at(row, 7);
  out.account = row.text(8);
  out.expires = time_at(row, 9);
  return out;
}

/// Where nothing was decided yet.
base::Result<void> check_waits(const Request& request) {
  if (request.decision == Decision::pending) return {};
  return fail(Code::failed_precondition, "the request is decided already");
}

}  // namespace

std::filesystem::path folder_in(const std::filesystem::path& region_folder) {
  return region_folder / "trust";
}

std::string_view to_string(Decision decision) {
  switch (decision) {
    case Decision::pending:
      return "pending";
    case Decision::approved:
      return "approved";
    case Decision::refused:
      return "refused";
    case Decision::expired:
      break;
  }
  return "expired";
}

base::Result<Requests> Requests::open(Options options) {
  TRY(base::make_folders_durably(options.folder));
  TRY_ASSIGN(auto connection,
             sqlite::open_shared_file(options.folder / kFile,
                                      {kApplicationId, 1, std::string(kSchema) + documents::kWaitingTable,
                                       "requests for access"}));
  return Requests(std::move(options), std::move(connection));
}

base::Result<void> Requests::settle() {
  return documents::record_waiting(connection_, options_.record, kFile);
}

base::Result<std::vector<Request>> Requests::read(std::string_view condition, std::string_view text,
                                                  std::int64_t number) {
  std::vector<Request> out;
  TRY_ASSIGN(auto rows, connection_.prepare(fmt::format(
                            "SELECT id,asked,decision,name,email,company,reason,decided,account,expires"
                            " FROM requests WHERE (?1 IS NOT NULL AND ?2 IS NOT NULL) AND {}"
                            " ORDER BY place DESC",
                            condition)));
  rows.bind_text(1, text).bind(2, number);
  TRY(sqlite::each_row(rows, [&](const Statement& row) -> base::Result<void> {
    out.push_back(request_at(row));
    return {};
  }));
  return out;
}

base::Result<Request> Requests::read_one(std::string_view id) {
  TRY_ASSIGN(auto found, read("id=?1", id));
  if (found.empty()) return none();
  return std::move(found.front());
}

base::Result<bool> Requests::add(const Wish& wish, const boost::json::object& device) {
  TRY(settle());
  const EventOf event{crypto::random_id(options_.entropy), options_.clock()};
  const auto id = crypto::random_id(options_.entropy);
  const auto recorded = event.requested(id, wish, device);
  TRY(documents::check_event(recorded));
  TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(connection_, sqlite::Transaction::Kind::write));
  TRY_ASSIGN(const auto pending,
             connection_.query_integer("SELECT count(*) FROM requests WHERE decision='pending'"));
  if (pending >= static_cast<std::int64_t>(kPendingMax)) return false;
  TRY_ASSIGN(const auto before, read("decision='pending' AND email=?1", wish.email));
  if (before.empty()) {
    TRY_ASSIGN(auto put, connection_.prepare(
                             "INSERT INTO requests(id,place,asked,decision,name,email,company,reason,account)"
                             " VALUES(?1,(SELECT 1+coalesce(max(place),0) FROM requests),?2,'pending',?3,?4,"
                             "?5,?6,'')"));
    put.bind_text(1, id).bind(2, event.time.micros).bind_text(3, wish.name).bind_text(4, wish.email);
    put.bind_text(5, wish.company).bind_text(6, wish.reason);
    TRY(put.run());
    TRY(documents::put_waiting(connection_, recorded));
  } else {
    // A write takes as long, so that the time tells nothing either.
    TRY_ASSIGN(auto put, connection_.prepare("UPDATE requests SET name=name WHERE id=?1"));
    put.bind_text(1, before.front().id);
    TRY(put.run());
  }
  TRY(transaction.commit());
  TRY(settle());
  return true;
}

base::Result<std::vector<Request>> Requests::list() {
  TRY(settle());
  return read("true");
}

base::Result<Request> Requests::find(std::string_view id) {
  TRY(settle());
  return read_one(id);
}

base::Result<Request> Requests::as_stored(std::string_view id) { return read_one(id); }

/// Within a transaction of the caller's.
base::Result<void> Requests::decide(const Request& request, const boost::json::object& event) {
  TRY(documents::check_event(event));
  TRY_ASSIGN(auto put, connection_.prepare(
                           "UPDATE requests SET decision=?2,name=NULL,email=NULL,company=NULL,reason=NULL,"
                           "decided=?3,account=?4,expires=?5 WHERE id=?1"));
  put.bind_text(1, request.id).bind_text(2, to_string(request.decision)).bind(3, request.decided->micros);
  put.bind_text(4, request.account);
  if (request.expires)
    put.bind(5, request.expires->micros);
  else
    put.bind_null(5);
  TRY(put.run());
  return documents::put_waiting(connection_, event);
}

base::Result<Request> Requests::decide_once(std::string_view id, Decision decision,
                                            const Recorded& recorded) {
  TRY(settle());
  const EventOf event{crypto::random_id(options_.entropy), options_.clock()};
  TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(connection_, sqlite::Transaction::Kind::write));
  TRY_ASSIGN(auto request, read_one(id));
  TRY(check_waits(request));
  request.decision = decision;
  request.wish.reset();
  request.decided = event.time;
  TRY(decide(request, recorded(event, request)));
  TRY(transaction.commit());
  TRY(settle());
  return request;
}

base::Result<Request> Requests::approve(std::string_view id, const Grant& grant, const documents::By& by) {
  return decide_once(id, Decision::approved, [&](const EventOf& event, Request& request) {
    request.account = grant.account;
    request.expires = grant.expires;
    return event.approved(request.id, grant, by);
  });
}

base::Result<Request> Requests::refuse(std::string_view id, const std::string& reason,
                                       const documents::By& by) {
  return decide_once(id, Decision::refused, [&](const EventOf& event, const Request& request) {
    return event.refused(request.id, reason, by);
  });
}

base::Result<void> Requests::remove(std::string_view id, const documents::By& by) {
  TRY(settle());
  const EventOf event{crypto::random_id(options_.entropy), options_.clock()};
  TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(connection_, sqlite::Transaction::Kind::write));
  TRY_ASSIGN(const auto request, read_one(id));
  TRY(check_waits(request));
  const auto recorded = event.refused(request.id, "deleted", by);
  TRY(documents::check_event(recorded));
  TRY_ASSIGN(auto gone, connection_.prepare("DELETE FROM requests WHERE id=?1"));
  gone.bind_text(1, request.id);
  TRY(gone.run());
  TRY(documents::put_waiting(connection_, recorded));
  TRY(transaction.commit());
  return settle();
}

base::Result<std::size_t> Requests::tidy() {
  TRY(settle());
  const auto now = options_.clock();
  const auto long_ago = now.micros - options_.keep_days * kDayUs;
  TRY_ASSIGN(const auto late, read("decision='pending' AND asked<=?2", {}, long_ago));
  TRY_ASSIGN(const auto over, read("decision<>'pending' AND coalesce(expires,decided)<=?2", {}, long_ago));
  if (!late.empty() || !over.empty()) {
    TRY_ASSIGN(auto transaction, sqlite::Transaction::begin(connection_, sqlite::Transaction::Kind::write));
    for (const auto& one : late) {
      // It may have been decided since.
      TRY_ASSIGN(auto found, read("id=?1 AND decision='pending'", one.id));
      if (found.empty()) continue;
      auto& request = found.front();
      request.decision = Decision::expired;
      request.decided = now;
      // Whoever makes it gives it the same id.
      TRY(decide(request, EventOf{"access.expired/" + request.id, now}.expired(request.id)));
    }
    for (const auto& one : over) {
      TRY_ASSIGN(auto gone, connection_.prepare("DELETE FROM requests WHERE id=?1"));
      gone.bind_text(1, one.id);
      TRY(gone.run());
    }
    TRY(transaction.commit());
    TRY(settle());
  }
  TRY_ASSIGN(const auto pending,
             connection_.query_integer("SELECT count(*) FROM requests WHERE decision='pending'"));
  return static_cast<std::size_t>(pending);
}

}  // namespace countersign::trust
