#pragma once

#include "ledger/base/result.h"
#include "reports/documents/contents.h"

#include <string_view>

namespace countersign::documents {

/// Looks through a ZIP archive (PKWARE APPNOTE) that has to be an office file: DOCX, XLSX or PPTX (ISO 29500)
/// or ODT (ISO 26300), without macros, OLE objects and templates from elsewhere. Any other archive is
/// refused, and one that is not one whole, plain archive from its first byte to its last: invalid_argument.
base::Result<Contents> look_at_office_file(std::string_view bytes);

}  // namespace countersign::documents
