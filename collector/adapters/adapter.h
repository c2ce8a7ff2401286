#pragma once

#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/record/prepare.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// An adapter turns one provider's payload into events of the native shape. It is one small file: it knows
/// the provider's names, maps what it knows, and says of the rest that it is unmapped. It never guesses: a
/// member without a value is left out. A new adapter is a file here, a line in adapters.cpp and a folder of
/// payload/expected pairs under tests/data/payloads.
namespace countersign::adapters {

/// What an adapter knows besides the payload.
struct AdapterContext {
  base::TenantId tenant;       ///< whose events the source sends
  bool keep_raw = false;       ///< each event is to bring its payload along
  base::Timestamp received{};  ///< for providers whose events carry no time
};

/// An event of the native shape, ready for record::prepare_event.
struct Adapted {
  boost::json::object event;
  /// Paths, in the provider's event, of codes, passwords and secrets that were there and were left out, such
  /// as `data.payload.custom_code`. At most 16.
  std::vector<std::string> redacted;
  /// What the provider sent for this event, as JSON without its secrets, where the context asks for it.
  std::optional<std::string> raw = {};
};

/// An event that has no counterpart among our types; it is counted by name and shown to the operator, not
/// stored.
struct Unmapped {
  std::string type;           ///< the provider's name of its type: at most 64 of A-Z a-z 0-9 . _ : -
  std::string_view reason{};  ///< why a type that is known is no OTP or MFA evidence; empty: it is not known
};

/// An event that cannot be used, with paths in the provider's own names.
struct Refused {
  record::Faults faults;
};

using Outcome = std::variant<Adapted, Unmapped, Refused>;

/// What became of each event of a payload, in the payload's order: a bad one never costs the others.
using Outcomes = std::vector<Outcome>;

/// One provider. `adapt` is pure, deterministic and thread-safe; it takes any JSON value, one event or a
/// batch in the provider's own envelope, and always gives at least one outcome for each event that it finds;
/// a payload in which it finds none at all gives one Refused.
struct Adapter {
  std::string_view name;   ///< as in a source's configuration: [a-z0-9_]
  std::string_view title;  ///< for people
  Outcomes (*adapt)(const boost::json::value& payload, const AdapterContext& context);
};

/// The adapter of that name, or null.
const Adapter* find_adapter(std::string_view name);

/// Every adapter, by name.
std::span<const Adapter> all_adapters();

extern const Adapter kAuth0;
extern const Adapter kAuthgear;
extern const Adapter kAwsCloudtrail;
extern const Adapter kCiscoDuo;
extern const Adapter kEntraId;
extern const Adapter kGithubAudit;
extern const Adapter kGoogleWorkspace;
extern const Adapter kKeycloak;
extern const Adapter kKount;
extern const Adapter kMessageCentral;
extern const Adapter kOcsf;
extern const Adapter kOkta;
extern const Adapter kOnelogin;
extern const Adapter kPrelude;
extern const Adapter kSinchVerification;
extern const Adapter kSlack;
extern const Adapter kTeleport;
extern const Adapter kTelnyxVerify;
extern const Adapter kTwilioVerify;
extern const Adapter kVonageVerify;
extern const Adapter kWorkos;

}  // namespace countersign::adapters
