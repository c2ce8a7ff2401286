#pragma once

#include "ledger/base/result.h"
#include "ledger/record/event_schema.h"

#include <string>
#include <string_view>

namespace countersign::privacy {

/// By what a person is named: `email=ana@example.com`.
struct Subject {
  record::Kind kind = record::Kind::email;
  std::string value;
};

/// Reads `kind=value`; kinds are user, email, phone, name, fingerprint, ip and session. invalid_argument
/// otherwise; the message does not repeat the value.
base::Result<Subject> parse_subject(std::string_view text);

/// Whether a kind names one person, so that what stands beside it in a record belongs to that person: user,
/// email and phone. Names, devices and addresses are shared.
bool names_one_person(record::Kind kind);

/// Whether two values of a kind name the same: e-mail addresses whatever their case, phone numbers whatever
/// their punctuation, everything else as it stands.
bool same_value(record::Kind kind, std::string_view one, std::string_view other);

/// Whether a text holds the value anywhere, whatever the case. Values of fewer than six characters are never
/// found: they would be in every text.
bool mentions(std::string_view text, std::string_view value);

}  // namespace countersign::privacy
