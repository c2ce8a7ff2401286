#pragma once

#include "ledger/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::sheets {

/// Whether bytes begin as those of an archive or of an Office file of before do: what is to be read as a
/// workbook, or refused as one.
bool looks_like_workbook(std::string_view bytes);

/// Refuses what is no zip archive, by what it is: .xls, a file behind a password, PDF, HTML, XML.
base::Result<void> check_bytes(std::string_view bytes);

/// Refuses what is to be read as text and begins as a file of another kind.
base::Result<void> check_is_text(std::string_view bytes);

/// Refuses an archive that is no .xlsx, by the names of its entries and by its content types: macros, .xlsb,
/// .ods, other documents.
base::Result<void> check_parts(const std::vector<std::string>& names,
                               const std::vector<std::string>& content_types);

tl::unexpected<base::Error> refuse_macros();

}  // namespace countersign::sheets
