#pragma once

#include "ledger/base/result.h"
#include "ledger/record/event_schema.h"

#include <array>
#include <functional>
#include <string>
#include <string_view>

namespace countersign::record {

/// A record's event taken apart: the JSON text of each member that is there, in place. The views point into
/// the record's bytes.
struct EventView {
  std::array<std::string_view, kEventFieldCount> raw;  ///< `"text"`, `12`, `true`; empty where absent
  std::string_view attributes;                         ///< the JSON object, or empty

  bool has(Field field) const { return !raw[field].empty(); }
  /// The inside of a string member as it stands, still escaped: right for tokens, types, times and names that
  /// cannot hold an escape. Empty where absent.
  std::string_view plain(Field field) const;
  /// A string member without its escapes, or a number or boolean as written; empty where absent.
  std::string text(Field field) const;
};

/// Reads the `event` of a record in its fixed order of members. data_loss where it was not written by
/// prepare_event, with the byte offset. Allocates nothing on success.
base::Result<EventView> read_event(std::string_view event);

/// A place where a token stands in an event.
struct TokenAt {
  Kind kind = Kind::user;
  std::string_view token;  ///< 43 characters
};

/// Calls `visit` for each token of the event, members first, then attributes, in their order. data_loss as
/// read_event.
base::Result<void> for_each_token(const EventView& event, const std::function<void(const TokenAt&)>& visit);

/// The text that a JSON string stands for. `quoted` is a well-formed JSON string with its quotes.
std::string unescape_json(std::string_view quoted);

}  // namespace countersign::record
