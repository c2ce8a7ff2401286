#pragma once

#include "exporters/bundle/staging.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace countersign::bundle {

enum class ArchiveFormat {
  zip,      ///< deflate; opens everywhere
  tar_zst,  ///< pax tar in zstd, on two threads: for bulk
};

/// Packs the staged files below one folder called `root`, in the order of their paths, each readable by all
/// and of the time `modified`, and puts the archive at `output` when it is whole and durable: an archive of
/// that name is replaced, a half one is never seen. Gives its size.
base::Result<std::uint64_t> pack(const Staging& staging, const std::string& root, ArchiveFormat format,
                                 base::Timestamp modified, const std::filesystem::path& output);

}  // namespace countersign::bundle
