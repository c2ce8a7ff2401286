#pragma once

#include "ledger/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::base {

/// One zstd frame (RFC 8878) that states its content's size and carries a checksum. Frames behind one another
/// are what `zstd -d` reads. Thread-safe.
std::string compress_frame(std::string_view content, int level = 6);

/// The content of exactly one such frame. data_loss where it is anything else, is damaged, or says that it
/// unfolds to more than `bytes_max`: nothing is allocated then.
Result<std::string> decompress_frame(std::string_view frame, std::size_t bytes_max);

}  // namespace countersign::base
