#pragma once

#include "ledger/base/result.h"

#include <string_view>

namespace countersign::documents {

/// Whether a text is UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);

/// That a file is text and nothing that does something where it is opened: UTF-8, no control characters but
/// tabs, line ends and form feeds, no markup and no script. invalid_argument.
base::Result<void> check_plain_text(std::string_view bytes);

}  // namespace countersign::documents
