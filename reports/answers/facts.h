#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"

#include <boost/json/object.hpp>

#include <compare>
#include <map>
#include <string>
#include <string_view>

namespace countersign::answers {

/// What is known of one thing, where it is from, and since when it is known to be so.
struct Fact {
  std::string value;      ///< `passed`, `12 months`, `1204`, `totp, passkey`; empty for an empty list
  std::string cites;      ///< where it can be looked up: `control:PRIVILEGED-MFA`, `document:soc2-type2`
  base::Timestamp as_of;  ///< when it was looked at

  auto operator<=>(const Fact&) const = default;
};

/// What is known of a vendor's evidence at one time, by name. A name that is not there is not known. A value;
/// const calls are thread-safe.
///
/// | name | value | cites |
/// |---|---|---|
/// | `control.<ID>.state` | `passed`, `failed`, `nothing` (no item in the period), `untested` |
/// `control:<ID>` | | `control.<ID>.items` `.exceptions` | a count | | | `control.<ID>.from` `.until`
/// `.tested` | RFC 3339 | | | `document.<kind>.state` | `valid`, `expired`, `not-yet`, `missing` |
/// `document:<kind>` | | `document.<kind>.title` `.issuer` `.version` `.valid_from` `.valid_until` `.sha256`
/// | text | | | `policy.<path>` | as docs/policy.md has it; a list as words joined by `, `, empty where it is
/// empty | `policy:<path>` | | `figure.<name>` | counted from the log and the appliance | `figure:<name>` |
///
/// `policy.retention.types` is a list, too: one word for each type that is kept otherwise.
class Facts {
 public:
  /// Sets a fact, in place of one of that name. invalid_argument: a name that is_fact_name() refuses, a value
  /// of more than 4 KiB, that is no UTF-8 or holds control characters, a citation that is none.
  base::Result<void> set(std::string name, Fact fact);
  void erase(std::string_view name);
  const Fact* find(std::string_view name) const;

  const std::map<std::string, Fact, std::less<>>& all() const { return facts_; }
  bool empty() const { return facts_.empty(); }
  bool operator==(const Facts&) const = default;

  /// `{"control.PRIVILEGED-MFA.state":{"as_of":"…","cites":"…","value":"passed"},…}`, sorted by name.
  boost::json::object to_json() const;
  /// Reads what to_json() writes. invalid_argument names the member that is not as it must be.
  static base::Result<Facts> from_json(const boost::json::object& object);

  /// The one spelling of these facts: as to_json(), without white space. To be hashed and compared.
  std::string canonical() const;
  /// SHA-256 of canonical().
  base::Digest digest() const;

 private:
  std::map<std::string, Fact, std::less<>> facts_;
};

/// Whether it is one of the names of the table above; whether there is such a control or document is not
/// looked at.
bool is_fact_name(std::string_view name);
/// Whether it is `control:`, `document:`, `policy:`, `figure:` or `report:` with 1 to 128 of [A-Za-z0-9._-].
bool is_citation(std::string_view text);

}  // namespace countersign::answers
