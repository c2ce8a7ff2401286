#pragma once

#include "collector/http/message.h"
#include "reports/documents/document.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace countersign::procurement {

/// A version's contents as an answer: always to be saved and never to be shown in a page of ours, under the
/// media type that was found when it was added. Ranges as api::file_answer().
http::Response give(const http::RequestHead& head, const documents::Version& version,
                    const std::filesystem::path& contents);

/// The value of Content-Disposition (RFC 6266): the name in ASCII, and where that is another one, whole as
/// RFC 8187 spells it.
std::string content_disposition(std::string_view file_name);

}  // namespace countersign::procurement
