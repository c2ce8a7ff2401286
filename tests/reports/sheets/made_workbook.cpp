#include "tests/reports/sheets/made_workbook.h"

#include <fmt/format.h>

#include <zlib.h>

namespace countersign::sheets {
namespace {

void put(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::string deflated(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// What both headers say: from the version on that is needed to the length of the extra fields.
std::string description(const MadeEntry& entry, const std::string& packed, const std::string& name,
                        std::size_t extra) {
  std::string out;
  put(out, 20, 2);
  put(out, entry.flags, 2);
  put(out, entry.deflated ? 8 : 0, 2);
  put(out, 0x21 + (std::uint64_t{0x5C21} << 16), 4);
  put(out,
      crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()), static_cast<uInt>(entry.content.size())),
      4);
  put(out, entry.zip64 ? UINT32_MAX : packed.size(), 4);
  put(out, entry.zip64 ? UINT32_MAX : (entry.claimed == UINT32_MAX ? entry.content.size() : entry.claimed),
      4);
  put(out, name.size(), 2);
  put(out, extra, 2);
  return out;
}

}  // namespace

std::string zip_of(const std::vector<MadeEntry>& entries, std::string_view comment) {
  std::string out, directory;
  for (const auto& entry : entries) {
    const auto packed = entry.deflated ? deflated(entry.content) : entry.content;
    const auto local_name = entry.local_name.empty() ? entry.name : entry.local_name;
    std::string extra;
    if (entry.zip64) {
      put(extra, 1, 2);
      put(extra, 16, 2);
      put(extra, entry.content.size(), 8);
      put(extra, packed.size(), 8);
    }
    put(directory, 0x02014B50, 4);
    put(directory, 20, 2);
    directory += description(entry, packed, entry.name, extra.size());
    directory.append(2 + 2 + 2 + 4, '\0');
    put(directory, out.size(), 4);
    directory += entry.name + extra;
    put(out, 0x04034B50, 4);
    out += description(entry, packed, local_name, extra.size()) + local_name + extra + packed;
  }
  const auto begin = out.size();
  out += directory;
  put(out, 0x06054B50, 4);
  put(out, 0, 4);
  put(out, entries.size(), 2);
  put(out, entries.size(), 2);
  put(out, directory.size(), 4);
  put(out, begin, 4);
  put(out, comment.size(), 2);
  return out + std::string(comment);
}

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
