#include "reports/sheets/kind_of_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

constexpr std::string_view kZip = "PK\x03\x04", kEmptyZip = "PK\x05\x06";
constexpr std::string_view kCompoundFile = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// A name as compound files spell it: UTF-16LE.
std::string wide(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out.push_back(c);
    out.push_back('\0');
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

tl::unexpected<base::Error> refuse_compound_file(std::string_view bytes) {
  if (bytes.find(wide("EncryptedPackage")) != std::string_view::npos)
    return fail(Code::invalid_argument,
                "the file is behind a password: open it, take the password away, and save it as .xlsx");
  if (bytes.find(wide("Workbook")) != std::string_view::npos ||
      bytes.find(wide("Book")) != std::string_view::npos)
    return fail(Code::invalid_argument, "the file is an .xls workbook of Excel 97-2003: save it as .xlsx");
  return fail(Code::invalid_argument, "the file is an Office document of before 2007: save it as .xlsx");
}

}  // namespace

bool looks_like_workbook(std::string_view bytes) {
  return bytes.starts_with(kZip) || bytes.starts_with(kEmptyZip) || bytes.starts_with(kCompoundFile);
}

base::Result<void> check_bytes(std::string_view bytes) {
  if (bytes.starts_with(kCompoundFile)) return refuse_compound_file(bytes);
  if (bytes.starts_with(kZip) || bytes.starts_with(kEmptyZip)) return {};
  const auto is = [](std::string_view what) {
    return fail(Code::invalid_argument,
                fmt::format("the file is {}, not a workbook: save it as .xlsx", what));
  };
  if (bytes.empty()) return fail(Code::invalid_argument, "the file is empty");
  if (bytes.starts_with("%PDF-")) return is("a PDF document");
  if (bytes.starts_with("<?xml") || bytes.starts_with("\xEF\xBB\xBF<?xml")) return is("an XML document");
  const auto head = lower(bytes.substr(0, 256));
  if (head.find("<html") != std::string::npos || head.find("<table") != std::string::npos)
    return is("a page of HTML");
  return fail(Code::invalid_argument, "the file is no workbook: save it as .xlsx");
}

base::Result<void> check_is_text(std::string_view bytes) {
  constexpr std::string_view kOthers[] = {kZip,    kEmptyZip,   kCompoundFile, "%PDF-", "{\\rtf",
                                          "<?xml", "<!doctype", "<html",       "<table"};
  if (bytes.empty()) return fail(Code::invalid_argument, "the file is empty");
  const auto head = lower(bytes.substr(0, 16));
  for (const auto other : kOthers) {
    if (head.starts_with(lower(other)))
      return fail(Code::invalid_argument, "the file is of another kind than CSV: save it as .csv or .xlsx");
  }
  return {};
}

tl::unexpected<base::Error> refuse_macros() {
  return fail(Code::invalid_argument, "the file holds macros: save it as .xlsx without macros");
}

base::Result<void> check_parts(const std::vector<std::string>& names,
                               const std::vector<std::string>& content_types) {
  const auto has_type = [&](std::string_view piece) {
    return std::any_of(content_types.begin(), content_types.end(),
                       [&](const std::string& each) { return lower(each).find(piece) != std::string::npos; });
  };
  const auto has_name = [&](auto matches) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& each) { return matches(lower(each)); });
  };
  if (has_name([](const std::string& each) { return each == "mimetype"; }) &&
      has_name([](const std::string& each) { return each == "content.xml"; }))
    return fail(Code::invalid_argument, "the file is an OpenDocument file such as .ods: save it as .xlsx");
  if (has_type("ms-excel.sheet.binary") ||
      has_name([](const std::string& each) { return each == "xl/workbook.bin"; }))
    return fail(Code::invalid_argument, "the file is a binary workbook (.xlsb): save it as .xlsx");
  if (has_type("macroenabled") || has_type("vbaproject") || has_type("macrosheet") ||
      has_name([](const std::string& each) {
        return each.ends_with("vbaproject.bin") || each.find("macrosheets/") != std::string::npos;
      }))
    return refuse_macros();
  if (has_type("spreadsheetml.sheet.main+xml") || has_type("spreadsheetml.template.main+xml")) return {};
  if (has_type("wordprocessingml"))
    return fail(Code::invalid_argument, "the file is a text document (.docx), not a workbook");
  if (has_type("presentationml"))
    return fail(Code::invalid_argument, "the file is a presentation (.pptx), not a workbook");
  return fail(Code::invalid_argument, "the file is an archive, but no workbook is in it: save it as .xlsx");
}

}  // namespace countersign::sheets
