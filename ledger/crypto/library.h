#pragma once

#include <string_view>

namespace countersign::crypto {

/// The version of the OpenSSL that runs, such as `3.0.15`. Any thread.
std::string_view library_version();

}  // namespace countersign::crypto
