#pragma once

#include "exporters/bundle/staging.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace countersign::bundle {

/// What goes into a bundle from elsewhere, documents and a questionnaire: files by path, below `data/`.
struct VendorFiles {
  struct Copy {
    std::filesystem::path from;
    base::Digest sha256;  ///< that its bytes have to have
    std::uint64_t bytes = 0;
  };
  std::map<std::string, std::string, std::less<>> texts;
  std::map<std::string, Copy> copies;

  bool has(std::string_view text) const { return texts.contains(text); }
};

/// data_loss where a file is another one than it should be.
base::Result<void> stage(const VendorFiles& files, Staging& staging);

}  // namespace countersign::bundle
