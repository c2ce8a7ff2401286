#include "web/api/search_routes.h"

#include "collector/endpoints/answer.h"
#include "ledger/projection/search.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/vault_reader.h"
#include "web/api/body.h"
#include "web/api/looks.h"
#include "web/api/person_route.h"
#include "web/api/record_document.h"
#include "web/api/search_question.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace countersign::api {
namespace {

namespace json = boost::json;
using base::Code;
using base::Problem;
using endpoints::Asker;

/// How long an answer looks. Whoever wants more asks for the next part.
constexpr std::chrono::milliseconds kSearchTime{250}, kCountTime{150};

/// One look: what is asked, of what, and how it is recorded.
struct Look {
  const EvidenceAccess& access;
  View view;
  Question question;
  json::object members;  ///< of the event that records it
  Looks::Key key;
};

/// Finds a tenant's tokens; opens its vault when the first one is asked for.
class Tokens {
 public:
  explicit Tokens(const Look& look) : look_(look) {}

  base::Result<std::optional<std::string>> find(record::Kind kind, std::string_view value) {
    if (!vault_) {
      TRY_ASSIGN(const auto keys, look_.access.vault_keys(look_.view.region));
      TRY_ASSIGN(auto opened, vault::VaultReader::open(look_.view.files.vault(), keys));
      vault_.emplace(std::move(opened));
    }
    return vault_->find(look_.view.tenant, kind, value);
  }

 private:
  const Look& look_;
  std::optional<vault::VaultReader> vault_;
};

/// Empty where the tenant has no log there.
base::Result<std::optional<store::LogHead>> log_of(store::LedgerReader& reader, const View& view) {
  auto log = reader.log(view.tenant);
  if (!log && log.error().code == Code::not_found) return std::optional<store::LogHead>();
  TRY(log);
  return std::optional(std::move(*log));
}

base::Result<projection::Searcher> open_searcher(const View& view) {
  auto searcher = projection::Searcher::open(view.files.index());
  if (!searcher && searcher.error().code == Code::not_found)
    return base::fail(Code::unavailable, searcher.error().message);
  return searcher;
}

// --- Records

json::object found_document(const View& view, json::array records, const projection::SearchAnswer& answer) {
  return {{"tenant", view.tenant.value()},
          {"region", view.region.value()},
          {"records", std::move(records)},
          {"more", answer.next.has_value()},
          {"next", answer.next ? json::value(*answer.next) : json::value()},
          {"searched_to", answer.searched_to},
          {"newest", answer.newest}};
}

base::Result<json::object> find_records(const Look& look) {
  const auto& [access, view, question, members, key] = look;
  TRY_ASSIGN(auto reader, store::LedgerReader::open(view.files.ledger()));
  TRY_ASSIGN(const auto log, log_of(reader, view));
  if (!log) return found_document(view, {}, {});
  TRY_ASSIGN(auto searcher, open_searcher(view));
  Tokens tokens(look);
  projection::SearchRequest request;
  request.log = log->number;
  request.terms = question.terms;
  request.from = question.from;
  request.before = question.before;
  request.below = question.below;
  request.above = question.above;
  request.hits_max = question.limit;
  request.budget = kSearchTime;
  TRY_ASSIGN(const auto answer, searcher.search(request, [&](record::Kind kind, std::string_view value) {
    return tokens.find(kind, value);
  }));
  json::array records;
  for (const auto seq : answer.hits) {
    auto bytes = reader.record(*log, base::seq_at(seq));
    // Retired, and the index has yet to forget it.
    if (!bytes && bytes.error().code == Code::not_found) continue;
    TRY(bytes);
    TRY_ASSIGN(const auto record, record::read_record(*bytes));
    const auto received = record.received;
    if (view.shows(received)) records.push_back(record_document(seq, {std::move(*bytes), received}));
  }
  return found_document(view, std::move(records), answer);
}

// --- Counts

json::object counts_document(const projection::Facets& facets) {
  constexpr std::int64_t kDay_us = 86'400ll * 1'000'000;
  constexpr std::size_t kDateCharacters = 10;
  json::array days;
  for (const auto& day : facets.days)
    days.push_back({{"day", base::format_rfc3339({day.number * kDay_us}).substr(0, kDateCharacters)},
                    {"events", day.events}});
  json::object fields;
  for (const auto& field : facets.fields) {
    json::array values;
    for (const auto& one : field.values) values.push_back({{"value", one.value}, {"events", one.events}});
    fields[field.path] = std::move(values);
  }
  return {{"total", facets.total},
          {"exact", facets.exact},
          {"counted", facets.counted},
          {"days", std::move(days)},
          {"fields", std::move(fields)}};
}

base::Result<json::object> count_records(const Look& look) {
  const auto& [access, view, question, members, key] = look;
  projection::FacetRequest request;
  request.terms = question.terms;
  request.from = question.from;
  request.before = question.before;
  request.budget = kCountTime;
  TRY_ASSIGN(auto reader, store::LedgerReader::open(view.files.ledger()));
  TRY_ASSIGN(const auto log, log_of(reader, view));
  if (!log) return counts_document(projection::Facets::none());
  request.log = log->number;
  TRY_ASSIGN(auto searcher, open_searcher(view));
  Tokens tokens(look);
  TRY_ASSIGN(const auto facets, searcher.count(request, [&](record::Kind kind, std::string_view value) {
    return tokens.find(kind, value);
  }));
  return counts_document(facets);
}

// --- Both

using Answer = base::Result<json::object> (*)(const Look&);

/// What was found is shown once the look is recorded, or was a short while ago.
http::Response answer_look(const Look& look, Looks& looks, Answer find) {
  const auto found = find(look);
  if (!found) return look_failure(found.error());
  if (!looks.is_recorded(look.key)) {
    if (const auto noted = look.access.record(look.view.region, "records.searched", look.members); !noted)
      return look_failure(noted.error());
    looks.note(look.key);
  }
  return document(200, *found);
}

http::Route looking(std::string pattern, Asks what, Answer find, const endpoints::Reception& reception,
                    People& people, const EvidenceAccess& access, Desk& desk,
                    const std::shared_ptr<Looks>& looks) {
  auto route = endpoints::operator_route(
      "POST", std::move(pattern), reception, readers_only,
      [&people, &access, &desk, looks, what, find](const Asker& asker, const http::Request& request,
                                                   const http::Respond& respond) {
        auto view = view_of(access, asker, request);
        if (!view) return respond(endpoints::answer(view.error()));
        const auto body = read_object(request);
        if (!body) return respond(endpoints::answer(body.error()));
        auto question = read_question(*body, *view, what);
        if (!question) return respond(look_failure(question.error()));
        tl::expected<FreshProof, Problem> proof;
        // Whether somebody is in the log is a personal value, too.
        if (question->personal) proof = prove_look(people, asker, *view);
        if (!proof) return respond(endpoints::answer(proof.error()));
        auto members = look_members(asker, request, "search records", view->tenant.value(),
                                    question->described, question->personal ? &*proof : nullptr);
        const auto who = asker.person ? asker.person->session : asker.who->name;
        const auto key = looks->key_of({asker.person ? "session" : "token", who, view->tenant.value(),
                                        view->region.value(), question->asked});
        Look look{access, std::move(*view), std::move(*question), std::move(members), key};
        desk.post([looks, find, look = std::move(look)] { return answer_look(look, *looks, find); }, respond);
      });
  route.body_bytes_max = [] { return kBodyBytesMax; };
  return route;
}

}  // namespace

void add_search(http::Router& router, const endpoints::Reception& reception, People& people,
                const EvidenceAccess& access, Desk& desk) {
  const auto looks = std::make_shared<Looks>();
  const std::string records = "/v1/tenants/{tenant}/records/";
  router.add(
      looking(records + "search", Asks::for_records, find_records, reception, people, access, desk, looks));
  router.add(
      looking(records + "facets", Asks::for_counts, count_records, reception, people, access, desk, looks));
}

}  // namespace countersign::api
