#pragma once

#include "ledger/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::documents {

/// What a file is, by its contents.
struct Contents {
  std::string media_type;
  std::string extension;           ///< with its dot: what a file of that type is called
  std::vector<std::string> notes;  ///< what could not be looked into
};

/// Says what a file is, and refuses what does something where it is opened, and whatever is not known. Taken:
/// PDF, DOCX, XLSX, PPTX, ODT, PNG, JPEG and text in UTF-8. The name only tells kinds of text apart.
///
/// Refused, each with the reason (invalid_argument): bytes before a file's beginning or behind its end, which
/// make two files of one; in a PDF scripts, actions that start programs, and files within it, which nobody
/// has looked at; macros, OLE objects and templates from elsewhere in an office file; markup, scripts,
/// programs, archives. Pure, thread-safe; memory is bounded by a few times the size.
base::Result<Contents> look_at(std::string_view bytes, std::string_view file_name);

/// A name that can be shown and saved everywhere: what stands behind the last slash of either kind, without
/// control characters, marks of direction and what a file system or a header does not take, of at most 100
/// bytes before the extension, which is that of the type. Never empty.
std::string clean_file_name(std::string_view name, const Contents& contents);

}  // namespace countersign::documents
