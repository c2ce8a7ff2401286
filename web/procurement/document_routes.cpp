#include "web/procurement/document_routes.h"

#include "collector/endpoints/answer.h"
#include "ledger/base/encoding.h"
#include "reports/documents/document_json.h"
#include "web/api/body.h"
#include "web/api/evidence.h"
#include "web/api/person_route.h"
#include "web/procurement/document_wishes.h"
#include "web/procurement/given_document.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace countersign::procurement {
namespace {

namespace json = boost::json;

using documents::Confidentiality;
using documents::Telling;

constexpr std::string_view kPath = "/v1/documents";

bool is_auditor(const endpoints::Asker& asker) { return asker.who->role == ingest::Role::auditor; }

Telling telling_to(const endpoints::Asker& asker) {
  return is_auditor(asker) ? Telling::outside : Telling::all;
}

http::Response failed(const base::Error& error) {
  // What the store says of a request names nothing that was sent.
  return admin::failure(error, {error.message, error.message, error.message});
}

http::Response gone(std::string_view what) { return api::refusal(410, std::string(what)); }

std::int64_t number_of(const http::Request& request) {
  constexpr std::uint64_t kMost = 1'000'000;
  const auto read = api::read_number(request.parameter("version"));
  return read && *read <= kMost ? static_cast<std::int64_t>(*read) : 0;
}

/// Why who asks may not, where only people may.
std::optional<http::Response> no_token(const endpoints::Reception& reception, const http::RequestHead& head) {
  const auto asker = endpoints::ask(reception, head, api::readers_only);
  if (!asker) return endpoints::answer(asker.error());
  if (asker->person) return std::nullopt;
  return api::refusal(403, "a token is given the list alone: sign in");
}

std::string hash_of(const documents::Version& version) { return base::to_hex(version.sha256.view()); }

}  // namespace

documents::By DocumentRoutes::by_of(const Asker& asker, const http::RequestHead& head) {
  documents::By out{asker.who->name, {}};
  out.members["actor"] = {{"id", asker.who->name}, {"role", std::string(to_string(asker.who->role))}};
  out.members["device"] = auth::device_of(api::peer_of(head));
  if (!asker.person) return out;
  out.members["session"] = {{"id", asker.person->session}};
  const auto proof =
      people_.take_proof(asker.person->session, admin::kWindowS, [](std::string_view) { return true; });
  if (proof)
    out.members["challenge"] = {
        {"id", proof->challenge}, {"purpose", "audit_access"}, {"factor", proof->factor}};
  return out;
}

base::Result<std::optional<http::Response>> DocumentRoutes::refused(const Asker& asker,
                                                                    const documents::Document& document) {
  if (!is_auditor(asker) || document.confidentiality == Confidentiality::open)
    return std::optional<http::Response>();
  if (document.confidentiality == Confidentiality::internal)
    return std::optional(api::refusal(404, "there is no such document"));
  TRY_ASSIGN(const auto nda, store_->nda());
  if (!nda)
    return std::optional(
        api::refusal(403, "the document is under an NDA, and none is in force: ask for one to be added"));
  TRY_ASSIGN(const auto accepted, store_->accepted(asker.who->name, nda->version().sha256));
  if (accepted) return std::optional<http::Response>();
  return std::optional(
      api::refusal(403, "accept the NDA first: GET /v1/documents/nda shows its text", kNdaProblem));
}

http::Response DocumentRoutes::list(const Asker& asker, const http::Request&) {
  const auto all = store_->list();
  if (!all) return failed(all.error());
  const auto nda = store_->nda();
  if (!nda) return failed(nda.error());
  json::object out;
  bool accepted = false;
  if (*nda) {
    const auto& text = (*nda)->version();
    json::object told{{"document", (*nda)->document.id}, {"version", text.number}, {"sha256", hash_of(text)}};
    if (asker.person) {
      const auto when = store_->accepted(asker.who->name, text.sha256);
      if (!when) return failed(when.error());
      accepted = when->has_value();
      if (accepted) told["accepted"] = base::format_rfc3339(**when);
    }
    out["nda"] = std::move(told);
  }
  json::array documents;
  std::int64_t behind_nda = 0;
  for (const auto& one : *all) {
    if (is_auditor(asker) && one.confidentiality == Confidentiality::internal) continue;
    if (is_auditor(asker) && one.confidentiality == Confidentiality::nda && !accepted) {
      ++behind_nda;
      continue;
    }
    documents.push_back(to_json(one, store_->today(), telling_to(asker)));
  }
  out["documents"] = std::move(documents);
  if (is_auditor(asker)) out["behind_nda"] = behind_nda;
  return api::document(200, out);
}

http::Response DocumentRoutes::show(const Asker& asker, const http::Request& request) {
  const auto document = store_->find(request.parameter("id"));
  if (!document) return failed(document.error());
  auto refusal = refused(asker, *document);
  if (!refusal) return failed(refusal.error());
  if (*refusal) return std::move(**refusal);
  return api::document(200, to_json(*document, store_->today(), telling_to(asker)));
}

http::Response DocumentRoutes::download(const Asker& asker, const http::Request& request) {
  const auto found = store_->find(request.parameter("id"), number_of(request));
  if (!found) return failed(found.error());
  auto refusal = refused(asker, found->document);
  if (!refusal) return failed(refusal.error());
  if (*refusal) return std::move(**refusal);
  const auto& version = found->version();
  if (!version.has_contents) return gone("the contents of that version were removed");
  if (version.withdrawn && is_auditor(asker)) return gone("that version was withdrawn");
  const auto file = store_->contents(version);
  if (!file) return failed(file.error());
  std::string context;
  if (is_auditor(asker) && found->document.confidentiality == Confidentiality::nda) {
    const auto nda = store_->nda();
    if (!nda) return failed(nda.error());
    if (*nda) context = fmt::format("nda={}", hash_of((*nda)->version()));
  }
  if (!request.header("Range").empty()) context += context.empty() ? "in part" : " in part";
  auto answer = give(request, version, *file);
  if (!answer.file) return answer;
  if (const auto noted = store_->view(*found, context, by_of(asker, request)); !noted)
    return failed(noted.error());
  return answer;
}

http::Response DocumentRoutes::nda_document(const Asker& asker) {
  const auto nda = store_->nda();
  if (!nda) return failed(nda.error());
  if (!*nda) return api::refusal(404, "no NDA is in force");
  const auto& version = (*nda)->version();
  auto text = store_->read(version);
  if (!text) return failed(text.error());
  const auto accepted = store_->accepted(asker.who->name, version.sha256);
  if (!accepted) return failed(accepted.error());
  json::object out{{"document", (*nda)->document.id},
                   {"version", version.number},
                   {"title", (*nda)->document.title},
                   {"sha256", hash_of(version)},
                   {"text", std::move(*text)}};
  if (*accepted) out["accepted"] = base::format_rfc3339(**accepted);
  return api::document(200, out);
}

http::Response DocumentRoutes::show_nda(const Asker& asker, const http::Request&) {
  return nda_document(asker);
}

http::Response DocumentRoutes::accept_nda(const Asker& asker, const http::Request& request) {
  const auto text = read_acceptance(request);
  if (!text) return endpoints::answer(text.error());
  const auto done = store_->accept(asker.who->name, *text, by_of(asker, request));
  return done ? nda_document(asker) : failed(done.error());
}

void DocumentRoutes::post(std::function<http::Response()> work, const http::Respond& respond) {
  desk_.post(
      [this, work = std::move(work)] {
        const auto store = open_();
        if (!store) return failed(store.error());
        store_ = *store;
        return work();
      },
      respond);
}

void DocumentRoutes::carry_out(admin::Act act, const http::Respond& respond, Work work) {
  post(
      [this, act = std::move(act), work = std::move(work)] {
        if (!act.still_may()) return admin::may_no_more();
        changed_ = true;
        return work(act);
      },
      respond);
}

void DocumentRoutes::add(admin::Act act, const http::Request& request, const http::Respond& respond) {
  auto wish = read_new_document(request, act.asker.who->name);
  if (!wish) return respond(endpoints::answer(wish.error()));
  carry_out(std::move(act), respond, [this, wish = std::move(*wish)](const admin::Act& still) {
    const auto made = store_->add(wish, {still.author.id, still.members});
    if (!made) return failed(made.error());
    auto answer = api::document(201, to_json(*made, store_->today()));
    answer.headers.emplace_back("Location", fmt::format("{}/{}", kPath, made->id));
    return answer;
  });
}

void DocumentRoutes::change(admin::Act act, const http::Request& request, const http::Respond& respond) {
  auto wish = read_document_change(request);
  if (!wish) return respond(endpoints::answer(wish.error()));
  std::string id(request.parameter("id"));
  carry_out(std::move(act), respond, [this, id, wish = std::move(*wish)](const admin::Act& still) {
    const auto changed = store_->change(id, wish, {still.author.id, still.members});
    return changed ? api::document(200, to_json(*changed, store_->today())) : failed(changed.error());
  });
}

void DocumentRoutes::upload(admin::Act act, const http::Request& request, const http::Respond& respond) {
  auto wish = read_new_version(request);
  if (!wish) return respond(endpoints::answer(wish.error()));
  const std::shared_ptr<void> counted(nullptr, [this](void*) { --uploads_; });
  if (++uploads_ > kUploadsMax)
    return respond(api::refusal(503, "other files are being added; send it again in a moment"));
  std::string id(request.parameter("id"));
  const auto bytes = std::make_shared<const std::string>(request.body);
  carry_out(std::move(act), respond,
            [this, id, counted, bytes, wish = std::move(*wish)](const admin::Act& still) {
              const auto added = store_->add_version(id, wish, *bytes, {still.author.id, still.members});
              if (!added) return failed(added.error());
              const auto& version = added->found.version();
              auto out = to_json(version);
              out["document"] = id;
              auto answer = api::document(added->is_new ? 201 : 200, out);
              answer.headers.emplace_back("Location",
                                          fmt::format("{}/{}/versions/{}/file", kPath, id, version.number));
              return answer;
            });
}

void DocumentRoutes::withdraw(admin::Act act, const http::Request& request, const http::Respond& respond) {
  auto wish = read_withdrawing(request);
  if (!wish) return respond(endpoints::answer(wish.error()));
  carry_out(std::move(act), respond,
            [this, id = std::string(request.parameter("id")), number = number_of(request),
             wish = std::move(*wish)](const admin::Act& still) {
              const auto done = store_->withdraw(id, number, wish.reason, wish.remove_contents,
                                                 {still.author.id, still.members});
              return done ? api::document(200, to_json(*done, store_->today())) : failed(done.error());
            });
}

void DocumentRoutes::add_routes(http::Router& router, const endpoints::Reception& reception) {
  const std::string path(kPath);
  const auto serving = [&](std::string method, std::string pattern, bool tokens_too, Serve serve) {
    const bool takes_body = method == "POST";
    auto route = endpoints::operator_route(
        std::move(method), std::move(pattern), reception, api::readers_only,
        [this, serve](const Asker& asker, const http::Request& request, const http::Respond& respond) {
          post([this, serve, asker, request] { return (this->*serve)(asker, request); }, respond);
        });
    if (takes_body) route.body_bytes_max = [] { return api::kBodyBytesMax; };
    if (!tokens_too)
      route.admit = [reception](const http::RequestHead& head) { return no_token(reception, head); };
    router.add(std::move(route));
  };
  using Change = void (DocumentRoutes::*)(admin::Act, const http::Request&, const http::Respond&);
  const auto changing = [&](std::string method, std::string pattern, Change carry) {
    return admin::changing_route(
        std::move(method), std::move(pattern), reception, people_, admin::admins_of_all,
        [this, carry](admin::Act act, const http::Request& request, const http::Respond& respond) {
          (this->*carry)(std::move(act), request, respond);
        });
  };
  serving("GET", path, true, &DocumentRoutes::list);
  serving("GET", path + "/nda", false, &DocumentRoutes::show_nda);
  serving("POST", path + "/nda/acceptance", false, &DocumentRoutes::accept_nda);
  serving("GET", path + "/{id}", false, &DocumentRoutes::show);
  serving("GET", path + "/{id}/versions/{version}/file", false, &DocumentRoutes::download);
  router.add(changing("POST", path, &DocumentRoutes::add));
  router.add(changing("PATCH", path + "/{id}", &DocumentRoutes::change));
  auto uploading = changing("POST", path + "/{id}/versions", &DocumentRoutes::upload);
  uploading.body_bytes_max = [most = file_bytes_max_] { return most; };
  router.add(std::move(uploading));
  router.add(changing("POST", path + "/{id}/versions/{version}/withdraw", &DocumentRoutes::withdraw));
}

}  // namespace countersign::procurement
