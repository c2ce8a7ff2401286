#include "apps/questionnaire_store.h"

#include "apps/document_store.h"
#include "apps/system_events.h"

#include <fmt/format.h>

namespace countersign::apps {

base::Result<questionnaires::Store> open_questionnaires(const Config& config) {
  const auto& region = home_region(config);
  const auto files = config.region_files(region);
  std::error_code ignored;
  if (!std::filesystem::exists(files.ledger(), ignored))
    return base::fail(base::Code::not_found,
                      fmt::format("the region {} has no files in {}", region.value(), files.folder.string()));
  questionnaires::Store::Options options;
  options.folder = questionnaires::folder_in(files.folder);
  options.record = [files](const boost::json::object& event) { return leave_in_outbox(files, event); };
  return questionnaires::Store::open(std::move(options));
}

bool has_questionnaires(const Config& config) {
  std::error_code ignored;
  return std::filesystem::exists(
      questionnaires::folder_in(config.region_files(home_region(config)).folder) / "questionnaires.sqlite",
      ignored);
}

}  // namespace countersign::apps
