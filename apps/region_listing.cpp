#include "apps/region_listing.h"

#include "apps/region_directories.h"
#include "ledger/store/ledger_reader.h"

namespace countersign::apps {

boost::json::object region_document(const Config& config, const base::RegionId& region) {
  const auto& place = config.places.at(region);
  boost::json::object out{
      {"region", region.value()},
      {"directory", place.directory.string()},
      {"own_file_system", place.own_file_system},
      {"made", store::LedgerReader::open(config.region_files(region).ledger()).has_value()}};
  if (const auto system = file_system_of(place.directory)) {
    out["file_system"] = {{"device", system->device},
                          {"id", system->id},
                          {"type", system->type},
                          {"mount_point", system->mount_point}};
  }
  return out;
}

}  // namespace countersign::apps
