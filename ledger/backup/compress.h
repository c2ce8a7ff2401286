#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <cstddef>
#include <string>

namespace countersign::backup {

/// One zstd frame (RFC 8878) of the bytes. Level 1: a higher one is many times slower and hardly smaller on
/// records and on sealed values.
base::Result<std::string> compress(base::Bytes bytes);

/// What compress() was given. data_loss where it is no frame, or of more than `bytes_max`.
base::Result<std::string> decompress(base::Bytes frame, std::size_t bytes_max);

}  // namespace countersign::backup
