#include "web/procurement/questionnaire_routes.h"

#include "collector/endpoints/answer.h"
#include "collector/endpoints/query.h"
#include "ledger/base/encoding.h"
#include "reports/answers/read_answer.h"
#include "web/api/body.h"
#include "web/api/evidence.h"
#include "web/api/person_route.h"
#include "web/procurement/given_document.h"
#include "web/procurement/questionnaire_documents.h"
#include "web/procurement/questionnaire_wishes.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <memory>
#include <utility>

namespace countersign::procurement {
namespace {

namespace json = boost::json;

constexpr std::string_view kQuestionnaires = "/v1/questionnaires";
constexpr std::string_view kAnswers = "/v1/answers";
constexpr std::size_t kQuestionsShown = 200;
constexpr std::size_t kRowsShown = 60;
constexpr std::uint64_t kWishesBytesMax = 4u << 20;

std::optional<base::Problem> analysts_of_all(const ingest::Operator& who) {
  const bool may = who.role == ingest::Role::analyst || who.role == ingest::Role::admin;
  if (may && who.all_tenants) return std::nullopt;
  return base::Problem{403, "about:blank",
                       "questionnaires are for analysts and administrators who act for all tenants"};
}

http::Response failed(const base::Error& error) {
  // What the store says of a request names nothing that was sent.
  return admin::failure(error, {error.message, error.message, error.message});
}

documents::By by_of(const admin::Act& act) { return {act.author.id, act.members}; }

std::string id_of(const http::Request& request) { return std::string(request.parameter("id")); }

std::string_view media_type(const questionnaires::Entry& entry) {
  switch (entry.form) {
    case questionnaires::FileForm::workbook:
      return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    case questionnaires::FileForm::delimited:
      return "text/csv";
    case questionnaires::FileForm::json:
      break;
  }
  return "application/json";
}

http::Response file(const questionnaires::Entry& entry, std::string bytes) {
  http::Response out;
  out.content_type = media_type(entry);
  out.headers.emplace_back("Content-Disposition", content_disposition(entry.file_name));
  out.headers.emplace_back("Content-Security-Policy", "sandbox; default-src 'none'");
  out.body = std::move(bytes);
  return out;
}

std::optional<std::uint64_t> number_in_query(const http::Request& request, std::string_view name,
                                             std::uint64_t otherwise) {
  const auto text = endpoints::query_value(request, name);
  return text ? api::read_number(*text) : std::optional(otherwise);
}

http::Response no_content() {
  http::Response out;
  out.status = 204;
  return out;
}

}  // namespace

http::Response QuestionnaireRoutes::entry_answer(Store& store, int status,
                                                 const questionnaires::Entry& entry) {
  const auto count = store.count(entry.id);
  return count ? api::document(status, document_of(entry, *count)) : failed(count.error());
}

http::Response QuestionnaireRoutes::list(Store& store, const http::Request&) {
  const auto all = store.list();
  if (!all) return failed(all.error());
  json::array out;
  for (const auto& entry : *all) {
    const auto count = store.count(entry.id);
    if (!count) return failed(count.error());
    auto document = document_of(entry, *count);
    for (const auto* member : {"sheets", "chosen", "notes"}) document.erase(member);
    out.push_back(std::move(document));
  }
  return api::document(200, {{"questionnaires", std::move(out)}});
}

http::Response QuestionnaireRoutes::show(Store& store, const http::Request& request) {
  const auto entry = store.find(id_of(request));
  return entry ? entry_answer(store, 200, *entry) : failed(entry.error());
}

http::Response QuestionnaireRoutes::questions(Store& store, const http::Request& request) {
  const auto from = number_in_query(request, "from", 1),
             most = number_in_query(request, "most", kQuestionsShown);
  if (!from || !most || *from == 0 || *from > questionnaires::kQuestionsMax || *most == 0 ||
      *most > kQuestionsShown)
    return api::refusal(
        422, fmt::format("from is the number of a question, and most one of 1 to {}", kQuestionsShown));
  const auto entry = store.find(id_of(request));
  if (!entry) return failed(entry.error());
  const auto known = calls_.facts(entry->tenant);
  if (!known) return failed(known.error());
  const auto asked = store.ask(entry->id, static_cast<std::uint32_t>(*from), *most, *known);
  if (!asked) return failed(asked.error());
  json::array out;
  for (const auto& one : *asked) out.push_back(document_of(one));
  return api::document(200, {{"questions", std::move(out)}});
}

http::Response QuestionnaireRoutes::sheet(Store& store, const http::Request& request) {
  const auto entry = store.find(id_of(request));
  if (!entry) return failed(entry.error());
  const auto bytes = store.original(*entry);
  if (!bytes) return failed(bytes.error());
  const auto rows = questionnaires::preview_of(*bytes, endpoints::query_value(request, "name").value_or(""),
                                               kRowsShown, {});
  if (!rows) return failed(rows.error());
  json::array out;
  for (const auto& row : *rows) out.push_back(json::array(row.begin(), row.end()));
  return api::document(200, {{"rows", std::move(out)}});
}

http::Response QuestionnaireRoutes::original(Store& store, const http::Request& request) {
  const auto entry = store.find(id_of(request));
  if (!entry) return failed(entry.error());
  auto bytes = store.original(*entry);
  return bytes ? file(*entry, std::move(*bytes)) : failed(bytes.error());
}

http::Response QuestionnaireRoutes::library(Store& store, const http::Request& request) {
  const auto tenant = endpoints::query_value(request, "tenant");
  if (!tenant) return api::refusal(422, "tenant is missing: whose evidence the answers go by");
  const auto known = calls_.facts(*tenant);
  if (!known) return failed(known.error());
  const auto all = store.library();
  if (!all) return failed(all.error());
  const auto adopted = store.adopted();
  if (!adopted) return failed(adopted.error());
  json::array out;
  for (const auto& answer : (*all)->answers()) {
    auto document = document_of(answer, *known);
    for (const auto& one : *adopted) {
      const auto& approval = one.standing.approval;
      if (approval.answer == answer.id && approval.tenant == *tenant) document["adopted"] = document_of(one);
    }
    out.push_back(std::move(document));
  }
  return api::document(200, {{"tenant", *tenant}, {"answers", std::move(out)}});
}

http::Response QuestionnaireRoutes::facts(Store&, const http::Request& request) {
  const auto tenant = endpoints::query_value(request, "tenant");
  if (!tenant) return api::refusal(422, "tenant is missing: whose facts they are");
  const auto known = calls_.facts(*tenant);
  if (!known) return failed(known.error());
  return api::document(200, {{"tenant", *tenant}, {"facts", known->to_json()}});
}

http::Response QuestionnaireRoutes::preview(Store&, const http::Request& request) {
  const auto wish = read_preview(request);
  if (!wish) return endpoints::answer(wish.error());
  const auto known = calls_.facts(wish->tenant);
  if (!known) return failed(known.error());
  return api::document(200, preview_of(wish->answer, *known));
}

http::Response QuestionnaireRoutes::add(Store& store, const http::Request& request, const admin::Act& act) {
  const auto wish = read_new_questionnaire(request);
  if (!wish) return endpoints::answer(wish.error());
  if (const auto tenant = calls_.facts(wish->tenant); !tenant) return failed(tenant.error());
  const auto entry = store.add(*wish, request.body, by_of(act));
  if (!entry) return failed(entry.error());
  auto out = entry_answer(store, 201, *entry);
  out.headers.emplace_back("Location", fmt::format("{}/{}", kQuestionnaires, entry->id));
  return out;
}

http::Response QuestionnaireRoutes::choose(Store& store, const http::Request& request,
                                           const admin::Act& act) {
  const auto layouts = read_layouts(request);
  if (!layouts) return endpoints::answer(layouts.error());
  const auto entry = store.choose(id_of(request), *layouts, by_of(act));
  return entry ? entry_answer(store, 200, *entry) : failed(entry.error());
}

http::Response QuestionnaireRoutes::approve(Store& store, const http::Request& request,
                                            const admin::Act& act) {
  const auto wishes = read_wishes(request);
  if (!wishes) return endpoints::answer(wishes.error());
  const auto entry = store.find(id_of(request));
  if (!entry) return failed(entry.error());
  const auto known = calls_.facts(entry->tenant);
  if (!known) return failed(known.error());
  const auto done = store.approve(entry->id, *wishes, *known, by_of(act));
  return done ? entry_answer(store, 200, *entry) : failed(done.error());
}

http::Response QuestionnaireRoutes::take_back(Store& store, const http::Request& request,
                                              const admin::Act& act) {
  const auto numbers = read_numbers(request);
  if (!numbers) return endpoints::answer(numbers.error());
  const auto entry = store.find(id_of(request));
  if (!entry) return failed(entry.error());
  const auto done = store.take_back(entry->id, *numbers, by_of(act));
  return done ? entry_answer(store, 200, *entry) : failed(done.error());
}

http::Response QuestionnaireRoutes::write(Store& store, const http::Request& request, const admin::Act& act) {
  const auto entry = store.find(id_of(request));
  if (!entry) return failed(entry.error());
  // What is stale by now is known before it goes out.
  const auto known = calls_.facts(entry->tenant);
  if (!known) return failed(known.error());
  if (const auto judged = store.judge(entry->tenant, *known); !judged) return failed(judged.error());
  auto exported = store.write(entry->id, *known, by_of(act));
  if (!exported) return failed(exported.error());
  auto* written = &exported->written;
  std::vector<std::uint32_t> left_out;
  for (const auto& one : written->left_out) left_out.push_back(one.number);
  auto out = file(*entry, std::move(written->file));
  constexpr std::size_t kNamed = 100;
  const auto named = std::span(left_out).first(std::min(left_out.size(), kNamed));
  if (!named.empty())
    out.headers.emplace_back("Countersign-Left-Out", fmt::format("{}", fmt::join(named, ",")));
  return out;
}

http::Response QuestionnaireRoutes::remove(Store& store, const http::Request& request,
                                           const admin::Act& act) {
  const auto done = store.remove(id_of(request), by_of(act));
  return done ? no_content() : failed(done.error());
}

http::Response QuestionnaireRoutes::put_own(Store& store, const http::Request& request,
                                            const admin::Act& act) {
  auto answer = read_own_answer(request, request.parameter("id"));
  if (!answer) return endpoints::answer(answer.error());
  const auto document = answers::to_json(*answer);
  const auto done = store.put_own(std::move(*answer), by_of(act));
  return done ? api::document(200, document) : failed(done.error());
}

http::Response QuestionnaireRoutes::remove_own(Store& store, const http::Request& request,
                                               const admin::Act& act) {
  const auto done = store.remove_own(request.parameter("id"), by_of(act));
  return done ? no_content() : failed(done.error());
}

http::Response QuestionnaireRoutes::adopt(Store& store, const http::Request& request, const admin::Act& act) {
  const auto wish = read_adoption(request, act.asker.who->name);
  if (!wish) return endpoints::answer(wish.error());
  const auto known = calls_.facts(wish->tenant);
  if (!known) return failed(known.error());
  const auto done =
      store.adopt(request.parameter("id"), wish->tenant, wish->owner, wish->review_by, *known, by_of(act));
  return done ? api::document(200, document_of(*done)) : failed(done.error());
}

http::Response QuestionnaireRoutes::drop(Store& store, const http::Request& request, const admin::Act& act) {
  const auto tenant = endpoints::query_value(request, "tenant");
  if (!tenant) return api::refusal(422, "tenant is missing: for whom the answer is given up");
  const auto done = store.drop(request.parameter("id"), *tenant, by_of(act));
  return done ? no_content() : failed(done.error());
}

http::Route QuestionnaireRoutes::reading(std::string pattern, const endpoints::Reception& reception,
                                         Serve serve, std::string method) {
  return endpoints::operator_route(
      std::move(method), std::move(pattern), reception, analysts_of_all,
      [this, serve](const endpoints::Asker&, const http::Request& request, const http::Respond& respond) {
        desk_.post(
            [this, serve, request] {
              const auto store = calls_.open();
              return store ? (this->*serve)(**store, request) : failed(store.error());
            },
            respond);
      });
}

http::Route QuestionnaireRoutes::changing(std::string method, std::string pattern,
                                          const endpoints::Reception& reception, endpoints::Permit permit,
                                          Change change) {
  return admin::changing_route(
      std::move(method), std::move(pattern), reception, people_, std::move(permit),
      [this, change](admin::Act act, const http::Request& request, const http::Respond& respond) {
        const std::shared_ptr<void> counted(nullptr, [this](void*) { --uploads_; });
        if (++uploads_ > kUploadsMax)
          return respond(api::refusal(503, "others change questionnaires; send it again in a moment"));
        const auto sent = std::make_shared<const http::Request>(request);
        desk_.post(
            [this, change, counted, act = std::move(act), sent] {
              if (!act.still_may()) return admin::may_no_more();
              const auto store = calls_.open();
              return store ? (this->*change)(**store, *sent, act) : failed(store.error());
            },
            respond);
      });
}

void QuestionnaireRoutes::add_routes(http::Router& router, const endpoints::Reception& reception) {
  const std::string all(kQuestionnaires), one = all + "/{id}", answers(kAnswers), answer = answers + "/{id}";
  router.add(reading(all, reception, &QuestionnaireRoutes::list));
  router.add(reading(one, reception, &QuestionnaireRoutes::show));
  router.add(reading(one + "/questions", reception, &QuestionnaireRoutes::questions));
  router.add(reading(one + "/sheet", reception, &QuestionnaireRoutes::sheet));
  router.add(reading(one + "/file", reception, &QuestionnaireRoutes::original));
  router.add(reading(answers, reception, &QuestionnaireRoutes::library));
  router.add(reading(answers + "/facts", reception, &QuestionnaireRoutes::facts));
  auto previewing = reading(answers + "/preview", reception, &QuestionnaireRoutes::preview, "POST");
  previewing.body_bytes_max = [] { return api::kBodyBytesMax; };
  router.add(std::move(previewing));

  auto adding = changing("POST", all, reception, analysts_of_all, &QuestionnaireRoutes::add);
  adding.body_bytes_max = [most = file_bytes_max_] { return most; };
  router.add(std::move(adding));
  router.add(changing("PUT", one + "/layouts", reception, analysts_of_all, &QuestionnaireRoutes::choose));
  auto approving =
      changing("POST", one + "/answers", reception, analysts_of_all, &QuestionnaireRoutes::approve);
  approving.body_bytes_max = [] { return kWishesBytesMax; };
  router.add(std::move(approving));
  router.add(changing("POST", one + "/answers/withdraw", reception, analysts_of_all,
                      &QuestionnaireRoutes::take_back));
  router.add(changing("POST", one + "/export", reception, analysts_of_all, &QuestionnaireRoutes::write));
  router.add(changing("DELETE", one, reception, analysts_of_all, &QuestionnaireRoutes::remove));
  router.add(changing("PUT", answer, reception, admin::admins_of_all, &QuestionnaireRoutes::put_own));
  router.add(changing("DELETE", answer, reception, admin::admins_of_all, &QuestionnaireRoutes::remove_own));
  router.add(changing("POST", answer + "/adoption", reception, analysts_of_all, &QuestionnaireRoutes::adopt));
  router.add(
      changing("DELETE", answer + "/adoption", reception, analysts_of_all, &QuestionnaireRoutes::drop));
}

}  // namespace countersign::procurement
