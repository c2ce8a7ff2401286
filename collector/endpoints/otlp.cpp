#include "collector/protocols/otlp.h"

#include "collector/endpoints/answer.h"
#include "collector/endpoints/request.h"
#include "collector/endpoints/routes.h"

#include <fmt/format.h>

namespace countersign::endpoints {
namespace {

using ingest::EventAnswer;
using ingest::EventStatus;
using protocols::OtlpEncoding;

http::Response refusal(const base::Problem& problem, OtlpEncoding encoding) {
  http::Response response{problem.status,
                          std::string(protocols::media_type(encoding)),
                          {},
                          protocols::encode_otlp_error(problem, encoding)};
  if (problem.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (problem.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

/// Exporters send a request again as a whole after 503, and never after 200: so what could not be stored
/// decides, and what was refused is told in partial_success. What is stored already is then a duplicate.
http::Response summary(const std::vector<EventAnswer>& events, OtlpEncoding encoding) {
  if (all_misdirected(events)) return refusal({421, "about:blank", misdirected_detail(events)}, encoding);
  std::int64_t rejected = 0;
  std::string message;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& event = events[i];
    if (event.status == EventStatus::failed)
      return refusal({event.failure == 413 ? 413 : 503, "about:blank", event.faults.front().reason},
                     encoding);
    if (event.status != EventStatus::rejected && event.status != EventStatus::misdirected) continue;
    if (++rejected > 1 || event.faults.empty()) continue;
    message = fmt::format("log record {}: {} {}", i, event.faults.front().path, event.faults.front().reason);
  }
  return {200,
          std::string(protocols::media_type(encoding)),
          {},
          protocols::encode_otlp_answer(rejected, message, encoding)};
}

void handle(ingest::IngestService& service, const http::Request& request, const http::Respond& respond) {
  const auto encoding = protocols::otlp_encoding(request.header("Content-Type"));
  const auto answered_as = encoding.value_or(OtlpEncoding::json);
  const auto sender = service.admission().by_credentials(service.registry(), credentials_of(request));
  if (!sender) return respond(refusal(sender.error(), answered_as));
  const auto refuse = [&](const base::Problem& problem) {
    service.count_refusal(*sender, problem);
    respond(refusal(problem, answered_as));
  };
  if (!encoding) return refuse({415, "about:blank", "send application/x-protobuf or application/json"});
  const auto limits = service.limits();
  std::string storage;
  std::string_view body;
  if (!request.body.empty()) {
    const auto plain = ingest::plain_body(request.header("Content-Encoding"), request.body, limits, storage);
    if (!plain) return refuse(plain.error());
    body = *plain;
  }
  auto items = protocols::decode_otlp_logs(body, *encoding, protocol_limits(limits));
  if (!items) return refuse(items.error());
  service.take(*sender, std::move(*items), [respond, answered_as](auto result) {
    respond(result ? summary(*result, answered_as) : refusal(result.error(), answered_as));
  });
}

}  // namespace

void add_otlp(http::Router& router, ingest::IngestService& service) {
  http::Route route;
  route.method = "POST";
  route.pattern = "/v1/logs";
  route.body_bytes_max = [&service] { return service.limits().body_bytes_max; };
  route.handle = [&service](const http::Request& request, const http::Respond& respond) {
    handle(service, request, respond);
  };
  router.add(std::move(route));
}

}  // namespace countersign::endpoints
