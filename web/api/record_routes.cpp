#include "collector/endpoints/answer.h"
#include "ledger/base/encoding.h"
#include "ledger/record/event_view.h"
#include "ledger/record/mask.h"
#include "ledger/record/record.h"
#include "ledger/vault/vault_reader.h"
#include "web/api/body.h"
#include "web/api/evidence.h"
#include "web/api/person_route.h"
#include "web/api/record_document.h"
#include "web/api/search_routes.h"
#include "web/api/shown_record.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace countersign::api {
namespace {

namespace json = boost::json;
using base::Problem;
using endpoints::Asker;

std::string resource_of(const View& view, std::uint64_t seq) {
  return fmt::format("{}/{}", view.tenant.value(), seq);
}

// --- One record

http::Response show(const EvidenceAccess& access, const View& view, std::uint64_t seq, json::object members) {
  const auto found = read_shown(view, seq);
  if (!found) return look_failure(found.error());
  if (const auto noted = access.record(view.region, "record.viewed", std::move(members)); !noted)
    return look_failure(noted.error());
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
  const auto found = read_shown(view, seq);
  if (!found) return look_failure(found.error());
  auto values = values_of(access, view, found->bytes);
  if (!values) return look_failure(values.error());
  // Before anything is shown; a look that a missing key prevents is none.
  if (const auto noted = access.record(view.region, "personal.viewed", std::move(members)); !noted)
    return look_failure(noted.error());
  const bool masks = view.allowance < ingest::Allowance::full;
  return document(200,
                  {{"seq", seq}, {"profile", masks ? "masked" : "full"}, {"values", std::move(*values)}});
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
  add_search(router, reception, people, access, desk);
}

}  // namespace countersign::api
