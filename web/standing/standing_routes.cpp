#include "web/standing/standing_routes.h"

#include "collector/endpoints/answer.h"
#include "ledger/store/ledger_reader.h"
#include "web/api/people.h"
#include "web/api/person_route.h"
#include "web/standing/standing_documents.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

namespace countersign::standing {
namespace {

namespace json = boost::json;

using api::View;
using base::Code;
using base::Problem;
using endpoints::Asker;

constexpr std::string_view kPath = "/v1/tenants/{tenant}/controls";

http::Response failure(const base::Error& error) {
  spdlog::error("the standing of controls was not shown: {}", error.message);
  return api::refusal(503, "the appliance could not read that just now; its log says why");
}

http::Response none_yet() {
  return api::refusal(404, "the controls of this tenant have not been tested yet");
}

http::Response outside_of(const ingest::Period& period) {
  return api::refusal(403,
                      fmt::format("the last test is of a period that is not within yours, {} to {}; a "
                                  "report of your period can be made",
                                  base::format_rfc3339(period.from), base::format_rfc3339(period.before)));
}

std::optional<Problem> who_runs(const ingest::Operator& who) {
  if (who.role == ingest::Role::analyst || who.role == ingest::Role::admin) return std::nullopt;
  return Problem{403, "about:blank", "your role may not have controls tested"};
}

tl::expected<View, Problem> tenant_view(const api::EvidenceAccess& access, const Asker& asker,
                                        const http::Request& request) {
  const auto tenant = endpoints::tenant_of(asker, request.parameter("tenant"));
  if (!tenant) return tl::unexpected(tenant.error());
  return api::view_of(access, asker, request);
}

bool is_within(const View& view, const Run& run) {
  return !view.period || (run.from >= view.period->from && run.until <= view.period->before);
}

/// The tests that may be told, of which the last is the tenant's last.
tl::expected<std::vector<Run>, http::Response> runs_for(const Book& book, const View& view) {
  auto runs = book.runs(view.tenant, kHistoryShown);
  if (!runs) return tl::unexpected(failure(runs.error()));
  if (runs->empty()) return tl::unexpected(none_yet());
  if (!is_within(view, runs->back())) return tl::unexpected(outside_of(*view.period));
  std::erase_if(*runs, [&](const Run& run) { return !is_within(view, run); });
  return std::move(*runs);
}

http::Response list(const Calls& calls, const View& view) {
  const auto runs = runs_for(calls.book(view.region), view);
  if (!runs) return runs.error();
  json::object out{{"tenant", view.tenant.value()}, {"region", view.region.value()}};
  for (auto& member : controls_of(reports::Catalogue::built_in(), *runs))
    out[member.key()] = std::move(member.value());
  out["running"] = calls.is_running(view.region, view.tenant);
  return api::document(200, out);
}

http::Response show(const Calls& calls, const View& view, std::string_view id) {
  const auto& book = calls.book(view.region);
  const auto runs = runs_for(book, view);
  if (!runs) return runs.error();
  const auto kept = book.report(view.tenant);
  if (!kept) return failure(kept.error());
  if (!*kept) return api::refusal(503, "the last test is not kept as a whole; it will be made again");
  // Another one may have ended meanwhile.
  if (!is_within(view, (*kept)->run)) return outside_of(*view.period);
  auto control = control_of(**kept, *runs, id);
  if (!control) return api::refusal(404, "the last test has no such control");
  json::object out{{"tenant", view.tenant.value()}, {"region", view.region.value()}};
  for (auto& member : *control) out[member.key()] = std::move(member.value());
  return api::document(200, out);
}

http::Response run(const Calls& calls, const View& view, json::object members) {
  auto reader = store::LedgerReader::open(view.files.ledger());
  if (!reader) return failure(reader.error());
  const auto log = reader->log(view.tenant);
  if (!log && log.error().code == Code::not_found)
    return api::refusal(404, "the tenant has no records there, so there is nothing to test");
  if (!log) return failure(log.error());
  const auto ordered = calls.begin(view.region, view.tenant, std::move(members));
  switch (ordered.begun) {
    case Begun::begun:
      return api::document(
          202, {{"tenant", view.tenant.value()}, {"region", view.region.value()}, {"running", true}});
    case Begun::running:
      return api::refusal(409, "the controls of this tenant are being tested");
    case Begun::recent:
      return api::answer(
          auth::Refusal{503, "the controls of this tenant were tested just now", ordered.retry_s});
    case Begun::busy:
      break;
  }
  return api::answer(
      auth::Refusal{503, "too many tests wait for their turn; ask again later", ordered.retry_s});
}

}  // namespace

void add_standing(http::Router& router, const endpoints::Reception& reception,
                  const api::EvidenceAccess& access, const Calls& calls, api::Desk& desk) {
  using Answer = std::function<http::Response(const View&, const Asker&, const http::Request&)>;
  const auto add = [&](std::string method, std::string pattern, endpoints::Permit permit, Answer answer) {
    router.add(endpoints::operator_route(
        std::move(method), std::move(pattern), reception, std::move(permit),
        [&access, &desk, answer = std::move(answer)](const Asker& asker, const http::Request& request,
                                                     const http::Respond& respond) {
          auto view = tenant_view(access, asker, request);
          if (!view) return respond(endpoints::answer(view.error()));
          desk.post(
              [answer, asker, request, view = std::move(*view)] { return answer(view, asker, request); },
              respond);
        }));
  };
  const std::string path(kPath);
  add("GET", path, api::readers_only,
      [&calls](const View& view, const Asker&, const http::Request&) { return list(calls, view); });
  add("GET", path + "/{id}", api::readers_only,
      [&calls](const View& view, const Asker&, const http::Request& request) {
        return show(calls, view, request.parameter("id"));
      });
  add("POST", path + "/run", who_runs,
      [&calls](const View& view, const Asker& asker, const http::Request& request) {
        return run(calls, view,
                   api::look_members(asker, request, "report", view.tenant.value(), {}, nullptr));
      });
}

}  // namespace countersign::standing
