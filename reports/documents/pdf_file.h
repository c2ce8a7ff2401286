#pragma once

#include "ledger/base/result.h"
#include "reports/documents/contents.h"

#include <string_view>

namespace countersign::documents {

/// Looks through a PDF (ISO 32000-1) that begins with `%PDF-`: all of its bytes, whatever the file says where
/// its objects are, and its object streams. invalid_argument where it holds what does something, or
/// something stands behind its end. A note says that an encrypted one could not be looked into whole.
base::Result<Contents> look_at_pdf(std::string_view bytes);

}  // namespace countersign::documents
