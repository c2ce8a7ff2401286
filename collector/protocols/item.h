#pragma once

#include "ledger/base/json.h"
#include "ledger/base/problem.h"
#include "ledger/base/types.h"
#include "ledger/record/prepare.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <tl/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The protocols in which events arrive, without any network: bytes in, payloads out. Every function here is
/// pure and thread-safe, takes whatever bytes a stranger sends, and repeats none of them in a message.
///
/// What spoils a whole body is a Problem, and then nothing of it is used. What spoils one event spoils no
/// other: its payload is the list of its faults.
namespace countersign::protocols {

/// What one body may hold.
struct ProtocolLimits {
  std::size_t events_max = 10'000;
  std::size_t depth_max = 16;  ///< nesting of a JSON document, and of a value of OTLP
};

/// One event's payload as it was sent, or why it cannot be used.
using Item = std::variant<boost::json::value, record::Faults>;

/// What the protocol around a payload says of the event. A provider's adapter has no use for it; it completes
/// an event of the native shape (apply_envelope).
struct Envelope {
  std::optional<std::string> id;    ///< 1 to 128 characters
  std::optional<std::string> time;  ///< RFC 3339
  std::optional<std::string> type;  ///< one of record::event_types() where it names one, else as it came
  boost::json::object attributes;   ///< names as record::prepare_event takes them
};

/// An event as a protocol carries it: what a provider's adapter wants to see, and what stood around it.
struct Message {
  Item payload;
  Envelope envelope;
};
using Items = std::vector<Message>;

/// Gives an event of the native shape the `id`, `time` and `type` of its envelope where it has none of its
/// own (a null counts as one of its own), and those attributes whose names it does not use. Attributes that
/// would be more than record::kAttributesMax values are left out, so that an envelope never costs the event.
void apply_envelope(boost::json::object& event, const Envelope& envelope);

/// The event type that a name of another vocabulary stands for: the name itself, or what is behind a dot in
/// it, such as `challenge.sent` in `com.example.challenge.sent`. Empty where there is none. The view points
/// to a constant.
std::string_view event_type_of(std::string_view name);

/// A parsed document as an item: refused where a member stands twice, since which of them counts cannot be
/// known. `prefix` stands in front of the paths.
Item item_of(base::ParsedJson parsed, std::string_view prefix = {});

}  // namespace countersign::protocols
