#pragma once

#include "ledger/record/prepare.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace countersign::protocols {

/// One event's payload as it was sent, or why it cannot be used.
using Item = std::variant<boost::json::value, record::Faults>;

/// What a protocol says of a payload besides it.
struct Envelope {
  std::optional<std::string> id, time, type;
};

struct Message {
  Item payload;
  Envelope envelope = {};
};
using Items = std::vector<Message>;

/// Fills what a native event lacks from its envelope.
void apply_envelope(boost::json::object& event, const Envelope& envelope);

}  // namespace countersign::protocols
