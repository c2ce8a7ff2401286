#pragma once

#include "ledger/record/event_schema.h"

#include <string>
#include <string_view>

namespace countersign::record {

/// A mask: a value of which who knows it can recognise it, and who does not cannot learn it. U+2022 stands
/// for what is hidden, always as often, so that no length is told.
///
/// | kind | mask | of the value it shows |
/// |---|---|---|
/// | phone | `+1415•••••12` | at most three fifths of the characters; under 9 digits nothing |
/// | email | `a•••@example.com` | the domain, unless it repeats the rest; of the rest a third at most |
/// | user | `ad•••`, or as email | a fifth at most; under 10 characters nothing |
/// | name | `A••• E•••` | of each of three words a third at most |
/// | ip | `203.0.113.•` `2001:db8:1:•` | the network of 24 or 48 bits |
/// | fingerprint | `3f9a•••` | a quarter at most; under 16 characters nothing |
/// | attribute | `"•••"` | nothing; it is a JSON text, as the value is |
/// | session, user_agent, raw | `•••` | nothing |
///
/// What cannot be read as its kind is `•••` as a whole. No mask holds the value, unless that is nothing but
/// U+2022. UTF-8; thread-safe.
std::string masked(Kind kind, std::string_view value);

/// Whether `text` has a form that masked() gives for values of that kind. A mask cannot be checked against
/// the value, but a text that hides nothing can be told from one.
bool is_mask(Kind kind, std::string_view text);

}  // namespace countersign::record
