#include "exporters/bundle/vendor_files.h"

#include <fmt/format.h>

namespace countersign::bundle {

base::Result<void> stage(const VendorFiles& files, Staging& staging) {
  for (const auto& [name, content] : files.texts) TRY(staging.put(name, content));
  for (const auto& [name, copy] : files.copies) {
    TRY(staging.copy(name, copy.from));
    const auto& made = staging.entries().find(name)->second;
    if (made.sha256 != copy.sha256 || made.bytes != copy.bytes)
      return base::fail(base::Code::data_loss,
                        fmt::format("{} is not what was to go into the bundle", copy.from.string()));
  }
  return {};
}

}  // namespace countersign::bundle
