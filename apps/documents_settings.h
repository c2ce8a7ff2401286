#pragma once

#include "ledger/base/result.h"

#include <cstdint>

namespace countersign::apps {

class Table;

/// What `[documents]` says.
struct DocumentsSettings {
  std::uint64_t file_bytes_max = 25u << 20;          ///< of one file
  std::uint64_t bytes_max = std::uint64_t{5} << 30;  ///< of all contents that are kept
};

/// Reads `[documents]`. invalid_argument: a number is out of bounds, or there is no such member.
base::Result<DocumentsSettings> read_documents(Table& top);

}  // namespace countersign::apps
