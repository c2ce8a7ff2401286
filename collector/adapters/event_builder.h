#pragma once

#include "collector/adapters/payload.h"
#include "ledger/record/event_schema.h"

namespace countersign::adapters {

/// Builds one event of the native shape from what a provider sent. Empty values are left out. Descriptive
/// values (names, user agents, resources) are cut to the length that the schema allows, so that a long one
/// never costs the event; values that identify are never cut. One use; a local variable of adapt_one.
class EventBuilder {
 public:
  EventBuilder(const AdapterContext& context, std::string_view type);

  /// The provider's id of the event: the idempotency key. Of one that is longer than the schema allows its
  /// hash is taken. An event without an id is told from its repetitions by its content, if it has a time of
  /// its own; else it is refused, naming `path`, where the provider keeps the id.
  EventBuilder& id(std::string_view text, std::string_view path);
  /// When it happened; absent makes the event refused, naming `path`.
  EventBuilder& time(const std::optional<std::string>& rfc3339, std::string_view path);
  /// The time of receipt, for a provider whose events carry none.
  EventBuilder& time_of_receipt();

  EventBuilder& set(record::Field field, std::string_view text);
  EventBuilder& set(record::Field field, std::optional<std::int64_t> number);
  /// A time that may be missing or odd: then it is left out.
  EventBuilder& set_time(record::Field field, const std::optional<std::string>& rfc3339);

  /// A name that providers use for an e-mail address, a phone number or a login name alike.
  EventBuilder& actor_name(std::string_view text);

  /// Why it turned out so. A code (`invalid_credentials`) stands in the clear as `outcome.reason`. A sentence
  /// may name a person, so it goes under attributes, where it is kept as a personal value.
  EventBuilder& reason(std::string_view text);

  /// A value of the provider's that has no member of its own. Personal, like all attributes. The name is made
  /// acceptable; at most 32 are kept, and none that names a secret behind its last dot.
  EventBuilder& attribute(std::string_view name, const boost::json::value& value);
  EventBuilder& attribute(std::string_view name, std::string_view text);

  /// A member that is named as a secret is, and is none: an error's code.
  EventBuilder& harmless(std::string_view path);

  /// What the provider sent for this event, where that is more than what finish() is given.
  EventBuilder& content(const boost::json::value& whole);

  /// The event, with the paths of the secrets that `payload` holds, or why it is refused.
  Outcome finish(const boost::json::value& payload);

 private:
  boost::json::object& object_of(record::Field field);

  boost::json::object event_;
  boost::json::object attributes_;
  record::Faults faults_;
  std::vector<std::string> harmless_;
  base::Timestamp received_;
  std::string_view id_path_;
  std::string content_id_;
  bool own_time_ = false;
  bool keep_raw_ = false;
};

}  // namespace countersign::adapters
