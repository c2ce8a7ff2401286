#include "web/witness/witness_routes.h"

#include "collector/http/message.h"
#include "ledger/witness/add_checkpoint.h"

#include <spdlog/spdlog.h>

#include <string>

namespace countersign::witnessing {
namespace {

constexpr int kOk = 200, kConflict = 409, kMalformed = 400, kNotFound = 404;

http::Response text(int status, std::string type, std::string body) {
  return {status, std::move(type), {}, std::move(body)};
}

std::optional<http::Response> nobody(const witness::Witness* witness) {
  if (witness != nullptr) return std::nullopt;
  return http::problem(kNotFound, "this appliance is no witness");
}

http::Response answer(witness::Witness& witness, const std::string& body, base::Metrics& metrics) {
  auto decided = witness.add_checkpoint(body);
  metrics
      .get("countersign_witness_answers_total", "Requests to cosign a checkpoint, by what was answered",
           base::MetricType::counter, {{"status", std::to_string(decided.status)}})
      .add();
  if (decided.status == kOk) return text(kOk, "text/plain; charset=utf-8", std::move(decided.body));
  if (decided.status == kConflict) return text(kConflict, "text/x.tlog.size", std::move(decided.body));
  return http::problem(decided.status, decided.body);
}

http::Response newest(witness::Witness& witness, const std::string& log) {
  auto found = witness.newest(log);
  if (!found) {
    spdlog::error("what the witness has cosigned cannot be read: {}", found.error().message);
    return http::problem(503, "the witness cannot read that just now");
  }
  if (!*found) return http::problem(kNotFound, "nothing of such a log was cosigned here");
  return text(kOk, "text/plain; charset=utf-8", std::move(**found));
}

}  // namespace

void add_witness(http::Router& router, witness::Witness* witness, api::Desk& desk, base::Metrics& metrics) {
  http::Route adding;
  adding.method = "POST";
  adding.pattern = "/witness/add-checkpoint";
  adding.body_bytes_max = [] { return std::uint64_t{witness::kAddCheckpointBytesMax}; };
  adding.admit = [witness](const http::RequestHead& head) -> std::optional<http::Response> {
    if (auto refusal = nobody(witness)) return refusal;
    // What is compressed is no checkpoint.
    if (!head.header("Content-Encoding").empty())
      return http::problem(kMalformed, "the body must not be compressed");
    return std::nullopt;
  };
  adding.handle = [witness, &desk, &metrics](http::Request request, const http::Respond& respond) {
    desk.post([witness, &metrics, body = std::move(request.body)] { return answer(*witness, body, metrics); },
              respond);
  };
  router.add(std::move(adding));

  http::Route telling;
  telling.method = "GET";
  telling.pattern = "/witness/{log}/checkpoint";
  telling.admit = [witness](const http::RequestHead&) { return nobody(witness); };
  telling.handle = [witness, &desk](const http::Request& request, const http::Respond& respond) {
    desk.post([witness, log = std::string(request.parameter("log"))] { return newest(*witness, log); },
              respond);
  };
  router.add(std::move(telling));
}

}  // namespace countersign::witnessing
