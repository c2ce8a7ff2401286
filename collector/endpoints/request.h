#pragma once

#include "collector/http/message.h"
#include "collector/http/server.h"
#include "collector/ingest/service.h"

#include <optional>
#include <string>
#include <string_view>

/// What the collector answers over HTTP: one file for each protocol, each a Route or two. They turn a request
/// into messages, hand them to the IngestService, and write its answer the way the protocol wants it.
namespace countersign::endpoints {

/// The token behind `Authorization: <scheme> `, or empty.
std::string token_of(const http::RequestHead& head, std::string_view scheme = "Bearer");

/// What a sender shows besides a signature: the token behind `Authorization: <scheme> `, and the certificate
/// of its connection.
ingest::Credentials credentials_of(const http::RequestHead& head, std::string_view scheme = "Bearer");
std::optional<ingest::ShownCertificate> certificate_of(const http::RequestHead& head);

/// A request as a signature covers it. `request` outlives it.
signatures::SignedRequest signed_request(const http::Request& request);

/// The messages of a body: CloudEvents in any of their modes, JSON, NDJSON or a form.
tl::expected<protocols::Items, base::Problem> read_messages(const http::Request& request,
                                                            const ingest::IngestLimits& limits);

protocols::ProtocolLimits protocol_limits(const ingest::IngestLimits& limits);

/// Takes the messages of an admitted sender and answers with what became of each (see answer.h).
void take(ingest::IngestService& service, const ingest::Admitted& sender,
          tl::expected<protocols::Items, base::Problem> messages, const http::Respond& respond);

}  // namespace countersign::endpoints
