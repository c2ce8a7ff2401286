#pragma once

#include "collector/endpoints/asker.h"
#include "collector/endpoints/erasures.h"
#include "collector/endpoints/policies.h"
#include "collector/http/router.h"
#include "collector/ingest/service.h"
#include "ledger/base/metrics.h"

#include <functional>

namespace countersign::endpoints {

/// POST /v1/events: events of a source that holds a token or a client certificate, as JSON, NDJSON or
/// CloudEvents.
void add_events(http::Router& router, ingest::IngestService& service);

/// POST /v1/hooks/{source}: a provider's webhook, proved by the source's scheme. GET: the handshake by which
/// Okta asks whether the address is ours.
void add_hooks(http::Router& router, ingest::IngestService& service);

/// POST /v1/logs: OTLP/HTTP logs, protobuf or JSON, with the token or the certificate of a source.
void add_otlp(http::Router& router, ingest::IngestService& service);

/// POST /services/collector/event and /services/collector: Splunk HEC, with `Authorization: Splunk <token>`
/// or a certificate. GET /services/collector/health: whether events are taken, as HEC's senders ask.
void add_hec(http::Router& router, ingest::IngestService& service);

/// GET /healthz, /readyz, /v1/openapi.json, and /metrics to loopback only. `metrics` outlives the router.
void add_probes(http::Router& router, base::Metrics& metrics, std::function<bool()> ready);

/// POST /v1/privacy/erasures: a person is found and erased, with the token of an operator of the role
/// privacy, or a person's of that role. GET /v1/privacy/erasures/{id}: what became of it. `calls` do the
/// work.
void add_erasures(http::Router& router, const Reception& reception, ErasureCalls calls);

/// All of the above: everything that the collector answers.
http::Router make_router(const Reception& reception, base::Metrics& metrics, std::function<bool()> ready,
                         ErasureCalls erasures = {}, PolicyCalls policies = {});

}  // namespace countersign::endpoints
