#include "apps/document_store.h"

#include "apps/system_events.h"

#include <fmt/format.h>

namespace countersign::apps {

const base::RegionId& home_region(const Config& config) { return config.regions.front(); }

base::Result<documents::Store> open_documents(const Config& config) {
  const auto& region = home_region(config);
  const auto files = config.region_files(region);
  std::error_code ignored;
  if (!std::filesystem::exists(files.ledger(), ignored))
    return base::fail(base::Code::not_found,
                      fmt::format("the region {} has no files in {}", region.value(), files.folder.string()));
  documents::Store::Options options;
  options.folder = documents::folder_in(files.folder);
  options.record = [files](const boost::json::object& event) { return leave_in_outbox(files, event); };
  options.limits.file_bytes = config.documents.file_bytes_max;
  options.limits.all_bytes = config.documents.bytes_max;
  options.limits.disk_reserve_bytes = config.limits.disk_reserve_bytes;
  return documents::Store::open(std::move(options));
}

bool has_documents(const Config& config) {
  std::error_code ignored;
  return std::filesystem::exists(
      documents::folder_in(config.region_files(home_region(config)).folder) / "documents.sqlite", ignored);
}

}  // namespace countersign::apps
