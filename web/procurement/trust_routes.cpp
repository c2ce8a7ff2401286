#include "web/procurement/trust_routes.h"

#include "web/admin/act.h"
#include "web/api/person_route.h"
#include "web/auth/access.h"
#include "web/procurement/access_wishes.h"
#include "web/procurement/given_document.h"
#include "web/procurement/trust_page.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace countersign::procurement {
namespace {

constexpr std::string_view kNoDocument = "there is no such document for everybody";
constexpr std::string_view kTaken =
    "Your request is with the vendor, who answers you. If it waited already, nothing has changed.";

http::Route route(std::string method, std::string pattern,
                  std::function<void(const http::Request&, const http::Respond&)> handle) {
  http::Route out;
  out.method = std::move(method);
  out.pattern = std::move(pattern);
  out.handle = std::move(handle);
  return out;
}

http::Response with_wait(http::Response out, std::int64_t seconds) {
  if (seconds == 0) return out;
  std::erase_if(out.headers, [](const auto& field) { return http::same_name(field.first, "Retry-After"); });
  out.headers.emplace_back("Retry-After", std::to_string(seconds));
  return out;
}

}  // namespace

void TrustRoutes::count(const char* result) {
  metrics_
      .get("countersign_trust_requests_total",
           "Requests for access from the trust page by what became of them", base::MetricType::counter,
           {{"result", result}})
      .add();
}

TrustRoutes::Answer TrustRoutes::keep(const trust::Wish& wish, const boost::json::object& device) {
  constexpr std::int64_t kFullWaitS = 3'600, kFailedWaitS = 60;
  const auto requests = calls_.requests();
  const auto kept = requests ? (*requests)->add(wish, device) : tl::unexpected(requests.error());
  if (kept && *kept) {
    count("taken");
    return {};
  }
  if (kept) {
    count("full");
    return {503, "too many requests wait to be decided; ask again later", kFullWaitS};
  }
  count("failed");
  spdlog::error("a request for access was not kept: {}", kept.error().message);
  if (kept.error().code == base::Code::resource_exhausted)
    return {507, "the disk is full; ask again when there is room", kFailedWaitS};
  return {503, "that cannot be done just now; ask again in a moment", kFailedWaitS};
}

void TrustRoutes::ask(const http::Request& request, bool is_form, const http::Respond& respond) {
  const Show show = is_form ? [](const Answer& one) {
    const auto title = one.status == 202 ? "Thank you" : "That was not taken";
    auto sentence = one.status == 202 ? std::string(kTaken) : one.detail + ".";
    if (!sentence.empty() && sentence.front() >= 'a' && sentence.front() <= 'z')
      sentence.front() = static_cast<char>(sentence.front() & ~0x20);
    return with_wait(trust_message(one.status, title, sentence), one.retry_after_s);
  } : [](const Answer& one) {
    if (one.status == 202) return api::document(202, {{"taken", true}});
    return with_wait(api::refusal(one.status, one.detail), one.retry_after_s);
  };
  auto wish = is_form ? read_ask_form(request) : read_ask(request);
  if (!wish) {
    count("refused");
    return respond(show({wish.error().status, wish.error().detail, 0}));
  }
  if (const auto wait = networks_.begin(auth::network_of(request.peer), clock_()); wait > 0) {
    count("limited");
    return respond(show({429, "too many requests came from your network; ask again later", wait}));
  }
  desk_.post([this, show, wish = std::move(*wish),
              device = auth::device_of(api::peer_of(request))] { return show(keep(wish, device)); },
             respond);
}

/// Not recorded, because strangers could fill the ledger with it; counted.
http::Response TrustRoutes::download(const http::Request& request) {
  const auto store = calls_.documents();
  if (!store) return admin::failure(store.error(), {.not_found = kNoDocument});
  const auto document = (*store)->find(request.parameter("id"));
  if (!document) return admin::failure(document.error(), {.not_found = kNoDocument});
  const auto standing = documents::standing_on(*document, (*store)->today());
  if (document->confidentiality != documents::Confidentiality::open ||
      standing.state != documents::State::valid || !standing.version->has_contents)
    return api::refusal(404, std::string(kNoDocument));
  const auto file = (*store)->contents(*standing.version);
  if (!file) return admin::failure(file.error(), {.not_found = kNoDocument});
  auto out = give(request, *standing.version, *file);
  if (out.file)
    metrics_
        .get("countersign_trust_downloads_total", "Documents that were given to visitors of the trust page",
             base::MetricType::counter)
        .add();
  return out;
}

void TrustRoutes::add_routes(http::Router& router) {
  router.add(route("GET", "/trust", [this](const http::Request& request, const http::Respond& respond) {
    respond(board_.html(request));
  }));
  router.add(route("GET", "/v1/trust", [this](const http::Request& request, const http::Respond& respond) {
    respond(board_.json(request));
  }));
  router.add(route("GET", "/v1/trust/documents/{id}/file",
                   [this](const http::Request& request, const http::Respond& respond) {
                     const std::shared_ptr<void> counted(nullptr, [this](void*) { --downloads_; });
                     if (++downloads_ > kDownloadsMax)
                       return respond(api::refusal(503, "other files are being read; ask again in a moment"));
                     desk_.post([this, counted, request] { return download(request); }, respond);
                   }));
  if (!board_.subject().takes_requests) return;
  for (const bool is_form : {true, false}) {
    auto asking = route("POST", is_form ? "/trust/requests" : "/v1/trust/requests",
                        [this, is_form](const http::Request& request, const http::Respond& respond) {
                          ask(request, is_form, respond);
                        });
    asking.body_bytes_max = [] { return kAskBytesMax; };
    router.add(std::move(asking));
  }
}

}  // namespace countersign::procurement
