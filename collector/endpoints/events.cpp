#include "collector/endpoints/answer.h"
#include "collector/endpoints/request.h"
#include "collector/endpoints/routes.h"

namespace countersign::endpoints {
namespace {

/// A sender with neither a token nor a certificate is refused before its body is read.
std::optional<http::Response> admit(ingest::IngestService& service, const http::RequestHead& head) {
  if (head.certificate || !token_of(head).empty()) return std::nullopt;
  return answer(service.admission().by_credentials(service.registry(), {}).error());
}

void handle(ingest::IngestService& service, const http::Request& request, const http::Respond& respond) {
  const auto sender = service.admission().by_credentials(service.registry(), credentials_of(request));
  if (!sender) return respond(answer(sender.error()));
  take(service, *sender, read_messages(request, service.limits()), respond);
}

}  // namespace

void add_events(http::Router& router, ingest::IngestService& service) {
  http::Route route;
  route.method = "POST";
  route.pattern = "/v1/events";
  route.body_bytes_max = [&service] { return service.limits().body_bytes_max; };
  route.admit = [&service](const http::RequestHead& head) { return admit(service, head); };
  route.handle = [&service](const http::Request& request, const http::Respond& respond) {
    handle(service, request, respond);
  };
  router.add(std::move(route));
}

}  // namespace countersign::endpoints
