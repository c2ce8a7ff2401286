#include "collector/endpoints/openapi.h"
#include "collector/endpoints/routes.h"

namespace countersign::endpoints {
namespace {

bool is_loopback(std::string_view peer) {
  return peer.starts_with("127.") || peer == "::1" || peer.starts_with("::ffff:127.");
}

http::Response plain(int status, std::string body) {
  return {status, "text/plain; charset=utf-8", {}, std::move(body)};
}

/// A GET that answers at once.
template <class Answer>
http::Route probe(std::string path, Answer answer) {
  http::Route route;
  route.method = "GET";
  route.pattern = std::move(path);
  route.handle = [answer = std::move(answer)](const http::Request&, const http::Respond& respond) {
    respond(answer());
  };
  return route;
}

}  // namespace

void add_probes(http::Router& router, base::Metrics& metrics, std::function<bool()> ready) {
  router.add(probe("/healthz", [] { return plain(200, "ok\n"); }));
  router.add(probe("/readyz", [ready = std::move(ready)] {
    return ready() ? plain(200, "ready\n") : plain(503, "not ready\n");
  }));
  router.add(probe("/v1/openapi.json", []() -> http::Response {
    return {200, "application/json", {}, std::string(kOpenApi)};
  }));
  auto exposition = probe("/metrics", [&metrics]() -> http::Response {
    return {200, "text/plain; version=0.0.4; charset=utf-8", {}, metrics.to_prometheus()};
  });
  exposition.admit = [](const http::RequestHead& head) -> std::optional<http::Response> {
    if (is_loopback(head.peer)) return std::nullopt;
    return http::problem(403, "metrics are given to this machine only");
  };
  router.add(std::move(exposition));
}

http::Router make_router(const Reception& reception, base::Metrics& metrics, std::function<bool()> ready,
                         ErasureCalls erasures, PolicyCalls policies) {
  http::Router router;
  auto& service = reception.service;
  add_events(router, service);
  add_hooks(router, service);
  add_otlp(router, service);
  add_hec(router, service);
  add_erasures(router, reception, std::move(erasures));
  add_policies(router, reception, std::move(policies));
  add_probes(router, metrics, std::move(ready));
  return router;
}

}  // namespace countersign::endpoints
