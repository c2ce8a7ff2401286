#pragma once

#include <optional>
#include <string_view>

namespace countersign::ingest {

/// How a body is cut into events.
enum class BodyForm {
  json,    ///< one document: an object, or an array of them
  ndjson,  ///< one document a line
};

/// The form that a Content-Type names (RFC 9110 section 8.3.1): application/json,
/// application/cloudevents+json, application/cloudevents-batch+json or application/x-ndjson, in either case,
/// with no charset or with utf-8. Absent for any other.
std::optional<BodyForm> form_of(std::string_view content_type);

enum class Compression { none, gzip, zstd };

/// The coding that a Content-Encoding names: nothing, `identity`, `gzip`, `x-gzip` or `zstd`, in either case.
/// Absent for any other and for more than one.
std::optional<Compression> compression_of(std::string_view content_encoding);

}  // namespace countersign::ingest
