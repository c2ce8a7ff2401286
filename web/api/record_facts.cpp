#include "collector/endpoints/answer.h"
#include "ledger/base/encoding.h"
#include "ledger/projection/life.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/record_proof.h"
#include "ledger/witness/cosignature_book.h"
#include "web/api/body.h"
#include "web/api/overview_routes.h"
#include "web/api/person_route.h"
#include "web/api/shown_record.h"

#include <boost/json/array.hpp>
#include <spdlog/spdlog.h>

namespace countersign::api {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;
using endpoints::Asker;

http::Response failure(const base::Error& error) {
  if (error.code == Code::not_found) return refusal(404, error.message);
  if (error.code == Code::unavailable)
    return refusal(503, "that cannot be read just now; ask again in a moment");
  spdlog::error("a record's proof or challenge was not shown: {}", error.message);
  return refusal(503, "the appliance could not read that just now; its log says why");
}

json::value text_or_null(const std::string& text) { return text.empty() ? json::value() : json::value(text); }

json::object life_document(const projection::Life& life) {
  json::array events;
  for (const auto& one : life.events)
    events.push_back({{"seq", one.seq},
                      {"occurred", base::format_rfc3339(one.occurred)},
                      {"received", base::format_rfc3339(one.received)},
                      {"type", one.type},
                      {"source", one.source},
                      {"proof", one.proof},
                      {"factor", text_or_null(one.factor)},
                      {"reason", text_or_null(one.reason)}});
  return {{"state", life.state},
          {"sources", life.sources},
          {"sent", life.sent},
          {"delivered", life.delivered},
          {"failed", life.failed},
          {"verified", life.verified},
          {"events", std::move(events)},
          {"events_total", life.events_total},
          {"more", life.more}};
}

base::Result<json::object> challenge_of(const View& view, std::uint64_t seq) {
  TRY(read_shown(view, seq));
  TRY_ASSIGN(auto reader, store::LedgerReader::open(view.files.ledger()));
  TRY_ASSIGN(const auto log, reader.log(view.tenant));
  projection::Told told;
  if (view.period) told = {view.period->from, view.period->before};
  TRY_ASSIGN(const auto life, projection::read_life_of(view.files.index(), log.number, seq, told));
  return life_document(life);
}

base::Result<json::object> proof_of(const View& view, std::uint64_t seq) {
  TRY(read_shown(view, seq));
  TRY_ASSIGN(auto reader, store::LedgerReader::open(view.files.ledger()));
  // How long the log has become since is not for who has a period.
  const auto by = view.period ? store::ProveBy::first : store::ProveBy::newest;
  TRY_ASSIGN(auto proof, store::prove_record(reader, view.tenant, seq, by));
  if (!proof) return fail(Code::unavailable, "no checkpoint covers the record yet");
  TRY_ASSIGN(proof->checkpoint, witness::with_cosignatures(view.files.folder, proof->log.name, proof->size,
                                                           std::move(proof->checkpoint)));
  json::array path;
  for (const auto& hash : proof->path) path.emplace_back(base::to_base64(hash.view()));
  return json::object{{"seq", seq},
                      {"log", proof->log.name.text},
                      {"hash", base::to_base64(proof->hash.view())},
                      {"size", proof->size},
                      {"path", std::move(path)},
                      {"checkpoint", proof->checkpoint},
                      {"time", base::format_rfc3339({proof->time * 1'000'000})},
                      {"proof", proof->text()},
                      {"keys", {{"log", proof->log_key}, {"clock", proof->clock_key}}}};
}

}  // namespace

void add_record_facts(http::Router& router, const endpoints::Reception& reception,
                      const EvidenceAccess& access, Desk& desk) {
  using Read = base::Result<json::object> (*)(const View&, std::uint64_t);
  const auto add = [&](std::string_view what, Read read) {
    router.add(endpoints::operator_route(
        "GET", "/v1/tenants/{tenant}/records/{seq}/" + std::string(what), reception, readers_only,
        [&access, &desk, read](const Asker& asker, const http::Request& request,
                               const http::Respond& respond) {
          auto view = view_of(access, asker, request);
          if (!view) return respond(endpoints::answer(view.error()));
          const auto seq = read_number(request.parameter("seq"));
          if (!seq) return respond(refusal(404, "there is no such record that you may see"));
          desk.post(
              [view = std::move(*view), seq = *seq, read] {
                const auto facts = read(view, seq);
                return facts ? document(200, *facts) : failure(facts.error());
              },
              respond);
        }));
  };
  add("challenge", challenge_of);
  add("proof", proof_of);
}

}  // namespace countersign::api
