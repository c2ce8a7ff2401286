#pragma once

#include "ledger/crypto/secret.h"
#include "web/senders/batch/batch.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace countersign::senders {

struct PostOptions {
  enum class Body {
    ndjson,  ///< an event a line (application/x-ndjson)
    array,   ///< one JSON array of events
    hec,     ///< Splunk's HTTP Event Collector: an envelope for each event
    bulk,    ///< Elasticsearch's and OpenSearch's _bulk: an action `create` before each event, with its id
  };
  std::string url;
  Body body = Body::ndjson;
  bool json = true;  ///< events are JSON; else they are texts
  std::filesystem::path ca_file, client_certificate, client_key;
  std::string scheme;                           ///< before the secret, in Authorization: `Bearer`
  std::shared_ptr<const crypto::Secret> token;  ///< null: no Authorization
  // For hec:
  std::string host, index, sourcetype;  ///< an empty index is the token's own
  bool acknowledged = false;            ///< whether to wait until the events are indexed
  /// How long, before they are sent again.
  std::int64_t acknowledged_within_ms = 300'000;
  std::int64_t timeout_ms = 30'000;  ///< of each request, and of the questions after the acknowledgement
  std::size_t answer_bytes_max = 8 << 20;  ///< no more is read of an answer
};

/// Posts a batch as one request. Connections are kept between batches. What was posted to HEC and is not yet
/// indexed when time is over has failed; it is not posted again with the next batch that holds it but asked
/// for again, until `acknowledged_within_ms` is over, too.
SendBatch post(PostOptions options);

/// The body of such a request.
std::string body_of(const PostOptions& options, std::span<const Item> items);

}  // namespace countersign::senders
