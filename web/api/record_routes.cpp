#include "collector/endpoints/answer.h"
#include "ledger/base/encoding.h"
#include "ledger/projection/search.h"
#include "ledger/record/event_view.h"
#include "ledger/record/mask.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/vault_reader.h"
#include "web/api/body.h"
#include "web/api/evidence.h"
#include "web/api/person_route.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

namespace countersign::api {
namespace {

namespace json = boost::json;
using base::Code;
using base::Problem;
using endpoints::Asker;

constexpr std::uint64_t kHitsDefault = 100, kHitsMax = 1'000;

/// The answer to what failed. What the appliance's files have to do with it is for the operator of the
/// machine.
http::Response failure(const base::Error& error) {
  if (error.code == Code::not_found) return refusal(404, error.message);
  if (error.code == Code::invalid_argument) return refusal(422, error.message);
  spdlog::error("evidence was not shown: {}", error.message);
  if (error.code == Code::resource_exhausted)
    return refusal(507, "the disk is full, so the look cannot be recorded; ask again when there is room");
  return refusal(503, "the appliance could not read that just now; its log says why");
}

struct Found {
  std::string bytes;
  base::Timestamp received;
};

/// A record that the view shows; not_found for one outside of its period, as for one that there is not.
base::Result<Found> read(const View& view, std::uint64_t seq) {
  TRY_ASSIGN(auto reader, store::LedgerReader::open(view.files.ledger()));
  const auto gone = [] { return base::fail(Code::not_found, "there is no such record that you may see"); };
  const auto log = reader.log(view.tenant);
  if (!log && log.error().code == Code::not_found) return gone();
  if (!log) return base::fail(log.error());
  auto bytes = reader.record(*log, base::seq_at(seq));
  if (!bytes && bytes.error().code == Code::not_found && view.period) return gone();
  TRY(bytes);
  TRY_ASSIGN(const auto record, record::read_record(*bytes));
  if (!view.shows(record.received)) return gone();
  const auto received = record.received;
  return Found{std::move(*bytes), received};
}

json::object record_document(std::uint64_t seq, const Found& found) {
  return {{"seq", seq},
          {"received", base::format_rfc3339(found.received)},
          {"record", found.bytes},
          {"hash", base::to_base64(record::record_hash(found.bytes).view())}};
}

std::string resource_of(const View& view, std::uint64_t seq) {
  return fmt::format("{}/{}", view.tenant.value(), seq);
}

// --- One record

http::Response show(const EvidenceAccess& access, const View& view, std::uint64_t seq, json::object members) {
  const auto found = read(view, seq);
  if (!found) return failure(found.error());
  if (const auto noted = access.record(view.region, "record.viewed", std::move(members)); !noted)
    return failure(noted.error());
  return document(200, record_document(seq, *found));
}

// --- The personal values of one record

base::Result<json::array> values_of(const EvidenceAccess& access, const View& view, std::string_view bytes) {
  TRY_ASSIGN(const auto record, record::read_record(bytes));
  TRY_ASSIGN(const auto event, record::read_event(record.event));
  TRY_ASSIGN(const auto keys, access.vault_keys(view.region));
  TRY_ASSIGN(auto vault, vault::VaultReader::open(view.files.vault(), keys));
  const bool masks = view.allowance < ingest::Allowance::full;
  json::array out;
  base::Result<void> done;
  TRY(record::for_each_token(event, [&](const record::TokenAt& at) {
    if (!done) return;
    auto opened = vault.disclose(view.tenant, at.token);
    if (!opened) {
      done = base::fail(opened.error());
      return;
    }
    json::object entry{{"token", std::string(at.token)}, {"kind", std::string(to_string(at.kind))}};
    if (!*opened) {
      entry["erased"] = true;
    } else if (masks) {
      entry["masked"] = record::masked(at.kind, (*opened)->value);
    } else {
      entry["value"] = (*opened)->value;
      entry["salt"] = base::to_base64url(base::Bytes((*opened)->salt));
    }
    out.push_back(std::move(entry));
  }));
  TRY(done);
  return out;
}

http::Response show_values(const EvidenceAccess& access, const View& view, std::uint64_t seq,
                           json::object members) {
  const auto found = read(view, seq);
  if (!found) return failure(found.error());
  auto values = values_of(access, view, found->bytes);
  if (!values) return failure(values.error());
  // Before anything is shown; a look that a missing key prevents is none.
  if (const auto noted = access.record(view.region, "personal.viewed", std::move(members)); !noted)
    return failure(noted.error());
  const bool masks = view.allowance < ingest::Allowance::full;
  return document(200,
                  {{"seq", seq}, {"profile", masks ? "masked" : "full"}, {"values", std::move(*values)}});
}

// --- Search

struct Question {
  projection::SearchRequest request;
  bool personal = false;  ///< it names a personal value
  std::string described;  ///< members that it names, without their values
};

base::Result<Question> read_question(const json::object& body, const View& view) {
  Question out;
  for (const auto& member : body) {
    const std::string_view name(member.key().data(), member.key().size());
    if (name == "limit") {
      if (!member.value().is_int64() || member.value().get_int64() < 1 ||
          member.value().get_int64() > static_cast<std::int64_t>(kHitsMax))
        return base::fail(Code::invalid_argument, fmt::format("limit is a number from 1 to {}", kHitsMax));
      continue;
    }
    if (name != "query" && name != "from" && name != "before")
      return base::fail(Code::invalid_argument,
                        "there is a member that is not known; there are query, from, before and limit");
    if (!member.value().is_string())
      return base::fail(Code::invalid_argument, fmt::format("{} must be a text", name));
  }
  auto& request = out.request;
  const auto* limit = body.if_contains("limit");
  request.hits_max = limit != nullptr ? static_cast<std::uint64_t>(limit->get_int64()) : kHitsDefault;
  TRY_ASSIGN(request.terms, projection::parse_query(text_of(body, "query")));
  if (const auto from = text_of(body, "from"); !from.empty()) {
    TRY_ASSIGN(request.from, base::parse_rfc3339(from));
  }
  if (const auto before = text_of(body, "before"); !before.empty()) {
    TRY_ASSIGN(request.before, base::parse_rfc3339(before));
  }
  if (view.period) {
    request.from = std::max(request.from.value_or(view.period->from), view.period->from);
    request.before = std::min(request.before.value_or(view.period->before), view.period->before);
  }
  std::set<std::string> columns;
  for (const auto& term : request.terms) {
    columns.insert(term.column.empty() ? "words" : term.column);
    out.personal = out.personal || term.personal.has_value();
  }
  out.described = fmt::format(
      "by {}", columns.empty() ? "nothing but time" : fmt::format("{}", fmt::join(columns, ", ")));
  return out;
}

base::Result<std::vector<json::object>> find(const EvidenceAccess& access, const View& view,
                                             Question& question) {
  TRY_ASSIGN(auto reader, store::LedgerReader::open(view.files.ledger()));
  const auto log = reader.log(view.tenant);
  if (!log && log.error().code == Code::not_found) return std::vector<json::object>();
  if (!log) return base::fail(log.error());
  question.request.log = log->number;
  TRY_ASSIGN(auto searcher, projection::Searcher::open(view.files.index()));
  std::optional<vault::VaultReader> vault;
  const auto find_token = [&](record::Kind kind,
                              std::string_view value) -> base::Result<std::optional<std::string>> {
    if (!vault) {
      TRY_ASSIGN(const auto keys, access.vault_keys(view.region));
      TRY_ASSIGN(auto opened, vault::VaultReader::open(view.files.vault(), keys));
      vault.emplace(std::move(opened));
    }
    return vault->find(view.tenant, kind, value);
  };
  TRY_ASSIGN(const auto hits, searcher.search(question.request, find_token));
  std::vector<json::object> out;
  for (const auto seq : hits) {
    auto bytes = reader.record(*log, base::seq_at(seq));
    // Retired, and the index has yet to forget it.
    if (!bytes && bytes.error().code == Code::not_found) continue;
    TRY(bytes);
    TRY_ASSIGN(const auto record, record::read_record(*bytes));
    const auto received = record.received;
    if (view.shows(received)) out.push_back(record_document(seq, {std::move(*bytes), received}));
  }
  return out;
}

http::Response search(const EvidenceAccess& access, const View& view, Question question,
                      json::object members) {
  const auto found = find(access, view, question);
  if (!found) return failure(found.error());
  if (const auto noted = access.record(view.region, "records.searched", std::move(members)); !noted)
    return failure(noted.error());
  json::array records(found->begin(), found->end());
  return document(200, {{"tenant", view.tenant.value()},
                        {"region", view.region.value()},
                        {"records", std::move(records)},
                        {"more", found->size() == question.request.hits_max}});
}

}  // namespace

void add_records(http::Router& router, const endpoints::Reception& reception, People& people,
                 const EvidenceAccess& access, Desk& desk) {
  constexpr auto kPath = "/v1/tenants/{tenant}/records/{seq}";
  using Show = http::Response (*)(const EvidenceAccess&, const View&, std::uint64_t, json::object);
  const auto one_record = [&](std::string pattern, std::string_view action, bool values, Show show_it) {
    return endpoints::operator_route(
        "GET", std::move(pattern), reception, readers_only,
        [&people, &access, &desk, action, values, show_it](const Asker& asker, const http::Request& request,
                                                           const http::Respond& respond) {
          auto view = view_of(access, asker, request);
          if (!view) return respond(endpoints::answer(view.error()));
          const auto seq = read_number(request.parameter("seq"));
          if (!seq) return respond(refusal(404, "there is no such record that you may see"));
          if (values && view->allowance < ingest::Allowance::masked)
            return respond(refusal(403, "the tenant's policy gives your role no personal values"));
          tl::expected<FreshProof, Problem> proof;
          const bool asks = values || view->policy.audit_single_records();
          if (asks) proof = prove_look(people, asker, *view);
          if (!proof) return respond(endpoints::answer(proof.error()));
          auto members =
              look_members(asker, request, action, resource_of(*view, *seq), {}, asks ? &*proof : nullptr);
          desk.post([&access, show_it, view = std::move(*view), seq = *seq,
                     members = std::move(members)] { return show_it(access, view, seq, members); },
                    respond);
        });
  };
  router.add(one_record(kPath, "view record", false, show));
  router.add(one_record(std::string(kPath) + "/values", "view personal values", true, show_values));
  auto searching = endpoints::operator_route(
      "POST", "/v1/tenants/{tenant}/records/search", reception, readers_only,
      [&people, &access, &desk](const Asker& asker, const http::Request& request,
                                const http::Respond& respond) {
        auto view = view_of(access, asker, request);
        if (!view) return respond(endpoints::answer(view.error()));
        const auto body = read_object(request);
        if (!body) return respond(endpoints::answer(body.error()));
        auto question = read_question(*body, *view);
        if (!question) return respond(failure(question.error()));
        tl::expected<FreshProof, Problem> proof;
        // Whether somebody is in the log is a personal value, too.
        if (question->personal) proof = prove_look(people, asker, *view);
        if (!proof) return respond(endpoints::answer(proof.error()));
        auto members = look_members(asker, request, "search records", view->tenant.value(),
                                    question->described, question->personal ? &*proof : nullptr);
        desk.post([&access, view = std::move(*view), question = std::move(*question),
                   members = std::move(members)] { return search(access, view, question, members); },
                  respond);
      });
  searching.body_bytes_max = [] { return kBodyBytesMax; };
  router.add(std::move(searching));
}

}  // namespace countersign::api
