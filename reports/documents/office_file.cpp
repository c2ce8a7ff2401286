#include "reports/documents/office_file.h"

#include "reports/documents/inflate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace countersign::documents {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kEntriesMax = 10'000;
constexpr std::uint64_t kAllBytesMax = 512u << 20;  ///< of all entries, unpacked
constexpr std::size_t kPartBytesMax = 1u << 20;     ///< of one that is looked into
constexpr std::size_t kEndBytes = 22, kEntryBytes = 46, kLocalBytes = 30;
constexpr unsigned kEncrypted = 1, kStored = 0, kDeflated = 8;

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t out = 0;
  for (std::size_t i = count; i-- > 0;) out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

struct Entry {
  std::uint64_t method = 0, packed = 0, bytes = 0, place = 0;
};
using Entries = std::map<std::string, Entry>;

tl::unexpected<base::Error> damaged() {
  return fail(Code::invalid_argument, "the file is a ZIP archive that is damaged, or two files in one");
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// What the directory at the end lists. The archive has to end with it, without a comment.
base::Result<Entries> read_directory(std::string_view bytes) {
  if (bytes.size() < kEndBytes) return damaged();
  const auto end = bytes.size() - kEndBytes;
  if (bytes.substr(end, 4) != "PK\x05\x06" || number_at(bytes, end + 20, 2) != 0) return damaged();
  const auto count = number_at(bytes, end + 10, 2), size = number_at(bytes, end + 12, 4);
  auto at = static_cast<std::size_t>(number_at(bytes, end + 16, 4));
  if (count == 0 || count > kEntriesMax || at + size != end) return damaged();
  Entries out;
  std::uint64_t all = 0, first = end;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (at + kEntryBytes > end || bytes.substr(at, 4) != "PK\x01\x02") return damaged();
    Entry entry;
    if ((number_at(bytes, at + 8, 2) & kEncrypted) != 0)
      return fail(Code::invalid_argument, "the file is encrypted: save it without a password");
    entry.method = number_at(bytes, at + 10, 2);
    entry.packed = number_at(bytes, at + 20, 4);
    entry.bytes = number_at(bytes, at + 24, 4);
    entry.place = number_at(bytes, at + 42, 4);
    const auto name_size = number_at(bytes, at + 28, 2);
    const auto behind =
        at + kEntryBytes + name_size + number_at(bytes, at + 30, 2) + number_at(bytes, at + 32, 2);
    if (behind > end || entry.place + kLocalBytes > end) return damaged();
    all += entry.bytes;
    first = std::min(first, entry.place);
    const auto name = bytes.substr(at + kEntryBytes, name_size);
    // As office programs compare the names of parts: without regard to case.
    if (name.find('\0') != std::string_view::npos || !out.emplace(lower(name), entry).second)
      return damaged();
    at = behind;
  }
  if (at != end || first != 0 || all > kAllBytesMax) return damaged();
  return out;
}

/// The contents of an entry; empty where there is none or it cannot be read.
std::optional<std::string> read_entry(std::string_view bytes, const Entries& entries,
                                      const std::string& name) {
  const auto found = entries.find(name);
  if (found == entries.end()) return std::nullopt;
  const auto& entry = found->second;
  if (bytes.substr(entry.place, 4) != "PK\x03\x04") return std::nullopt;
  const auto begin = entry.place + kLocalBytes + number_at(bytes, entry.place + 26, 2) +
                     number_at(bytes, entry.place + 28, 2);
  if (begin + entry.packed > bytes.size() || entry.bytes > kPartBytesMax) return std::nullopt;
  const auto packed = bytes.substr(begin, entry.packed);
  if (entry.method == kStored) return std::string(packed);
  if (entry.method != kDeflated) return std::nullopt;
  auto unpacked = inflate(packed, Deflated::raw, kPartBytesMax);
  return unpacked.whole ? std::optional(std::move(unpacked.bytes)) : std::nullopt;
}

/// That no part is one that does something.
base::Result<void> check_names(const Entries& entries) {
  const auto refuse = [](std::string_view what) {
    return fail(Code::invalid_argument,
                fmt::format("the office file holds {}: save it without, or as PDF", what));
  };
  for (const auto& [name, entry] : entries) {
    if (name.ends_with("vbaproject.bin") || name.ends_with("vbadata.xml") ||
        name.find("macrosheets/") != std::string::npos)
      return refuse("macros");
    if (name.starts_with("basic/") || name.starts_with("scripts/")) return refuse("macros");
    if (name.find("activex/") != std::string::npos) return refuse("ActiveX controls");
    const bool embedded = name.find("embeddings/") != std::string::npos;
    const bool of_chart =
        name.ends_with(".xlsx") || name.ends_with(".docx") || name.ends_with(".pptx") || name.ends_with("/");
    if (embedded && !of_chart) return refuse("OLE objects");
  }
  return {};
}

base::Result<Contents> look_at_ooxml(std::string_view bytes, const Entries& entries) {
  const auto types = read_entry(bytes, entries, "[content_types].xml");
  // There is no need for either; with them a type could be spelled so that it is not found.
  if (!types || types->find('&') != std::string::npos || types->find("<!") != std::string::npos)
    return fail(Code::invalid_argument, "the types of the office file's parts cannot be read");
  const auto known = lower(*types);
  if (known.find("macroenabled") != std::string::npos || known.find("vbaproject") != std::string::npos)
    return fail(Code::invalid_argument,
                "the office file may hold macros: save it as DOCX, XLSX or PPTX without");
  for (const auto& [name, entry] : entries) {
    if (!name.ends_with("settings.xml.rels")) continue;
    const auto relations = read_entry(bytes, entries, name);
    if (!relations || relations->find('&') != std::string::npos ||
        lower(*relations).find("attachedtemplate") != std::string::npos)
      return fail(Code::invalid_argument,
                  "the office file names a template from elsewhere: save it without, or as PDF");
  }
  struct Kind {
    std::string_view part, media_type, extension;
  };
  constexpr Kind kKinds[] = {
      {"wordprocessingml.document.main+xml",
       "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
      {"spreadsheetml.sheet.main+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
       ".xlsx"},
      {"presentationml.presentation.main+xml",
       "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"}};
  for (const auto& kind : kKinds) {
    if (known.find(kind.part) != std::string::npos)
      return Contents{std::string(kind.media_type), std::string(kind.extension), {}};
  }
  return fail(Code::invalid_argument,
              "the office file is of no kind that is known here: DOCX, XLSX, PPTX, ODT");
}

}  // namespace

base::Result<Contents> look_at_office_file(std::string_view bytes) {
  constexpr std::string_view kOdt = "application/vnd.oasis.opendocument.text";
  TRY_ASSIGN(const auto entries, read_directory(bytes));
  TRY(check_names(entries));
  if (entries.contains("[content_types].xml")) return look_at_ooxml(bytes, entries);
  if (const auto type = read_entry(bytes, entries, "mimetype"); type && *type == kOdt)
    return Contents{std::string(kOdt), ".odt", {}};
  return fail(
      Code::invalid_argument,
      "the file is an archive (ZIP); taken are PDF, DOCX, XLSX, PPTX, ODT, PNG, JPEG and text in UTF-8");
}

}  // namespace countersign::documents
