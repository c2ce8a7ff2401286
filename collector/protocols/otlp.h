#pragma once

#include "collector/protocols/item.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// OTLP/HTTP logs: ExportLogsServiceRequest and its answers.
/// https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#otlphttp
namespace countersign::protocols {

enum class OtlpEncoding { protobuf, json };

/// application/x-protobuf or application/json. Absent for any other: 415.
std::optional<OtlpEncoding> otlp_encoding(std::string_view content_type);

/// The Content-Type of an answer, which is that of the request.
std::string_view media_type(OtlpEncoding encoding);

/// One item for each log record, in order; none for a request without records, which is a valid one.
///
/// The payload is the body where that is a map, or a string that holds a JSON object. A body that is any
/// other text, in a record that has no event name, goes by the rules of item_of_text. Every other record
/// becomes an event of the native shape made of its attributes: those with our names (`challenge.factor`,
/// `tenant`, …), these of the semantic conventions: `enduser.id` and `user.id` (actor.id), `user.email`,
/// `user.name`, `client.address` and `source.address` (device.ip), `user_agent.original`, `session.id`,
/// `log.record.uid` (id), and the event name (the field, or the attribute `event.name`) as the type. A
/// resource's attribute `tenant` counts where the record has none. What else the record has goes under
/// `attributes`, and so do, where there is room, `resource` and `scope`. The body of such a record is left
/// out: it repeats the attributes in words, and may hold a code.
///
/// The envelope has the type, the time (`time_unix_nano`, else `observed_time_unix_nano`) and the id:
/// `log.record.uid`, or one made of the record's whole content, resource and scope included, so that what an
/// exporter sends again is a duplicate. Two records that are equal in all of this count as one.
///
/// A key that stands twice and a value nested too deep are faults of the record. Problems: 400 damaged
/// protobuf or JSON, with the byte, and JSON of the wrong types, with the path; 413 too many records.
tl::expected<Items, base::Problem> decode_otlp_logs(std::string_view body, OtlpEncoding encoding,
                                                    const ProtocolLimits& limits);

/// ExportLogsServiceResponse: with partial_success where something was rejected or there is a message.
std::string encode_otlp_answer(std::int64_t rejected, std::string_view message, OtlpEncoding encoding);

/// google.rpc.Status, the body of every 4xx and 5xx answer, with the problem's detail. Its code is left out,
/// as OTLP allows: clients go by the HTTP status.
std::string encode_otlp_error(const base::Problem& problem, OtlpEncoding encoding);

}  // namespace countersign::protocols
