#include "reports/documents/office_file.h"

#include "reports/archive/zip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace countersign::documents {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kPartBytesMax = 1u << 20;  ///< of a part that is looked into

archive::Limits limits() {
  archive::Limits out;
  // The store has a limit of its own. Nothing is unpacked but what is looked into.
  out.file_bytes = out.ratio = UINT64_MAX;
  out.entries = 10'000;
  out.part_bytes = out.inflated_bytes = 512u << 20;
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// The contents of an entry; empty where there is none or it cannot be read.
std::optional<std::string> read_entry(const archive::Zip& zip, std::string_view name) {
  const auto* entry = zip.find(name);
  if (entry == nullptr || entry->inflated > kPartBytesMax) return std::nullopt;
  auto bytes = zip.read(*entry);
  return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
}

/// That no part is one that does something.
base::Result<void> check_names(const archive::Zip& zip) {
  const auto refuse = [](std::string_view what) {
    return fail(Code::invalid_argument,
                fmt::format("the office file holds {}: save it without, or as PDF", what));
  };
  for (const auto& entry : zip.entries()) {
    const auto name = lower(entry.name);
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

base::Result<Contents> look_at_ooxml(const archive::Zip& zip) {
  const auto types = read_entry(zip, "[content_types].xml");
  // There is no need for either; with them a type could be spelled so that it is not found.
  if (!types || types->find('&') != std::string::npos || types->find("<!") != std::string::npos)
    return fail(Code::invalid_argument, "the types of the office file's parts cannot be read");
  const auto known = lower(*types);
  if (known.find("macroenabled") != std::string::npos || known.find("vbaproject") != std::string::npos)
    return fail(Code::invalid_argument,
                "the office file may hold macros: save it as DOCX, XLSX or PPTX without");
  for (const auto& entry : zip.entries()) {
    if (!lower(entry.name).ends_with("settings.xml.rels")) continue;
    const auto relations = read_entry(zip, entry.name);
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
  const auto zip = archive::Zip::open(bytes, limits());
  // Whatever is wrong with it is the file's fault.
  if (!zip) return fail(Code::invalid_argument, zip.error().message);
  if (!zip->comment().empty())
    return fail(Code::invalid_argument,
                "the file is a damaged zip archive: it is two files in one, with other bytes behind; open it "
                "where it was made and "
                "save it anew");
  TRY(check_names(*zip));
  if (zip->find("[content_types].xml") != nullptr) return look_at_ooxml(*zip);
  if (const auto type = read_entry(*zip, "mimetype"); type && *type == kOdt)
    return Contents{std::string(kOdt), ".odt", {}};
  return fail(
      Code::invalid_argument,
      "the file is an archive (ZIP); taken are PDF, DOCX, XLSX, PPTX, ODT, PNG, JPEG and text in UTF-8");
}

}  // namespace countersign::documents
