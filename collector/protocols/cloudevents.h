#pragma once

#include "collector/protocols/item.h"

#include <boost/json/object.hpp>
#include <tl/expected.hpp>

#include <optional>
#include <span>
#include <string_view>

/// CloudEvents 1.0.2 over HTTP, with its JSON event format and JSON batch format.
/// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
namespace countersign::protocols {

enum class CloudEventsMode { structured, batch, binary };

/// The content mode that a Content-Type names (HTTP binding section 3): application/cloudevents+json,
/// application/cloudevents-batch+json, or binary for every type that is not CloudEvents' own. Absent for
/// another event format, such as application/cloudevents+avro, and for a charset other than UTF-8: 415.
std::optional<CloudEventsMode> cloudevents_mode(std::string_view content_type);

/// A field of a request's header; names in either case.
struct HeaderField {
  std::string_view name;
  std::string_view value;
};

/// The decoders of the three modes give the same payload for the same event: the CloudEvent as a JSON object
/// of the structured form. In it `data` is the parsed JSON where the data is JSON by its datacontenttype (or
/// has none), also where it came as data_base64; data that is text is a string, and what is neither stays in
/// `data_base64`. Attributes that are null are left out (JSON format section 2.2).
///
/// A CloudEvent without specversion 1.0, id, source and type, with a time that is not RFC 3339, with control
/// characters in an attribute, or with both data and data_base64 is an item of faults. The envelope holds
/// what native_of_cloudevent fills in.
///
/// Problems: 400 a body that is no JSON of the right shape; 413 more events than the limit.
tl::expected<Items, base::Problem> decode_structured(std::string_view body, const ProtocolLimits& limits);

/// As decode_structured, for a batch. It may be empty (JSON format section 4): then there is no item.
tl::expected<Items, base::Problem> decode_batch(std::string_view body, const ProtocolLimits& limits);

/// The binary mode: attributes in the fields `ce-*`, of which the others are ignored, and the data in the
/// body. Values are unquoted and then percent-decoded once (HTTP binding section 3.1.3.2); one that is no
/// UTF-8 afterwards, an attribute that stands twice, and `ce-datacontenttype` are faults. 400 also where the
/// body should be JSON and is not.
tl::expected<Items, base::Problem> decode_binary(std::span<const HeaderField> fields,
                                                 std::string_view content_type, std::string_view body,
                                                 const ProtocolLimits& limits);

/// Whether the request has a field `ce-specversion`, without which it is no CloudEvent in the binary mode.
bool has_cloudevents_fields(std::span<const HeaderField> fields);

/// The event of the native shape in a CloudEvent: the members of `data`, and where those lack them, `time`
/// and `type` (see event_type_of) of the CloudEvent and an `id` made of its source and id, which together
/// tell CloudEvents apart: `<id>@<SHA-256 of the source in base64url>`, so that two sources that count alike
/// do not collide. An id of more than 84 bytes stands as its own SHA-256, with '#' between the two. Pure.
boost::json::object native_of_cloudevent(const boost::json::object& event);

}  // namespace countersign::protocols
