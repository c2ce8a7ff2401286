#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::sheets {

/// An entry of an archive that is made here, byte by byte, so that it can also be made wrong.
struct MadeEntry {
  std::string name, content;
  bool deflated = true;
  std::uint16_t flags = 0;
  std::string local_name = {};         ///< what its local header says; empty: the same
  std::uint32_t claimed = UINT32_MAX;  ///< what its headers say of its size; UINT32_MAX: the truth
  bool zip64 = false;                  ///< sizes in 64 bits, as some writers do for all entries
};

std::string zip_of(const std::vector<MadeEntry>& entries, std::string_view comment = {});

struct MadeSheet {
  std::string name = "Sheet1";
  std::string inside = "<sheetData/>";  ///< of its element `worksheet`
  std::string attributes = {};          ///< of its element `sheet` in the workbook
  std::string type = "worksheet";       ///< of its relationship
};

/// A workbook of the parts that matter, all spelled here.
struct MadeWorkbook {
  std::vector<MadeSheet> sheets = {{}};
  std::string shared_strings = {}, styles = {};  ///< inside of their elements; empty: no such part
  std::string workbook = {};                     ///< inside of `workbook`, behind `sheets`
  std::string content_types = {};                ///< inside of `Types`, behind the workbook's own
  std::vector<MadeEntry> more = {};
  std::string main_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
  bool strict = false;
};

std::vector<MadeEntry> entries_of(const MadeWorkbook& made);
std::string workbook_of(const MadeWorkbook& made);

/// A workbook of one sheet with these rows.
std::string workbook_with(std::string_view rows);

}  // namespace countersign::sheets
