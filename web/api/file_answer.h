#pragma once

#include "collector/http/message.h"

#include <filesystem>
#include <string>

namespace countersign::api {

/// A file as an answer: whole, or the one range that is asked for (RFC 9110 section 14: 206, and 416 where it
/// lies outside), so that a download can be gone on with. `etag` is strong, with its quotes: with another one
/// in If-Range the whole file is sent. `name` is what the browser saves it as, of A-Z, a-z, 0-9, '-', '_' and
/// '.'. 404 where the file is gone.
http::Response file_answer(const http::RequestHead& head, const std::filesystem::path& file,
                           const std::string& etag, const std::string& name);

}  // namespace countersign::api
