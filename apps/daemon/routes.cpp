#include "apps/daemon/routes.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

constexpr std::string_view kEvents = "/v1/events";
constexpr std::string_view kProbes[] = {"/healthz", "/readyz", "/metrics"};

bool is_loopback(std::string_view peer) {
  return peer.starts_with("127.") || peer == "::1" || peer.starts_with("::ffff:127.");
}

std::string bearer_of(const http::RequestHead& head) {
  const auto value = head.header("Authorization");
  constexpr std::string_view kScheme = "Bearer ";
  if (value.size() <= kScheme.size() || !http::same_name(value.substr(0, kScheme.size() - 1), "Bearer") ||
      value[kScheme.size() - 1] != ' ')
    return {};
  return std::string(value.substr(kScheme.size()));
}

/// A refusal that the head alone allows, before any of the body is read.
std::optional<http::Response> admit(const http::RequestHead& head) {
  const bool probe = std::find(std::begin(kProbes), std::end(kProbes), head.path) != std::end(kProbes);
  if (head.path != kEvents && !probe)
    return http::problem(404, "there is nothing at this path; events go to POST /v1/events");
  const bool right = probe ? head.method == "GET" || head.method == "HEAD" : head.method == "POST";
  if (!right) {
    auto response = http::problem(405, "this path does not take that method");
    response.headers.emplace_back("Allow", probe ? "GET, HEAD" : "POST");
    return response;
  }
  if (head.path == "/metrics" && !is_loopback(head.peer))
    return http::problem(403, "metrics are given to this machine only");
  if (head.path == kEvents && bearer_of(head).empty()) {
    auto response = http::problem(401, "send the token of a registered source as a Bearer token");
    response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  return std::nullopt;
}

http::Response plain(int status, std::string body) {
  return {status, "text/plain; charset=utf-8", {}, std::move(body)};
}

}  // namespace

http::Handler make_handler(ingest::IngestService& service, base::Metrics& metrics,
                           std::function<bool()> ready, std::function<std::uint64_t()> body_bytes_max) {
  http::Handler handler;
  handler.admit = admit;
  handler.body_bytes_max = [body_bytes_max = std::move(body_bytes_max)](const http::RequestHead& head) {
    return head.path == kEvents ? body_bytes_max() : 0;
  };
  handler.handle = [&service, &metrics, ready = std::move(ready)](http::Request request,
                                                                  http::Respond respond) {
    if (request.path == "/healthz") return respond(plain(200, "ok\n"));
    if (request.path == "/readyz")
      return respond(ready() ? plain(200, "ready\n") : plain(503, "not ready\n"));
    if (request.path == "/metrics")
      return respond({200, "text/plain; version=0.0.4; charset=utf-8", {}, metrics.to_prometheus()});
    ingest::IngestRequest events;
    events.bearer_token = bearer_of(request);
    events.content_type = request.header("Content-Type");
    events.content_encoding = request.header("Content-Encoding");
    events.body = std::move(request.body);
    service.handle(std::move(events), [respond](ingest::IngestResponse answer) {
      respond(
          {answer.status, std::move(answer.content_type), std::move(answer.headers), std::move(answer.body)});
    });
  };
  return handler;
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
