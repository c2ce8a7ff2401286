#pragma once

#include "ledger/base/types.h"
#include "ledger/record/event_schema.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::record {

using Salt = std::array<std::uint8_t, 32>;

/// The commitment that stands in a record for a personal value:
/// base64url(SHA-256("countersign/token/v1" || 0x00 || kind || 0x00 || salt || value)). Depends on nothing
/// else, so anybody who is given salt and value can check it.
base::Digest token_digest(Kind kind, const Salt& salt, std::string_view value);
std::string token_text(Kind kind, const Salt& salt, std::string_view value);

}  // namespace countersign::record
