#include "reports/documents/contents.h"

#include "reports/documents/office_file.h"
#include "reports/documents/pdf_file.h"
#include "reports/documents/plain_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace countersign::documents {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kNameBytesMax = 100;
constexpr std::string_view kTaken = "taken are PDF, DOCX, XLSX, PPTX, ODT, PNG, JPEG and text in UTF-8";

/// Beginnings of what is refused by its name, so that who sends it knows why.
struct Refused {
  std::string_view begins;
  std::string_view what;
};
constexpr Refused kRefused[] = {
    {"MZ", "a program of Windows"},
    {"\x7f"
     "ELF",
     "a program of Linux"},
    {"\xfe\xed\xfa", "a program of macOS"},
    {"\xcf\xfa\xed\xfe", "a program of macOS"},
    {"\xce\xfa\xed\xfe", "a program of macOS"},
    {"\xca\xfe\xba\xbe", "a program"},
    {std::string_view("\0asm", 4), "a program (WebAssembly)"},
    {"\x1f\x8b", "an archive (gzip)"},
    {"BZh", "an archive (bzip2)"},
    {"\xfd"
     "7zXZ",
     "an archive (xz)"},
    {"7z\xbc\xaf\x27\x1c", "an archive (7-Zip)"},
    {"Rar!\x1a\x07", "an archive (RAR)"},
    {"\x28\xb5\x2f\xfd", "an archive (Zstandard)"},
    {"MSCF", "an archive (cabinet)"},
    {"{\\rtf", "RTF, which can hold objects: save it as PDF or DOCX"},
    {"%!PS", "PostScript, which is a program: save it as PDF"},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
     "an office file of the old kind or one with a password: save it as PDF, DOCX, XLSX or PPTX without a "
     "password"},
    {"\xff\xfe", "text in UTF-16: save it as UTF-8"},
    {"\xfe\xff", "text in UTF-16: save it as UTF-8"},
};

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t out = 0;
  for (const char c : bytes.substr(at, 4)) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

/// Chunk by chunk to IEND, with which the file has to end (PNG, section 5).
base::Result<Contents> look_at_png(std::string_view bytes) {
  constexpr std::size_t kSignature = 8, kAround = 12;
  for (std::size_t at = kSignature; at + kAround <= bytes.size();) {
    const std::size_t length = big_endian(bytes, at);
    const auto type = bytes.substr(at + 4, 4);
    at += kAround + length;
    if (type != "IEND") continue;
    if (at != bytes.size()) return fail(Code::invalid_argument, "something stands behind the end of the PNG");
    return Contents{"image/png", ".png", {}};
  }
  return fail(Code::invalid_argument, "the PNG is cut short");
}

base::Result<Contents> look_at_jpeg(std::string_view bytes) {
  if (!bytes.ends_with("\xff\xd9"))
    return fail(Code::invalid_argument, "something stands behind the end of the JPEG, or it is cut short");
  return Contents{"image/jpeg", ".jpg", {}};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

base::Result<Contents> look_at_text(std::string_view bytes, std::string_view file_name) {
  TRY(check_plain_text(bytes));
  const auto name = lower(file_name);
  if (name.ends_with(".csv")) return Contents{"text/csv", ".csv", {}};
  // Markdown is given out as the text that it is.
  const bool markdown = name.ends_with(".md") || name.ends_with(".markdown");
  return Contents{"text/plain", markdown ? ".md" : ".txt", {}};
}

/// How many bytes the character has that begins there.
std::size_t character_at(std::string_view text, std::size_t at) {
  std::size_t size = 1;
  while (at + size < text.size() && (text[at + size] & '\xC0') == '\x80') ++size;
  return size;
}

bool is_unwanted(std::string_view character) {
  // U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069: they let a name be read in another order.
  constexpr std::array<std::string_view, 11> kMarks = {"\u200e", "\u200f", "\u202a", "\u202b",
                                                       "\u202c", "\u202d", "\u202e", "\u2066",
                                                       "\u2067", "\u2068", "\u2069"};
  if (character.size() > 1)
    return std::ranges::find(kMarks, character) != kMarks.end() ||
           (character.size() == 2 && character[0] == '\xc2' &&
            static_cast<unsigned char>(character[1]) < 0xa0);
  const char c = character.front();
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ||
         std::string_view("\"<>:|?*%;").find(c) != std::string_view::npos;
}

}  // namespace

base::Result<Contents> look_at(std::string_view bytes, std::string_view file_name) {
  if (bytes.empty()) return fail(Code::invalid_argument, "the file is empty");
  if (bytes.starts_with("%PDF-")) return look_at_pdf(bytes);
  if (bytes.starts_with("PK\x03\x04")) return look_at_office_file(bytes);
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return look_at_png(bytes);
  if (bytes.starts_with("\xff\xd8\xff")) return look_at_jpeg(bytes);
  for (const auto& [begins, what] : kRefused) {
    if (bytes.starts_with(begins))
      return fail(Code::invalid_argument, fmt::format("the file is {}; {}", what, kTaken));
  }
  if (bytes.substr(0, 1024).find("%PDF-") != std::string_view::npos)
    return fail(Code::invalid_argument,
                "something stands before the beginning of the PDF: save it as PDF anew");
  if (bytes.size() > 262 && bytes.substr(257, 5) == "ustar")
    return fail(Code::invalid_argument, fmt::format("the file is an archive (tar); {}", kTaken));
  auto text = look_at_text(bytes, file_name);
  if (!text) return fail(Code::invalid_argument, fmt::format("{}; {}", text.error().message, kTaken));
  return text;
}

std::string clean_file_name(std::string_view name, const Contents& contents) {
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  if (!is_utf8(name)) name = {};
  if (const auto dot = name.rfind('.'); dot != std::string_view::npos && dot > 0) name = name.substr(0, dot);
  std::string out;
  for (std::size_t at = 0; at < name.size();) {
    const auto size = character_at(name, at);
    const auto character = name.substr(at, size);
    at += size;
    if (is_unwanted(character)) continue;
    if (out.size() + size > kNameBytesMax) break;
    out += character;
  }
  const auto first = out.find_first_not_of(" ."), last = out.find_last_not_of(" .");
  out = first == std::string::npos ? "document" : out.substr(first, last - first + 1);
  return out + contents.extension;
}

}  // namespace countersign::documents
