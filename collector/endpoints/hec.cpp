#include "collector/protocols/hec.h"

#include "collector/endpoints/answer.h"
#include "collector/endpoints/request.h"
#include "collector/endpoints/routes.h"

namespace countersign::endpoints {
namespace {

using ingest::EventAnswer;
using ingest::EventStatus;
using protocols::HecCode;

http::Response reply(HecCode code, std::optional<std::size_t> event_number = {}, int status = 0) {
  http::Response response{status == 0 ? protocols::http_status(code) : status,
                          "application/json",
                          {},
                          protocols::encode_hec_answer(code, event_number)};
  if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

/// HEC knows no answer for a part of a request: the first event that is wrong is named, and the good ones are
/// stored all the same. What could not be stored goes first, because its sender is to try again.
http::Response summary(const std::vector<EventAnswer>& events) {
  if (all_misdirected(events))
    return {421, "application/json", {}, protocols::encode_hec_refusal(misdirected_detail(events))};
  std::optional<std::size_t> wrong;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto status = events[i].status;
    if (status == EventStatus::failed) return reply(HecCode::server_busy);
    if (!wrong && (status == EventStatus::rejected || status == EventStatus::misdirected)) wrong = i;
  }
  return wrong ? reply(HecCode::invalid_data_format, wrong) : reply(HecCode::success);
}

void handle(ingest::IngestService& service, const http::Request& request, const http::Respond& respond) {
  const auto given = request.header("Authorization");
  if (given.empty() && !request.certificate) return respond(reply(HecCode::token_required));
  const auto shown = credentials_of(request, "Splunk");
  if (!given.empty() && shown.token.empty()) return respond(reply(HecCode::invalid_authorization));
  const auto sender = service.admission().by_credentials(service.registry(), shown);
  if (!sender && shown.certificate)
    return respond({401, "application/json", {}, protocols::encode_hec_refusal(sender.error().detail)});
  if (!sender) return respond(reply(HecCode::invalid_token));
  const auto limits = service.limits();
  std::string storage;
  std::string_view body;
  if (!request.body.empty()) {
    const auto plain = ingest::plain_body(request.header("Content-Encoding"), request.body, limits, storage);
    if (!plain) {
      service.count_refusal(*sender, plain.error());
      return respond(reply(HecCode::invalid_data_format, {}, plain.error().status));
    }
    body = *plain;
  }
  auto items = protocols::decode_hec(body, protocol_limits(limits));
  if (!items) {
    service.count_refusal(*sender, items.error().problem);
    return respond(
        reply(items.error().code, items.error().event_number, items.error().problem.status == 413 ? 413 : 0));
  }
  service.take(*sender, std::move(*items), [respond](auto result) {
    respond(result ? summary(*result) : reply(HecCode::invalid_data_format, {}, result.error().status));
  });
}

}  // namespace

void add_hec(http::Router& router, ingest::IngestService& service) {
  for (const auto* path : {"/services/collector/event", "/services/collector"}) {
    http::Route route;
    route.method = "POST";
    route.pattern = path;
    route.body_bytes_max = [&service] { return service.limits().body_bytes_max; };
    route.handle = [&service](const http::Request& request, const http::Respond& respond) {
      handle(service, request, respond);
    };
    router.add(std::move(route));
  }
  http::Route health;
  health.method = "GET";
  health.pattern = "/services/collector/health";
  health.handle = [](const http::Request&, const http::Respond& respond) {
    respond({200, "application/json", {}, R"({"text":"HEC is healthy","code":17})"});
  };
  router.add(std::move(health));
}

}  // namespace countersign::endpoints
