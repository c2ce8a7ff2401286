#pragma once

#include "ledger/record/event_schema.h"

#include <string>
#include <string_view>

namespace countersign::privacy {

/// A value of which a person who knows it can recognise it and nobody else can learn it: the first and last
/// of a phone number (`+1415•••••12`), the first letter and the domain of an e-mail address
/// (`a•••@example.com`), the network of an IP address (`203.0.113.•`), the first character of a name; of
/// everything else only how long it is. UTF-8.
std::string masked(record::Kind kind, std::string_view value);

}  // namespace countersign::privacy
