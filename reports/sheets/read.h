#pragma once

#include "ledger/base/result.h"
#include "reports/sheets/table.h"

#include <string_view>

namespace countersign::sheets {

/// Reads a workbook: .xlsx of ECMA-376 / ISO/IEC 29500, transitional or strict, as Excel, LibreOffice, Google
/// Sheets, openpyxl and XlsxWriter write it. Follows no link, runs no formula, opens nothing that is
/// embedded.
///
/// Shared and inline strings are read without phonetic runs, and with `_x000D_` and its like as the
/// characters that they stand for; numbers whose style shows a date as ISO dates (by the calendar of 1900
/// with its false leap day, or of 1904); choices of literal lists, ranges and defined names.
///
/// Memory is that of the table and a part's window: sheets are inflated piece by piece. Thread-safe.
///
/// invalid_argument, with what it is and how to mend it, for whatever cannot be read safely: files with
/// macros, .xls, .xlsb, .ods, files behind a password, archives that are damaged, ambiguous or name something
/// outside of themselves, XML that is damaged, declares entities or has another encoding than UTF-8 and
/// UTF-16, and content that contradicts itself (rows out of order, merged ranges that overlap, a shared
/// string that there is not). resource_exhausted where a limit is passed.
base::Result<Table> read_workbook(std::string_view bytes, const Limits& limits);

/// Reads delimited text by RFC 4180, with any of `,` `;` tab `|`: the one that gives most rows the same
/// number of cells, or that a first line `sep=;` names, which is no row of the table. Lines end in CR LF, LF
/// or CR, and an empty line counts as a row. UTF-8 with or without a byte order mark, UTF-16 with one; what
/// is no UTF-8 is taken for Windows-1252, and a note says so. All cells are text. Thread-safe.
///
/// invalid_argument for what is no text, a quote out of place (the row is named), and a quoted cell that does
/// not end; resource_exhausted where a limit is passed.
base::Result<Table> read_delimited(std::string_view bytes, const Limits& limits);

/// Reads either, by what the bytes are: a name is no evidence.
base::Result<Table> read_table(std::string_view bytes, const Limits& limits);

}  // namespace countersign::sheets
