#pragma once

#include "ledger/base/types.h"
#include "ledger/record/event_schema.h"

#include <boost/json/object.hpp>
#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace countersign::record {

/// A personal value of an event, and where its token belongs.
struct PersonalValue {
  std::uint32_t offset = 0;  ///< into PreparedEvent::json: the first of 43 characters
  Kind kind = Kind::user;
  std::string value;
};

/// Begins the id of an event whose sender gave none. As an event comes, 64 hexadecimal digits follow: the
/// SHA-256 of what was sent, which tells the event from its repetitions. In the record a token stands in
/// their place.
inline constexpr std::string_view kContentIdPrefix = "content:";

/// `content:` and the digest as hexadecimal digits.
std::string content_id(const base::Digest& digest);

/// Where the id is the token of `attributes.content_sha256`: nobody can tell from it what was sent, not even
/// by trying, once the value behind the token is erased.
struct ContentId {
  std::uint32_t offset = 0;  ///< into PreparedEvent::json: the first of the 43 characters behind `content:`
  std::size_t personal = 0;  ///< which personal value's token stands there
};

/// An event that was checked and written out, but for the tokens: the ledger's thread fills them in. All the
/// work that can be done before the place of the event in its log is known has been done.
struct PreparedEvent {
  base::TenantId tenant;
  base::SourceName source;
  Proof proof = Proof::none;
  std::string id;  ///< the source's own id: (source, id) is the idempotency key; empty with a content_id
  std::optional<ContentId> content_id;
  std::string json;  ///< the record's `event`; each personal value is 43 placeholder characters
  std::vector<PersonalValue> personal;  ///< in the order of their offsets
  std::vector<std::string> redacted;    ///< paths of what was removed
};

/// One thing that is wrong with an event.
struct Fault {
  std::string path;    ///< "challenge.factor"; empty for the event as a whole
  std::string reason;  ///< says what is wrong and what would be right; never the value

  bool operator==(const Fault&) const = default;
};
using Faults = std::vector<Fault>;

/// Which event types are accepted.
enum class Vocabulary { source, system };

/// What is known of an event's sender.
struct Sender {
  base::SourceName source;
  Proof proof = Proof::none;
};

/// What the collector adds to an event, and a sender cannot say.
struct Addition {
  std::vector<std::string> redacted = {};  ///< paths that were removed before; they come first in `redacted`
  std::optional<std::string> raw = {};  ///< the payload as it came, without secrets: becomes `delivery.raw`
  /// Paths below `attributes`, sorted, whose values the tenant says are not personal: `plan`,
  /// `order.currency`. They stand in the record as they are, as far as stands_plain() (plain_value.h) lets
  /// them. Outlives the call.
  std::span<const std::string> not_personal = {};
};

/// Checks an event against DESIGN.md section 4 and writes it in record order. Collects every fault (16 at
/// most), not only the first. Members under `attributes` that name a secret are removed and listed in
/// `redacted`. Pure, thread-safe.
tl::expected<PreparedEvent, Faults> prepare_event(const boost::json::object& event, const Sender& sender,
                                                  Vocabulary vocabulary = Vocabulary::source,
                                                  Addition addition = {});

}  // namespace countersign::record
