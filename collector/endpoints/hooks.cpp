#include "collector/endpoints/answer.h"
#include "collector/endpoints/request.h"
#include "collector/endpoints/routes.h"
#include "ledger/base/json.h"

namespace countersign::endpoints {
namespace {

constexpr const char* kPattern = "/v1/hooks/{source}";
constexpr std::size_t kChallengeBytesMax = 1024;

tl::expected<ingest::Admitted, base::Problem> admit(ingest::IngestService& service,
                                                    const http::Request& request) {
  return service.admission().by_scheme(service.registry(), request.parameter("source"),
                                       signed_request(request), certificate_of(request));
}

/// Okta asks once, before its first delivery, and wants its challenge back as JSON:
/// https://developer.okta.com/docs/concepts/event-hooks/#one-time-verification-request
void handshake(ingest::IngestService& service, const http::Request& request, const http::Respond& respond) {
  if (const auto sender = admit(service, request); !sender) return respond(answer(sender.error()));
  const auto challenge = request.header("x-okta-verification-challenge");
  if (challenge.empty() || challenge.size() > kChallengeBytesMax)
    return respond(http::problem(400, "events are sent here with POST; GET is for a provider's handshake"));
  std::string body = "{\"verification\":";
  base::append_json_string(body, challenge);
  respond({200, "application/json", {}, body + "}"});
}

void deliver(ingest::IngestService& service, const http::Request& request, const http::Respond& respond) {
  const auto sender = admit(service, request);
  if (!sender) return respond(answer(sender.error()));
  take(service, *sender, read_messages(request, service.limits()), respond);
}

}  // namespace

void add_hooks(http::Router& router, ingest::IngestService& service) {
  http::Route get;
  get.method = "GET";
  get.pattern = kPattern;
  get.handle = [&service](const http::Request& request, const http::Respond& respond) {
    handshake(service, request, respond);
  };
  router.add(std::move(get));
  http::Route post;
  post.method = "POST";
  post.pattern = kPattern;
  post.body_bytes_max = [&service] { return service.limits().body_bytes_max; };
  post.handle = [&service](const http::Request& request, const http::Respond& respond) {
    deliver(service, request, respond);
  };
  router.add(std::move(post));
}

}  // namespace countersign::endpoints
