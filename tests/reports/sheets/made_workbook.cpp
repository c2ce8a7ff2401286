#include "tests/reports/sheets/made_workbook.h"

#include <fmt/format.h>

namespace countersign::sheets {

std::vector<MadeEntry> entries_of(const MadeWorkbook& made) {
  const std::string main = made.strict ? "http://purl.oclc.org/ooxml/spreadsheetml/main"
                                       : "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const std::string relations = made.strict
                                    ? "http://purl.oclc.org/ooxml/officeDocument/relationships"
                                    : "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const std::string package = "http://schemas.openxmlformats.org/package/2006/relationships";
  std::string list, links;
  std::vector<MadeEntry> parts;
  for (std::size_t i = 1; i <= made.sheets.size(); ++i) {
    const auto& sheet = made.sheets[i - 1];
    list += fmt::format("<sheet name=\"{}\" sheetId=\"{}\" r:id=\"rId{}\" {}/>", sheet.name, i, i,
                        sheet.attributes);
    links += fmt::format("<Relationship Id=\"rId{0}\" Type=\"{1}/{2}\" Target=\"worksheets/sheet{0}.xml\"/>",
                         i, relations, sheet.type);
    parts.push_back({fmt::format("xl/worksheets/sheet{}.xml", i),
                     fmt::format("<worksheet xmlns=\"{}\" xmlns:r=\"{}\">{}</worksheet>", main, relations,
                                 sheet.inside)});
  }
  const auto add = [&](std::string_view name, std::string_view element, const std::string& inside) {
    if (inside.empty()) return;
    links +=
        fmt::format("<Relationship Id=\"{0}\" Type=\"{1}/{0}\" Target=\"/xl/{0}.xml\"/>", name, relations);
    parts.push_back(
        {fmt::format("xl/{}.xml", name), fmt::format("<{0} xmlns=\"{1}\">{2}</{0}>", element, main, inside)});
  };
  add("sharedStrings", "sst", made.shared_strings);
  add("styles", "styleSheet", made.styles);
  std::vector<MadeEntry> entries = {
      {"[Content_Types].xml",
       fmt::format("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override "
                   "PartName=\"/xl/workbook.xml\" ContentType=\"{}\"/>{}</Types>",
                   made.main_type, made.content_types)},
      {"_rels/.rels",
       fmt::format("<Relationships xmlns=\"{}\"><Relationship Id=\"a\" Type=\"{}/officeDocument\" "
                   "Target=\"xl/workbook.xml\"/></Relationships>",
                   package, relations)},
      {"xl/workbook.xml",
       fmt::format("<workbook xmlns=\"{}\" xmlns:r=\"{}\"><sheets>{}</sheets>{}</workbook>", main, relations,
                   list, made.workbook)},
      {"xl/_rels/workbook.xml.rels",
       fmt::format("<Relationships xmlns=\"{}\">{}</Relationships>", package, links)},
  };
  entries.insert(entries.end(), parts.begin(), parts.end());
  entries.insert(entries.end(), made.more.begin(), made.more.end());
  return entries;
}

std::string workbook_of(const MadeWorkbook& made) { return zip_of(entries_of(made)); }

std::string workbook_with(std::string_view rows) {
  MadeWorkbook made;
  made.sheets[0].inside = fmt::format("<sheetData>{}</sheetData>", rows);
  return workbook_of(made);
}

}  // namespace countersign::sheets
