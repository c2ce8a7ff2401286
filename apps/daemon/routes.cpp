#include "apps/daemon/routes.h"

#include "collector/endpoints/routes.h"
#include "collector/http/router.h"

namespace countersign::apps {
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

http::Handler make_handler(ingest::IngestService& service, base::Metrics& metrics,
                           std::function<bool()> ready) {
  http::Router router;
  endpoints::add_events(router, service);
  endpoints::add_hooks(router, service);
  endpoints::add_otlp(router, service);
  endpoints::add_hec(router, service);
  router.add(probe("/healthz", [] { return plain(200, "ok\n"); }));
  router.add(probe("/readyz", [ready = std::move(ready)] {
    return ready() ? plain(200, "ready\n") : plain(503, "not ready\n");
  }));
  auto exposition = probe("/metrics", [&metrics]() -> http::Response {
    return {200, "text/plain; version=0.0.4; charset=utf-8", {}, metrics.to_prometheus()};
  });
  exposition.admit = [](const http::RequestHead& head) -> std::optional<http::Response> {
    if (is_loopback(head.peer)) return std::nullopt;
    return http::problem(403, "metrics are given to this machine only");
  };
  router.add(std::move(exposition));
  return router.handler();
}

http::Limits http_limits(const Config::Limits& limits) {
  http::Limits out;
  out.head.header_bytes_max = limits.header_bytes_max;
  out.connections_max = limits.connections_max;
  out.connections_per_address_max = limits.connections_per_address_max;
  out.idle_timeout_ms = static_cast<std::int64_t>(limits.idle_timeout_ms);
  return out;
}

ingest::IngestLimits ingest_limits(const Config::Limits& limits) {
  ingest::IngestLimits out;
  out.body_bytes_max = limits.body_bytes_max;
  out.decoded_bytes_max = limits.decoded_bytes_max;
  out.events_max = limits.events_max;
  out.depth_max = limits.json_depth_max;
  return out;
}

}  // namespace countersign::apps
