#pragma once

#include "collector/ingest/media_type.h"
#include "ledger/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::ingest {

/// Undoes a body's compression, piece by piece: the output never grows past `bytes_max`, however much the
/// body would unfold to, and a zstd window of more than 8 MiB (RFC 8878 section 3.1.1.1.2) is refused before
/// it is allocated. Several gzip members or zstd frames behind one another are one body. Errors:
/// resource_exhausted (larger than bytes_max), invalid_argument (damaged, cut short, or something else behind
/// the end). Thread-safe.
base::Result<std::string> inflate(std::string_view body, Compression compression, std::size_t bytes_max);

}  // namespace countersign::ingest
